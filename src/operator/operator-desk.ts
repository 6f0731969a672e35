import { Injectable } from '@nestjs/common';
import { Devices } from '../devices/devices.ts';
import { INELIGIBILITY_SENTENCES } from '../domain/eligibility.ts';
import { maskName } from '../domain/masking.ts';
import { parsePerson, seoulDay } from '../domain/person.ts';
import { formatPhoneNumber, maskPhoneNumber, parsePhoneNumber } from '../domain/phone-number.ts';
import { Problem } from '../domain/problem.ts';
import type { Standing, SubscriptionChange } from '../domain/subscription.ts';
import { History, type HistoryEntry } from '../history/history.ts';
import { SubscriptionLifecycle } from '../lifecycle/lifecycle.ts';
import { Lines } from '../lines/lines.ts';
import { Reissues, type ReissueRow } from '../subscriptions/reissues.ts';
import type { SubscriptionView } from '../subscriptions/subscription.ts';
import {
  readPhoneNumber,
  subscriptionNotFound,
  Subscriptions,
  type Enrolment,
} from '../subscriptions/subscriptions.ts';
import { Audit, type AuditedCall } from './audit.ts';
import { MaskedNumbers } from './masked-numbers.ts';
import type { AuditResponse, EligibilityResponse, StandingResponse, SubscriptionResponse } from './operator.dto.ts';

/** An operator at work: who it is, from where, and why. */
export type Operator = Pick<AuditedCall, 'operator' | 'reason' | 'address'>;

/** A subscription as the desk's page shows it; what has ended has no number. */
export interface SubscriptionLook extends AuditResponse {
  subscription: SubscriptionResponse;
  phoneNumber: string | null;
  history: HistoryEntry[];
  /** The last twenty, newest first. */
  reissues: ReissueRow[];
}

/** What is masked everywhere else. */
export interface Revealed {
  phoneNumber: string;
  birthDate: string;
  deviceName: string | null;
}

/** What the call centre does. Each call is written into the audit with what it did, or with why it was refused. */
@Injectable()
export class OperatorDesk {
  constructor(
    private readonly subscriptions: Subscriptions,
    private readonly reissues: Reissues,
    private readonly lifecycle: SubscriptionLifecycle,
    private readonly devices: Devices,
    private readonly history: History,
    private readonly lines: Lines,
    private readonly numbers: MaskedNumbers,
    private readonly audit: Audit,
  ) {}

  /** Problems: `invalid_request`, `service_unavailable`. */
  async eligibility(operator: Operator, phoneNumber: string): Promise<EligibilityResponse> {
    const call = { ...operator, action: 'eligibility', ...this.about(phoneNumber) };
    return this.audit.of(call, async () => {
      const { line, faults } = await this.subscriptions.eligibility(phoneNumber);
      const reasons = faults.map((code) => {
        const { ko, en } = INELIGIBILITY_SENTENCES[code];
        return { code, message: `${ko} ${en}` };
      });
      const seen = line && {
        phoneNumber: maskPhoneNumber(line.phoneNumber),
        carrier: line.carrier,
        status: line.status,
        holder: line.holder,
        plan: line.plan,
        os: line.handset.os,
        osVersion: line.handset.osVersion,
      };
      return this.audit.seen(call, { eligible: faults.length === 0, reasons, line: seen });
    });
  }

  /** Problems: as `Subscriptions.subscribe`. */
  async subscribe(operator: Operator, phoneNumber: string): Promise<Enrolment> {
    const call = { ...operator, action: 'subscribe', ...this.about(phoneNumber) };
    return this.audit.of(call, () =>
      this.subscriptions.subscribe(phoneNumber, causedBy(operator), (session, subscriptionId) =>
        this.audit.done(session, { ...call, subscriptionId }),
      ),
    );
  }

  /** Every subscription that ever stood on the number's lines, newest first. Problems: `invalid_request`. */
  async find(operator: Operator, typed: string): Promise<SubscriptionResponse[]> {
    const call = { ...operator, action: 'find', ...this.about(typed) };
    return this.audit.of(call, async () => {
      const found = await this.subscriptions.ofLines(await this.lines.idsByPhoneNumber(readPhoneNumber(typed)));
      if (found.length === 0) await this.audit.seen(call, undefined);
      // One entry for each that is shown: former owners of the number are among them.
      for (const { subscriptionId } of found) await this.audit.seen({ ...call, subscriptionId }, undefined);
      return found.map(shown);
    });
  }

  /** All that the desk shows of a subscription, masked, in one look. Problems: `subscription_not_found`. */
  async look(operator: Operator, subscriptionId: string): Promise<SubscriptionLook> {
    const call = { ...operator, action: 'look', subscriptionId };
    return this.audit.of(call, async () => {
      const { lineId, ...seen } = await this.subscriptions.view(subscriptionId);
      await this.audit.seen(call, undefined);
      const subscriptionState = seen.state;
      const [numbers, history, reissues, { entries, life }] = await Promise.all([
        this.numbers.of([{ subscriptionId, lineId, subscriptionState }]),
        this.maskedHistory(subscriptionId),
        this.reissues.ofSubscription(subscriptionId),
        this.told(subscriptionId),
      ]);
      const phoneNumber = numbers.get(subscriptionId) ?? null;
      return { subscription: shown(seen), phoneNumber, history, reissues, entries, life };
    });
  }

  /**
   * The number, the birth date and the device's name, unmasked. Problems: `subscription_not_found`,
   * `subscription_not_active` for one that has ended: its line may have another owner now.
   */
  async reveal(operator: Operator, subscriptionId: string): Promise<Revealed> {
    const call = { ...operator, action: 'reveal', subscriptionId };
    return this.audit.of(call, async () => {
      const { lineId, state, device } = await this.subscriptions.view(subscriptionId);
      const line = state === 'cancelled' ? null : await this.lines.byId(lineId);
      if (!line)
        throw new Problem(
          'subscription_not_active',
          'The subscription has ended, and its person is no longer stored.',
          { state },
        );
      const person = parsePerson({ ...line.owner, today: seoulDay(new Date()) });
      return this.audit.seen(call, {
        phoneNumber: formatPhoneNumber(line.phoneNumber),
        birthDate: person?.birthDate ?? line.owner.birthDate,
        deviceName: device?.name ?? null,
      });
    });
  }

  /** Problems: `subscription_not_found`, `nothing_to_change` when it was cancelled before. */
  async cancel(operator: Operator, subscriptionId: string): Promise<StandingResponse> {
    return this.change(operator, 'cancel', subscriptionId, { kind: 'cancelled', reason: 'call_centre' });
  }

  /** Suspends at once. Problems: `subscription_not_found`, `nothing_to_change`. */
  async reportLoss(operator: Operator, subscriptionId: string): Promise<StandingResponse> {
    return this.change(operator, 'report-loss', subscriptionId, { kind: 'suspended', reason: 'loss_reported' });
  }

  /** Lifts a reported loss; what the carrier suspended, the carrier resumes. Problems: as `reportLoss`. */
  async resume(operator: Operator, subscriptionId: string): Promise<StandingResponse> {
    return this.change(operator, 'resume', subscriptionId, { kind: 'resumed', reason: 'loss_reported' });
  }

  /** Five more tries at the PIN of the active device. Problems: `subscription_not_found`. */
  async unlockPin(operator: Operator, subscriptionId: string): Promise<void> {
    const call = { ...operator, action: 'unlock-pin', subscriptionId };
    await this.audit.of(call, () =>
      this.lifecycle.inTransaction(async ({ session }) => {
        if (!(await this.devices.unlockPin(session, subscriptionId))) {
          throw new Problem('subscription_not_found', 'The subscription has no active device.');
        }
        await this.audit.done(session, call);
      }),
    );
  }

  /** A new code for a new phone; earlier ones are void. Problems: `subscription_not_found`. */
  async enrolmentCode(operator: Operator, subscriptionId: string): Promise<Enrolment> {
    const call = { ...operator, action: 'enrolment-code', subscriptionId };
    return this.audit.of(call, () =>
      this.lifecycle.inTransaction(async ({ session }) => {
        const enrolment = await this.subscriptions.enrolmentCode(subscriptionId, session);
        await this.audit.done(session, call);
        return enrolment;
      }),
    );
  }

  /** The twenty entries that the app shows. Problems: `subscription_not_found`. */
  async historyOf(operator: Operator, subscriptionId: string): Promise<HistoryEntry[]> {
    const call = { ...operator, action: 'history', subscriptionId };
    return this.audit.of(call, async () => {
      await this.exists(subscriptionId);
      return this.audit.seen(call, await this.maskedHistory(subscriptionId));
    });
  }

  /** What operators did with a subscription, and what happened to it. Problems: `subscription_not_found`. */
  async auditOf(operator: Operator, subscriptionId: string): Promise<AuditResponse> {
    const call = { ...operator, action: 'audit', subscriptionId };
    return this.audit.of(call, async () => {
      await this.exists(subscriptionId);
      await this.audit.seen(call, undefined);
      return this.told(subscriptionId);
    });
  }

  private async maskedHistory(subscriptionId: string): Promise<HistoryEntry[]> {
    const entries = await this.history.latest(subscriptionId);
    return entries.map((entry) => ({ ...entry, device: entry.device === null ? null : maskName(entry.device) }));
  }

  private async told(subscriptionId: string): Promise<AuditResponse> {
    const [life, entries] = await Promise.all([
      this.subscriptions.life(subscriptionId),
      this.audit.ofSubscription(subscriptionId),
    ]);
    return {
      entries: entries.map((entry) => ({ ...entry, at: entry.at.toISOString() })),
      life: life.map(({ at, recordedAt, eventSource, eventId, ...link }) => ({
        ...link,
        at: at.toISOString(),
        recordedAt: recordedAt.toISOString(),
        event: eventSource === null ? null : `${eventSource} ${eventId ?? ''}`,
      })),
    };
  }

  private async change(
    operator: Operator,
    action: string,
    subscriptionId: string,
    change: SubscriptionChange,
  ): Promise<StandingResponse> {
    const call = { ...operator, action, subscriptionId };
    return this.audit.of(call, () =>
      this.lifecycle.inTransaction(async (step) => {
        const before = await this.lifecycle.lock(step, subscriptionId);
        const after = await this.lifecycle.change(step, before, change, causedBy(operator));
        if (!after) throw nothingToChange(before);
        await this.audit.done(step.session, call);
        return { subscriptionId, ...after, suspensions: [...after.suspensions] };
      }),
    );
  }

  private about(typed: string): { phoneIndex?: Buffer } {
    const phoneNumber = parsePhoneNumber(typed);
    return phoneNumber ? { phoneIndex: this.lines.indexOf(phoneNumber) } : {};
  }

  private async exists(subscriptionId: string): Promise<void> {
    const life = await this.subscriptions.life(subscriptionId);
    if (life.length === 0) throw subscriptionNotFound();
  }
}

function shown({ since, subscribedAt, protectedSince, device, ...rest }: SubscriptionView): SubscriptionResponse {
  return {
    ...rest,
    since: since.toISOString(),
    subscribedAt: subscribedAt.toISOString(),
    protectedSince: protectedSince?.toISOString() ?? null,
    device: device && {
      ...device,
      name: maskName(device.name),
      enrolledAt: new Date(device.enrolledAt).toISOString(),
    },
  };
}

function causedBy({ operator }: Operator): { actor: 'operator'; actorId: string } {
  return { actor: 'operator', actorId: operator };
}

/** What was to be changed is not so, or no longer. */
export function nothingToChange({ state, suspensions }: Standing): Problem {
  const why = suspensions.length > 0 ? `${state} (${suspensions.join(', ')})` : state;
  return new Problem(
    'nothing_to_change',
    `The state of the subscription is ${why}, which does not allow this. Look the subscription up again.`,
    { state },
  );
}
