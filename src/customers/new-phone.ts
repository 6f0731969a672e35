import { Injectable } from '@nestjs/common';
import { Environment } from '../../config/environment.ts';
import { Alerts, type AlertHandler, type AnsweredAlert } from '../alerts/alerts.ts';
import type { Session } from '../database/database.ts';
import { ENROLMENT_SECONDS } from '../domain/device.ts';
import { isInDoubt, isWithin, LOSS_HELD_HOURS, type LineMemory } from '../domain/line-memory.ts';
import { NEW_PHONE_OBJECTION_HOURS } from '../domain/alert.ts';
import { NEW_PHONE_NOTICES_A_DAY, newPhoneStep, newPhoneWaitEnd } from '../domain/new-phone.ts';
import { Problem } from '../domain/problem.ts';
import { SubscriptionLifecycle, type LifecycleStep } from '../lifecycle/lifecycle.ts';
import { LineMemories } from '../lines/line-memories.ts';
import { Notices } from '../notices/notices.ts';
import type { LockedSubscription } from '../subscriptions/subscription.ts';
import { Subscriptions, type Enrolment } from '../subscriptions/subscriptions.ts';
import type { ReportOutcome } from './report.ts';
import { ReportStore, type DueReport, type MadeReport } from './report.store.ts';

/** The code for a new phone, as the old one shows it. */
export type ConfirmedEnrolment = Pick<Enrolment, 'enrolmentCode' | 'enrolmentUri'> & { expiresAt: string };

/**
 * What became of a request for a new phone, for its owner. `until`: when the code is sent by SMS, null before the carrier
 * reported the new handset; after an objection, until when another request takes a log-in with the phone, or the call
 * centre. While the subscription is suspended no code is sent.
 */
export type NewPhoneStanding =
  { state: 'waiting'; since: Date; until: Date | null } | { state: 'objected'; until: Date } | { state: 'suspended' };

/**
 * A request for a new phone. The holder of the SIM can make one without a login, so the SIM alone does not suffice: the
 * old phone confirms it with the PIN, or a day must pass in which the old phone can object, or two people decide. A
 * request by log-in waits in the same way; it is also taken within a day after an objection.
 */
@Injectable()
export class NewPhone {
  constructor(
    private readonly store: ReportStore,
    private readonly alerts: Alerts,
    private readonly lifecycle: SubscriptionLifecycle,
    private readonly subscriptions: Subscriptions,
    private readonly memories: LineMemories,
    private readonly notices: Notices,
    private readonly environment: Environment,
  ) {
    alerts.answeredBy(['new_phone'], this.answers);
  }

  /** Takes a request one step further. Returns its outcome, or the time until which it must wait. */
  async proceed(
    step: LifecycleStep,
    report: MadeReport,
    subscription: LockedSubscription,
  ): Promise<ReportOutcome | Date> {
    const { session } = step;
    const { id, state } = subscription;
    // Before the first enrolment, the website shows codes to a customer who logs in by SMS. A code issued here would
    // only invalidate that one.
    if (state === 'awaiting_device') return 'no_change';
    // After an objection only a person who logged in with the phone and its PIN asks again, and that phone may object again.
    const isRefused = subscription.newPhoneObjected && !report.byLogin;
    if (subscription.suspensions.length > 0 || isRefused) return this.leaveToDesk(session, id);
    if (await this.store.isAnotherOpen(session, report, id)) return 'no_change';
    if (report.subscriptionId === null) {
      await this.store.assign(session, report.id, id);
      step.queued.push(...(await this.alerts.raise(session, id, 'new_phone', report.id)));
      await this.notify(step, report, id, 'new_phone_asked');
    }
    const lossAt = await this.store.unsuspendedLossAt(id, session);
    if (lossAt && isWithin(lossAt, LOSS_HELD_HOURS, report.now)) return lossHeldUntil(lossAt);
    const memory = await this.memories.of(subscription.lineId, session);
    const handset = await this.subscriptions.newHandset(id, session);
    const next = newPhoneStep({
      filedAt: report.filedAt,
      now: report.now,
      handsetToldAt: handset?.since ?? null,
      disturbedAt: [...disturbancesOf(memory), lossAt],
      waitMinutes: this.environment.NEW_PHONE_WAIT_MINUTES,
    });
    if (next.kind === 'wait') {
      if (next.isEnding) await this.notify(step, report, id, 'new_phone_soon');
      return next.until;
    }
    if (next.kind === 'call_centre') return this.leaveToDesk(session, id);
    await this.alerts.withdraw(session, id, ['new_phone']);
    const { enrolmentCode } = await this.subscriptions.enrolmentCode(id, session);
    const { phoneNumber } = await this.notices.addressOf(session, id);
    const notice = { kind: 'enrolment_code' } as const;
    const address = { phoneNumber, enrolmentCode };
    step.queued.push(await this.notices.enqueue(session, id, notice, address, ENROLMENT_SECONDS));
    return 'code_sent';
  }

  /** The call centre calls once, however often a new phone is asked for. */
  private async leaveToDesk(session: Session, subscriptionId: string): Promise<ReportOutcome> {
    return (await this.store.isAtTheDesk(session, subscriptionId, 'new_phone')) ? 'no_change' : 'call_centre';
  }

  /** Returns the request of a subscription that waits, or the objection to one; undefined without either. */
  async standing({
    id,
    lineId,
    suspensions,
  }: Pick<LockedSubscription, 'id' | 'lineId' | 'suspensions'>): Promise<NewPhoneStanding | undefined> {
    const open = await this.store.openNewPhone(id);
    if (!open) {
      const objectedAt = await this.subscriptions.newPhoneObjectedAt(id);
      const until = objectedAt && new Date(objectedAt.getTime() + NEW_PHONE_OBJECTION_HOURS * 3_600_000);
      return until && until > new Date() ? { state: 'objected', until } : undefined;
    }
    if (suspensions.length > 0) return { state: 'suspended' };
    const [handset, memory, lossAt] = await Promise.all([
      this.subscriptions.newHandset(id),
      this.memories.of(lineId),
      this.store.unsuspendedLossAt(id),
    ]);
    if (!handset) return { state: 'waiting', since: open.filedAt, until: null };
    const endsAt = newPhoneWaitEnd({
      filedAt: open.filedAt,
      handsetToldAt: handset.since,
      disturbedAt: [...disturbancesOf(memory), lossAt],
      waitMinutes: this.environment.NEW_PHONE_WAIT_MINUTES,
    });
    const until = lossAt && lossHeldUntil(lossAt) > endsAt ? lossHeldUntil(lossAt) : endsAt;
    return { state: 'waiting', since: open.filedAt, until };
  }

  private readonly answers: AlertHandler = {
    confirm: (alert) => this.confirm(alert),
    object: (alert) =>
      this.lifecycle.inTransaction(async (step) => {
        await this.lifecycle.lock(step, alert.subscriptionId);
        await this.alerts.close(step.session, alert, 'objected');
        await this.subscriptions.newPhoneObjected(step.session, alert.subscriptionId);
        await this.store.resolveOpen(step.session, alert.subscriptionId, 'call_centre');
      }),
    // The phone that could object is in use no more.
    served: (session, subscriptionId) => this.store.resolveOpen(session, subscriptionId, 'no_change'),
  };

  /** The old phone shows the code that enrols the new one; it is never texted. Problems: `subscription_not_active`. */
  private async confirm(alert: AnsweredAlert): Promise<ConfirmedEnrolment> {
    return this.lifecycle.inTransaction(async (step) => {
      const { session } = step;
      const before = await this.lifecycle.lock(step, alert.subscriptionId);
      await this.alerts.close(session, alert, 'confirmed');
      const drawn = this.subscriptions.drawEnrolmentCode();
      const lossAt = await this.store.unsuspendedLossAt(before.id, session);
      const isHeld = isWithin(lossAt, LOSS_HELD_HOURS, new Date());
      const expiresAt =
        isInDoubt(before) || isHeld
          ? undefined
          : await this.subscriptions.enqueueEnrolment(session, before.id, drawn.enrolmentCode, { confirmed: true });
      if (!expiresAt) {
        throw new Problem(
          'subscription_not_active',
          'The subscription is suspended, held after a report of loss, or cancelled. Contact the call centre.',
        );
      }
      await this.store.resolveOpen(session, before.id, 'confirmed');
      return { ...drawn, expiresAt: expiresAt.toISOString() };
    });
  }

  /** Tells the old phone and the number, at most twice a day however often the wait starts anew. */
  private async notify(
    step: LifecycleStep,
    report: Pick<DueReport, 'id'>,
    subscriptionId: string,
    kind: 'new_phone_asked' | 'new_phone_soon',
  ): Promise<void> {
    const told = await this.store.countNotice(step.session, report.id, {
      subscriptionId,
      most: NEW_PHONE_NOTICES_A_DAY,
    });
    if (told) await this.lifecycle.notify(step, subscriptionId, { kind });
  }
}

/** Until when a report of loss that suspended nothing holds new phones. */
function lossHeldUntil(filedAt: Date): Date {
  return new Date(filedAt.getTime() + LOSS_HELD_HOURS * 3_600_000);
}

/** What makes the wait start anew. */
function disturbancesOf({ handsetChangedAt, simChangedAt, doubtedAt }: LineMemory): (Date | null)[] {
  return [handsetChangedAt, simChangedAt, doubtedAt];
}
