import { Injectable } from '@nestjs/common';
import { alertNotFound, Alerts, WITHOUT_LOGIN, type AlertHandler, type AnsweredAlert } from '../alerts/alerts.ts';
import type { ProvenDevice } from '../devices/device-proofs.ts';
import { Devices } from '../devices/devices.ts';
import type { AlertAnswer } from '../domain/alert.ts';
import { LineMemories } from '../lines/line-memories.ts';
import { Reissues } from '../subscriptions/reissues.ts';
import { Subscriptions } from '../subscriptions/subscriptions.ts';
import type { AlertsResponse } from './alert.dto.ts';
import { SubscriptionLifecycle } from './lifecycle.ts';

type AboutSomething = Pick<AnsweredAlert, 'kind' | 'about'>;

/** The phone answers an alert: the person's key and PIN prove more than the SIM does. */
@Injectable()
export class AnswerAlert {
  constructor(
    private readonly alerts: Alerts,
    private readonly devices: Devices,
    private readonly subscriptions: Subscriptions,
    private readonly reissues: Reissues,
    private readonly memories: LineMemories,
    private readonly lifecycle: SubscriptionLifecycle,
  ) {
    alerts.answeredBy(['sim_swapped'], this.simSwapped);
    alerts.answeredBy(['loss_reported'], this.lossReported);
    alerts.answeredBy(['reissue'], this.reissue);
    alerts.answeredBy(['device_enrolled', 'pin_locked', 'pin_unlocked'], this.takeover);
  }

  /** Lists the alerts that this phone may answer or has answered. */
  async list(device: ProvenDevice): Promise<AlertsResponse> {
    const alerts = await this.alerts.listed(device.subscriptionId);
    const mayAnswer = await this.answerableBy(device, alerts);
    return {
      alerts: alerts.filter(mayAnswer).map(({ id, kind, at, expiresAt, state, nonce }) => ({
        id,
        kind,
        at: at.toISOString(),
        expiresAt: expiresAt.toISOString(),
        state,
        nonce: nonce.toString('base64url'),
      })),
    };
  }

  /**
   * Counts and compares the PIN, then carries out the answer. Problems: `alert_not_found`, `alert_closed`,
   * `pin_mismatch`, `pin_locked`, `pin_exhausted`.
   */
  async answer(
    device: ProvenDevice,
    { id, answer, pinProof }: { id: string; answer: AlertAnswer; pinProof: string },
  ): Promise<unknown> {
    const alert = await this.alerts.find(id, device.subscriptionId);
    const mayAnswer = await this.answerableBy(device, [alert]);
    if (!mayAnswer(alert)) throw alertNotFound();
    if (alert.kind === 'device_enrolled' && answer === 'confirm' && !(await this.devices.isEarliest(device))) {
      throw alertNotFound();
    }
    await this.devices.provePin(device, { alertId: id, purpose: `alert-${answer}`, proof: pinProof });
    return this.alerts.answer({ ...alert, deviceId: device.deviceId }, answer);
  }

  /** The person changed the SIM: suspension and holds end, unless the phone was reported lost as well. */
  private readonly simSwapped: AlertHandler = {
    confirm: (alert) =>
      this.lifecycle.inTransaction(async (step) => {
        const before = await this.lifecycle.lock(step, alert.subscriptionId);
        await this.alerts.close(step.session, alert, 'confirmed');
        if (before.suspensions.includes('loss_reported')) return;
        await this.lifecycle.change(step, before, { kind: 'resumed', reason: 'sim_swapped' }, { actor: 'customer' });
        await this.memories.remember(step.session, before.lineId, { kind: 'sim_confirmed' });
      }),
    object: (alert) => this.justClose(alert, 'objected'),
  };

  /** Only a report without a login can be lifted, and not while the SIM was changed as well. */
  private readonly lossReported: AlertHandler = {
    confirm: (alert) => this.justClose(alert, 'confirmed'),
    object: (alert) =>
      this.lifecycle.inTransaction(async (step) => {
        const before = await this.lifecycle.lock(step, alert.subscriptionId);
        await this.alerts.close(step.session, alert, 'objected');
        if (alert.about !== WITHOUT_LOGIN || before.suspensions.includes('sim_swapped')) return;
        await this.lifecycle.change(step, before, { kind: 'resumed', reason: 'loss_reported' }, { actor: 'customer' });
        await this.memories.remember(step.session, before.lineId, { kind: 'loss_objected' });
        await this.subscriptions.lossObjected(step.session, before.id);
      }),
  };

  /** The person did not apply for a reissue: it ends, its code enrols nothing, and a phone under test is revoked. */
  private readonly reissue: AlertHandler = {
    confirm: (alert) => this.justClose(alert, 'confirmed'),
    object: (alert) =>
      this.lifecycle.inTransaction(async (step) => {
        const before = await this.lifecycle.lock(step, alert.subscriptionId);
        await this.alerts.close(step.session, alert, 'objected');
        if (alert.about !== null) await this.reissues.stop(step.session, alert.about);
        await this.lifecycle.voidEnrolments(step, before.id);
      }),
  };

  /**
   * Another phone was enrolled, or the PIN was guessed or unlocked, and it was not the person: two people must decide.
   *
   * A phone whose PIN is locked answers no alert: it could prove nothing, and a stranger who locked it by guesses must
   * not be able to suspend. `pin_locked` is therefore answered after the unlock on the same phone, with the right PIN,
   * as long as the alert is open, or before it by a phone that was replaced within 72 hours and has a PIN of its own.
   * `pin_unlocked` is answered on the same phone at once. Each answer takes a right PIN, which no guesser has.
   */
  private readonly takeover: AlertHandler = {
    confirm: (alert) => this.justClose(alert, 'confirmed'),
    object: (alert) =>
      this.lifecycle.inTransaction(async (step) => {
        const before = await this.lifecycle.lock(step, alert.subscriptionId);
        await this.alerts.close(step.session, alert, 'objected');
        await this.lifecycle.change(
          step,
          before,
          { kind: 'suspended', reason: 'loss_reported' },
          { actor: 'customer' },
        );
      }),
  };

  /**
   * An enrolment is told to the phones that were in use before it: the enrolled phone, and one that was enrolled with
   * its help, answer nothing for them. Any of them may object, and the earliest alone may confirm.
   */
  private async answerableBy(
    device: ProvenDevice,
    alerts: readonly AboutSomething[],
  ): Promise<(alert: AboutSomething) => boolean> {
    const enrolled = alerts.flatMap(({ kind, about }) => (kind === 'device_enrolled' && about !== null ? [about] : []));
    if (enrolled.length === 0) return () => true;
    const later = await this.devices.enrolledLater(device, enrolled);
    return ({ kind, about }) => kind !== 'device_enrolled' || (about !== null && later.has(about));
  }

  private async justClose(alert: AnsweredAlert, state: 'confirmed' | 'objected'): Promise<void> {
    await this.lifecycle.inTransaction((step) => this.alerts.close(step.session, alert, state));
  }
}
