import { Injectable } from '@nestjs/common';
import { Environment } from '../../config/environment.ts';
import {
  ReissueApplications,
  type GivenRecipient,
  type ReissueOrigin,
  type OpenApplications,
} from '../customers/reissue-applications.ts';
import { NewPhone, type NewPhoneStanding } from '../customers/new-phone.ts';
import type { Session } from '../database/database.ts';
import { Devices } from '../devices/devices.ts';
import { INELIGIBILITY_SENTENCES } from '../domain/eligibility.ts';
import type { Hold } from '../domain/line-memory.ts';
import { maskName } from '../domain/masking.ts';
import { parsePerson, seoulDay } from '../domain/person.ts';
import { formatPhoneNumber, maskPhoneNumber, parsePhoneNumber } from '../domain/phone-number.ts';
import { Problem } from '../domain/problem.ts';
import { afterChange, type Standing, type SubscriptionChange } from '../domain/subscription.ts';
import { TextMessages, type SentText } from '../delivery/text-messages.ts';
import { FormLimits, type FormLimit } from '../http/form-limits.ts';
import { Disclosures, type ShownDisclosure } from '../history/disclosures.ts';
import { History, type HistoryEntry } from '../history/history.ts';
import { SubscriptionLifecycle } from '../lifecycle/lifecycle.ts';
import { Lines } from '../lines/lines.ts';
import { Reissues, type ReissueRow } from '../subscriptions/reissues.ts';
import type { LockedSubscription, SubscriptionView } from '../subscriptions/subscription.ts';
import {
  readPhoneNumber,
  subscriptionNotFound,
  Subscriptions,
  type Enrolment,
} from '../subscriptions/subscriptions.ts';
import { SubscriptionLog, type SubscriptionLogged } from '../authentication/subscription-log.ts';
import { Audit, type AuditedCall } from './audit.ts';
import { Corrections, type OpenCorrection } from './corrections.ts';
import { MaskedNumbers } from './masked-numbers.ts';
import { PhoneLooks, type PhoneLook } from './phone-look.ts';
import { SecondPerson, type Doer } from './second-person.ts';
import type { AuditResponse, EligibilityResponse, StandingResponse, SubscriptionResponse } from './operator.dto.ts';

/** As many answers as authentications. */
const SHOWN_DISCLOSURES = 20;

/** The operator who acts, with the reason and the address. */
export type Operator = Pick<AuditedCall, 'operator' | 'reason' | 'address'>;

/** A subscription as the desk's page shows it. `phoneNumber` is null for a cancelled one, and while the line has none. */
export interface SubscriptionLook extends AuditResponse {
  subscription: SubscriptionResponse;
  phoneNumber: string | null;
  /** The PIN was unlocked within 24 hours, so that unlocking it again takes two people. */
  pinWasUnlocked: boolean;
  /** Codes by SMS, and joining anew, are held after a SIM change or a report of loss. */
  hold: Hold | null;
  /** The request for a new phone that waits, or that the old phone objected to. */
  newPhone: NewPhoneStanding | undefined;
  history: HistoryEntry[];
  /** What relying parties were told without an authentication, the last twenty, newest first. */
  disclosures: ShownDisclosure[];
  /** Codes and notices by SMS, the last twenty, newest first. */
  texts: SentText[];
  /** The last twenty, newest first. */
  reissues: ReissueRow[];
  /** The customer's own applications by the reissues that they became. */
  origins: ReadonlyMap<string, ReissueOrigin>;
  phone: PhoneLook;
  /** The customer's own applications for a reissue that wait for an operator. */
  applications: OpenApplications;
  /** What the carrier must change. */
  corrections: OpenCorrection[];
}

/** Data that all other pages mask. */
export interface Revealed {
  /** Null while the line has none. */
  phoneNumber: string | null;
  birthDate: string;
  deviceName: string | null;
  /** The postal addresses that the customer's applications for a reissue name, newest first. */
  recipients: GivenRecipient[];
}

/** The actions of the call centre. Each call is audited, either as done or with the code of its problem. */
@Injectable()
export class OperatorDesk {
  constructor(
    private readonly subscriptions: Subscriptions,
    private readonly reissues: Reissues,
    private readonly applications: ReissueApplications,
    private readonly newPhone: NewPhone,
    private readonly lifecycle: SubscriptionLifecycle,
    private readonly devices: Devices,
    private readonly history: History,
    private readonly disclosures: Disclosures,
    private readonly log: SubscriptionLog,
    private readonly lines: Lines,
    private readonly numbers: MaskedNumbers,
    private readonly secondPerson: SecondPerson,
    private readonly limits: FormLimits,
    private readonly environment: Environment,
    private readonly audit: Audit,
    private readonly texts: TextMessages,
    private readonly phones: PhoneLooks,
    private readonly corrections: Corrections,
  ) {}

  /** Returns whether the line of a number can subscribe. Problems: `invalid_request`, `service_unavailable`. */
  async eligibility(operator: Operator, phoneNumber: string): Promise<EligibilityResponse> {
    const call = { ...operator, action: 'eligibility', ...this.about(phoneNumber) };
    return this.audit.of(call, async () => {
      const { line, faults } = await this.subscriptions.eligibility(phoneNumber);
      const reasons = faults.map((code) => {
        const { ko, en } = INELIGIBILITY_SENTENCES[code];
        return { code, message: `${ko} ${en}` };
      });
      const shownLine = line && {
        phoneNumber: maskPhoneNumber(line.phoneNumber),
        carrier: line.carrier,
        status: line.status,
        holder: line.holder,
        plan: line.plan,
        os: line.handset.os,
        osVersion: line.handset.osVersion,
      };
      return this.audit.recordRead(call, { eligible: faults.length === 0, reasons, line: shownLine });
    });
  }

  /**
   * Subscribes a line and returns the code that enrols its app. A line whose protection ended a moment ago counts as one
   * whose phone is in use: cancelling and subscribing anew leads to another phone, as `enrolmentCode` does. Problems: as
   * `Subscriptions.subscribe`, and `too_many_requests`.
   */
  async subscribe(doer: Doer, phoneNumber: string): Promise<Enrolment> {
    const call = { ...auditedBy(doer), action: 'subscribe', ...this.about(phoneNumber) };
    return this.audit.of(call, () =>
      this.lifecycle.subscribe(phoneNumber, causedBy(doer), async (session, subscriptionId) => {
        if (await this.subscriptions.followsAnother(session, subscriptionId))
          await this.limits.spendIn(session, this.codesOf(doer));
        await this.audit.done(session, { ...call, subscriptionId });
      }),
    );
  }

  /** Lists every subscription that the number's lines ever had, newest first. Problems: `invalid_request`. */
  async find(operator: Operator, typed: string): Promise<SubscriptionResponse[]> {
    const call = { ...operator, action: 'find', ...this.about(typed) };
    return this.audit.of(call, async () => {
      const found = await this.subscriptions.ofLines(await this.lines.idsByPhoneNumber(readPhoneNumber(typed)));
      if (found.length === 0) await this.audit.recordRead(call, undefined);
      // One entry for each subscription shown, because some belong to former owners of the number.
      for (const { subscriptionId } of found) await this.audit.recordRead({ ...call, subscriptionId }, undefined);
      return found.map(shown);
    });
  }

  /**
   * Returns all that the desk shows of a subscription, masked, and audits it as one read. Problems:
   * `subscription_not_found`.
   */
  async look(operator: Operator, subscriptionId: string): Promise<SubscriptionLook> {
    const call = { ...operator, action: 'look', subscriptionId };
    return this.audit.of(call, async () => {
      const { lineId, ...view } = await this.subscriptions.view(subscriptionId);
      await this.audit.recordRead(call, undefined);
      const subscriptionState = view.state;
      const stands = view.state !== 'cancelled';
      const [hold, newPhone, numbers, history, disclosures, texts, reissues, applications, phone, { entries, life }] =
        await Promise.all([
          stands ? this.subscriptions.holdUnder({ ...view, lineId }) : null,
          stands ? this.newPhone.standing({ id: subscriptionId, lineId, suspensions: view.suspensions }) : undefined,
          this.numbers.of([{ subscriptionId, lineId, subscriptionState }]),
          this.maskedHistory(subscriptionId),
          this.disclosures.ofPerson(stands ? lineId : null, subscriptionId, SHOWN_DISCLOSURES),
          this.texts.ofSubscription(subscriptionId),
          this.reissues.ofSubscription(subscriptionId),
          stands ? this.applications.open(subscriptionId) : { shown: [], count: 0 },
          this.phones.of(view),
          this.auditTrail(subscriptionId),
        ]);
      const phoneNumber = numbers.get(subscriptionId) ?? null;
      const [origins, corrections] = await Promise.all([
        this.applications.originsOf(reissues.map(({ id }) => id)),
        stands ? this.corrections.ofSubscription(subscriptionId) : [],
      ]);
      const { pinWasUnlocked } = view;
      const subscription = shown(view);
      const standing = { subscription, phoneNumber, pinWasUnlocked, hold, newPhone };
      return {
        ...standing,
        history,
        disclosures,
        texts,
        reissues,
        origins,
        applications,
        corrections,
        phone,
        entries,
        life,
      };
    });
  }

  /**
   * Returns the number, the birth date, the device's name and the addresses for letters, unmasked. Problems: `subscription_not_found`;
   * `subscription_not_active` for a cancelled subscription, whose line may belong to another person now.
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
      const recipients = await this.applications.recipientsOf(subscriptionId);
      const person = parsePerson({ ...line.owner, today: seoulDay(new Date()) });
      return this.audit.recordRead(call, {
        phoneNumber: line.phoneNumber === null ? null : formatPhoneNumber(line.phoneNumber),
        birthDate: person?.birthDate ?? line.owner.birthDate,
        deviceName: device?.name ?? null,
        recipients,
      });
    });
  }

  /**
   * Cancels a subscription for good. Problems: `subscription_not_found`, `nothing_to_change` when it is already
   * cancelled, and those of `SecondPerson.expect`.
   */
  async cancel(doer: Doer, subscriptionId: string): Promise<StandingResponse> {
    const change = { kind: 'cancelled', reason: 'call_centre' } as const;
    return this.change(doer, 'cancel', subscriptionId, change, (session, before) =>
      this.secondPerson.expect(session, before, 'cancel', doer),
    );
  }

  /**
   * Suspends a subscription at once. A loss that was reported without a login is from now on reported at the call centre,
   * and lifted by no phone. Problems: `subscription_not_found`, `nothing_to_change`.
   */
  async reportLoss(operator: Operator, subscriptionId: string): Promise<StandingResponse> {
    return this.change(operator, 'report-loss', subscriptionId, { kind: 'suspended', reason: 'loss_reported' });
  }

  /**
   * Lifts a reported loss, unless a SIM change stands too. Only the carrier lifts its own suspensions. Problems: as
   * `cancel`.
   */
  async resume(doer: Doer, subscriptionId: string): Promise<StandingResponse> {
    const change = { kind: 'resumed', reason: 'loss_reported' } as const;
    return this.change(doer, 'resume', subscriptionId, change, (session, before) =>
      this.secondPerson.expect(session, before, 'resume', doer),
    );
  }

  /**
   * Unlocks the PIN of the active device, which allows five more attempts, and tells the person; once in 24 hours by one
   * person. Problems: `subscription_not_found`, `pin_exhausted`, `second_person_required`; `nothing_to_change` when no phone
   * is in use.
   */
  async unlockPin(doer: Doer, subscriptionId: string): Promise<void> {
    const call = { ...auditedBy(doer), action: 'unlock-pin', subscriptionId };
    await this.audit.of(call, () =>
      this.lifecycle.inTransaction(async (step) => {
        const { session } = step;
        const locked = await this.lifecycle.lock(step, subscriptionId);
        if (locked.state === 'cancelled') throw nothingToChange(locked);
        const told = await this.devices.unlockPin(session, subscriptionId);
        if (!told) throw nothingToChange(locked);
        step.queued.push(...told);
        await this.secondPerson.expect(session, locked, 'unlock_pin', doer);
        await this.audit.done(session, call);
      }),
    );
  }

  /**
   * Issues an enrolment code for a new phone; earlier codes become invalid. Codes that one program issues while a phone
   * is in use are counted. Problems: `subscription_not_found`, `nothing_to_change` for one that is cancelled,
   * `too_many_requests`, and those of `SecondPerson.expect`.
   */
  async enrolmentCode(doer: Doer, subscriptionId: string): Promise<Enrolment> {
    const call = { ...auditedBy(doer), action: 'enrolment-code', subscriptionId };
    return this.audit.of(call, () =>
      this.lifecycle.inTransaction(async (step) => {
        const { session } = step;
        const locked = await this.lifecycle.lock(step, subscriptionId);
        if (locked.state === 'cancelled') throw nothingToChange(locked);
        await this.secondPerson.expect(session, locked, 'enrolment_code', doer);
        if (await this.devices.hasActive(session, subscriptionId))
          await this.limits.spendIn(session, this.codesOf(doer));
        const enrolment = await this.subscriptions.enrolmentCode(subscriptionId, session);
        await this.audit.done(session, call);
        return enrolment;
      }),
    );
  }

  private codesOf({ id: of }: Doer): FormLimit {
    return { name: 'enrolment-codes', of, times: this.environment.ENROLMENT_CODES_PER_CLIENT_HOUR, seconds: 3_600 };
  }

  /** Lists the twenty entries that the app shows. Problems: `subscription_not_found`. */
  async historyOf(operator: Operator, subscriptionId: string): Promise<HistoryEntry[]> {
    const call = { ...operator, action: 'history', subscriptionId };
    return this.audit.of(call, async () => {
      await this.exists(subscriptionId);
      return this.audit.recordRead(call, await this.maskedHistory(subscriptionId));
    });
  }

  /** Returns what the desk shows of the phone and of the pushes to it. Problems: `subscription_not_found`. */
  async phoneOf(operator: Operator, subscriptionId: string): Promise<PhoneLook> {
    const call = { ...operator, action: 'look', subscriptionId };
    return this.audit.of(call, async () => {
      const { lineId: _line, ...view } = await this.subscriptions.view(subscriptionId);
      return this.audit.recordRead(call, await this.phones.of(view));
    });
  }

  /** Returns what happened to one authentication of a subscription. Problems: `authentication_not_found`. */
  async historyEntry(operator: Operator, subscriptionId: string, id: string): Promise<SubscriptionLogged> {
    const call = { ...operator, action: 'history', subscriptionId };
    return this.audit.of(call, async () => {
      const one = await this.log.find(subscriptionId, id);
      if (!one) throw authenticationNotFound();
      return this.audit.recordRead(call, one);
    });
  }

  /** Returns the actions of operators on a subscription, and its transitions. Problems: `subscription_not_found`. */
  async auditOf(operator: Operator, subscriptionId: string): Promise<AuditResponse> {
    const call = { ...operator, action: 'audit', subscriptionId };
    return this.audit.of(call, async () => {
      await this.exists(subscriptionId);
      await this.audit.recordRead(call, undefined);
      return this.auditTrail(subscriptionId);
    });
  }

  private async maskedHistory(subscriptionId: string): Promise<HistoryEntry[]> {
    const entries = await this.history.latest(subscriptionId);
    return entries.map((entry) => ({ ...entry, device: entry.device === null ? null : maskName(entry.device) }));
  }

  private async auditTrail(subscriptionId: string): Promise<AuditResponse> {
    const [life, entries] = await Promise.all([
      this.subscriptions.transitions(subscriptionId),
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
    expectSecond: (session: Session, before: LockedSubscription) => Promise<string> = () =>
      Promise.resolve(operator.operator),
  ): Promise<StandingResponse> {
    const call = { ...auditedBy(operator), action, subscriptionId };
    return this.audit.of(call, () =>
      this.lifecycle.inTransaction(async (step) => {
        const before = await this.lifecycle.lock(step, subscriptionId);
        const isSwapped = before.suspensions.includes('sim_swapped');
        if (!afterChange(before, change) && !isSwapped && change.kind !== 'suspended') throw nothingToChange(before);
        const names = await expectSecond(step.session, before);
        const after = await this.lifecycle.change(step, before, change, causedBy({ operator: names }));
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
    const life = await this.subscriptions.transitions(subscriptionId);
    if (life.length === 0) throw subscriptionNotFound();
  }
}

function shown({
  since,
  subscribedAt,
  protectedSince,
  pinWasUnlocked: _unlocked,
  device,
  ...rest
}: SubscriptionView): SubscriptionResponse {
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

function causedBy({ operator }: Pick<Operator, 'operator'>): { actor: 'operator'; actorId: string } {
  return { actor: 'operator', actorId: operator };
}

/** What the audit records of the one who acts. */
function auditedBy({ operator, reason, address }: Operator): Operator {
  return { operator, reason, address };
}

/** The problem of an authentication that is not in the history of the subscription. */
export function authenticationNotFound(): Problem {
  return new Problem('authentication_not_found', 'Use an id listed in the history of this subscription.');
}

/** The problem of a change that does not apply to the subscription's state. */
export function nothingToChange({ state, suspensions }: Standing): Problem {
  const why = suspensions.length > 0 ? `${state} (${suspensions.join(', ')})` : state;
  return new Problem(
    'nothing_to_change',
    `The state of the subscription is ${why}, which does not allow this. Look the subscription up again.`,
    { state },
  );
}
