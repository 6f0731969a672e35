import { Injectable } from '@nestjs/common';
import { Devices } from '../devices/devices.ts';
import { Consents } from '../consents/consents.ts';
import { LOCALES } from '../domain/locale.ts';
import { seoulDay } from '../domain/person.ts';
import { LegalTexts } from '../pages/legal/legal-texts.ts';
import { randomId } from '../crypto/random.ts';
import type { Session } from '../database/database.ts';
import type { ApprovalKind } from '../domain/operator.ts';
import { DEED_NAMES, termsOf } from '../domain/deed.ts';
import type { Hold } from '../domain/line-memory.ts';
import { parsePhoneNumber } from '../domain/phone-number.ts';
import { Problem } from '../domain/problem.ts';
import type { SuspensionReason } from '../domain/subscription.ts';
import { FormLimits } from '../http/form-limits.ts';
import { SubscriptionLifecycle, type LifecycleStep } from '../lifecycle/lifecycle.ts';
import { Lines } from '../lines/lines.ts';
import type { LockedSubscription } from '../subscriptions/subscription.ts';
import { Subscriptions, type Enrolment } from '../subscriptions/subscriptions.ts';
import { announcedRequests } from './announced-requests.ts';
import { ApprovalStore, type ApprovalRow } from './approval.store.ts';
import { Audit } from './audit.ts';
import { DeedRequestStore } from './deed-request.store.ts';
import { HeldLines } from './held-lines.ts';
import { MaskedNumbers } from './masked-numbers.ts';
import { nothingToChange, type Operator } from './operator-desk.ts';
import { simStands } from './second-person.ts';

/** An operator who has a personal account at the desk. */
export interface DeskOperator extends Operator {
  operatorId: string;
}

/**
 * A request for approval with the masked number of its line, and with what stands on it, so that the decider knows. The
 * number is null when the subscription has ended.
 */
export type Approval = Pick<
  ApprovalRow,
  | 'id'
  | 'kind'
  | 'state'
  | 'subscriptionId'
  | 'identified'
  | 'askedBy'
  | 'askedAt'
  | 'reason'
  | 'expiresAt'
  | 'decidedBy'
  | 'decisionReason'
> & { phoneNumber: string | null; suspensions: readonly SuspensionReason[]; hold: Hold | null };

/** The kinds about a subscription that exists. */
type AskedKind = Exclude<ApprovalKind, 'subscribe'>;

/** The name of each kind in the action names of the audit. */
const ACTIONS: Readonly<Record<ApprovalKind, string>> = { ...DEED_NAMES, subscribe: 'subscribe-identified' };

/**
 * Actions that one operator requests and another decides, because they give access to an account or take protection from
 * it. `domain/deed.ts` says which.
 */
@Injectable()
export class Approvals {
  constructor(
    private readonly store: ApprovalStore,
    private readonly programs: DeedRequestStore,
    private readonly lifecycle: SubscriptionLifecycle,
    private readonly subscriptions: Subscriptions,
    private readonly devices: Devices,
    private readonly lines: Lines,
    private readonly held: HeldLines,
    private readonly numbers: MaskedNumbers,
    private readonly limits: FormLimits,
    private readonly legal: LegalTexts,
    private readonly consents: Consents,
    private readonly audit: Audit,
  ) {}

  /**
   * Requests an approval. Problems: `subscription_not_found`; `nothing_to_change` when the subscription does not allow
   * the action or the same request is already open; `too_many_requests` for a cancellation, which the person is told of.
   */
  async ask(by: DeskOperator, kind: AskedKind, subscriptionId: string): Promise<void> {
    const { operatorId, ...operator } = by;
    const call = { ...operator, action: `ask-${ACTIONS[kind]}`, subscriptionId };
    await this.audit.of(call, () =>
      this.lifecycle.inTransaction(async (step) => {
        const standing = await this.lifecycle.lock(step, subscriptionId);
        if (!(await this.isPossible(step, standing, kind))) throw notPossible(standing, kind);
        const request = { id: randomId(), kind, subscriptionId, operatorId, reason: by.reason };
        if (!(await this.store.ask(step.session, request))) throw alreadyRequested();
        if (kind === 'cancel') {
          await this.limits.spendIn(
            step.session,
            announcedRequests('cancellation', { actorId: operatorId, subscriptionId }),
          );
          await this.lifecycle.announceCancellation(step, subscriptionId, request.id);
        }
        await this.audit.done(step.session, call);
      }),
    );
  }

  /**
   * Requests to subscribe the line of a number although a SIM change or a report of loss holds it, because the customer
   * is present and `identified`, and `agreed` when the terms were read aloud. Nothing else is overridden. Problems:
   * `invalid_request` unless both,
   * `not_eligible` with the other rules that the line does not meet, `nothing_to_change` when nothing holds it or the
   * same request is already open, `service_unavailable`.
   */
  async askToSubscribe(
    by: DeskOperator,
    typed: string,
    { identified, agreed }: { identified: boolean; agreed: boolean },
  ): Promise<void> {
    const { operatorId, ...operator } = by;
    const number = parsePhoneNumber(typed);
    const phoneIndex = number === null ? {} : { phoneIndex: this.lines.indexOf(number) };
    const call = { ...operator, action: `ask-${ACTIONS.subscribe}`, ...phoneIndex };
    await this.audit.of(call, async () => {
      if (!identified) throw notIdentified();
      if (!agreed) throw notAgreed();
      const line = await this.held.find(typed);
      const request = { id: randomId(), lineId: line.lineId, operatorId, reason: by.reason };
      await this.lifecycle.changingLines(async (step) => {
        await this.lifecycle.numbersLost(step, await this.subscriptions.register(step.session, line));
        if (!(await this.store.askForLine(step.session, request))) throw alreadyRequested();
        await this.audit.done(step.session, call);
      });
    });
  }

  /**
   * Approves another operator’s request, which also carries it out, except for codes. Problems: `approval_not_found`,
   * `approval_closed`, `insufficient_scope` for the operator’s own request, `nothing_to_change` when the action is no
   * longer possible.
   */
  async approve(by: DeskOperator, id: string): Promise<void> {
    await this.decide(by, id, 'approved');
  }

  /**
   * Refuses another operator’s request. Problems: `approval_not_found`, `approval_closed`, `insufficient_scope` for the
   * operator’s own request.
   */
  async refuse(by: DeskOperator, id: string): Promise<void> {
    await this.decide(by, id, 'refused');
  }

  /** Withdraws the operator’s own request. Problems: `approval_not_found`, `approval_closed`, `insufficient_scope`. */
  async withdraw(by: DeskOperator, id: string): Promise<void> {
    const { operatorId, ...operator } = by;
    const request = await this.findRequest(id);
    const call = { ...operator, action: `withdraw-${ACTIONS[request.kind]}`, ...concerning(request) };
    await this.audit.of(call, () =>
      this.lifecycle.inTransaction(async (step) => {
        const { session } = step;
        // Lock order: the subscription before the approval. A program that requests the same waits for what is told here.
        if (request.subscriptionId !== null) await this.lifecycle.lock(step, request.subscriptionId);
        if (!(await this.store.withdraw(session, id, operatorId))) throw await this.notTheirs(session, id, by.operator);
        await this.endAnnouncement(step, request);
        await this.audit.done(session, call);
      }),
    );
  }

  /**
   * Issues the approved enrolment code, once and only to the operator who requested it; for a line in a hold, it also
   * subscribes the line. Earlier codes become invalid. Problems: `approval_not_found`, `approval_closed`,
   * `insufficient_scope`, `subscription_not_found`, `not_eligible`, `service_unavailable`.
   */
  async take(by: Omit<DeskOperator, 'reason'>, id: string): Promise<Enrolment> {
    const { operatorId, ...operator } = by;
    const request = await this.findRequest(id);
    const { subscriptionId, kind, reason } = request;
    const call = { ...operator, reason, action: `take-${ACTIONS[kind]}`, ...concerning(request) };
    const close = async (session: Session, of: string) => {
      const taken = await this.store.take(session, { id, operatorId, subscriptionId: of });
      if (!taken) throw await this.notTheirs(session, id, by.operator);
      if (subscriptionId === null) {
        // The customer agreed to what was in effect when it was read aloud.
        const versions = this.legal.agreed([], seoulDay(request.askedAt));
        const read = { versions, locale: LOCALES[0], channel: 'call_centre', recordedBy: request.askedBy } as const;
        await this.consents.record(session, of, read);
      }
      await this.audit.done(session, { ...call, subscriptionId: of });
    };
    return this.audit.of(call, () =>
      subscriptionId === null
        ? this.held.subscribe(request, close)
        : this.lifecycle.inTransaction(async ({ session }) => {
            const enrolment = await this.subscriptions.enrolmentCode(subscriptionId, session);
            await close(session, subscriptionId);
            return enrolment;
          }),
    );
  }

  /** Lists the open approvals, oldest first. */
  async open(): Promise<Approval[]> {
    return this.shown(await this.store.open());
  }

  /** Lists the last twenty closed approvals, newest first. */
  async closed(): Promise<Approval[]> {
    return this.shown(await this.store.closed());
  }

  /** Closes the expired and void approvals; a worker calls it periodically. */
  async expire(): Promise<void> {
    await this.store.expire();
  }

  private async decide(by: DeskOperator, id: string, state: 'approved' | 'refused'): Promise<void> {
    const { operatorId, ...operator } = by;
    const request = await this.findRequest(id);
    const { kind, subscriptionId, askedBy } = request;
    const verb = state === 'approved' ? 'approve' : 'refuse';
    const call = { ...operator, action: `${verb}-${ACTIONS[kind]}`, ...concerning(request) };
    await this.audit.of(call, () =>
      this.lifecycle.inTransaction(async (step) => {
        // Lock order: the subscription before the approval.
        const before = subscriptionId === null ? null : await this.lifecycle.lock(step, subscriptionId);
        if (!(await this.store.decide(step.session, { id, operatorId, state, reason: by.reason }))) {
          throw await this.notToDecide(step.session, id, by.operator);
        }
        if (before && kind !== 'subscribe' && state === 'approved') {
          if (!(await this.isPossible(step, before, kind))) throw notPossible(before, kind);
          await this.perform(step, before, kind, `${askedBy} + ${by.operator}`);
        }
        if (state === 'refused') await this.endAnnouncement(step, request);
        await this.audit.done(step.session, call);
      }),
    );
  }

  /**
   * The person was told of a request to cancel, which has ended without an answer from the phone. The phone keeps its
   * answer while a program requests the same: one alert stands for every request.
   */
  private async endAnnouncement(step: LifecycleStep, { kind, subscriptionId }: ApprovalRow): Promise<void> {
    if (kind !== 'cancel' || subscriptionId === null) return;
    if (await this.programs.isToBeCancelled(step.session, subscriptionId)) return;
    await this.lifecycle.endAnnouncement(step, subscriptionId, 'cancellation');
  }

  /** Whether two operators may do this to the subscription as it stands, and whether it would change anything. */
  private async isPossible({ session }: LifecycleStep, before: LockedSubscription, kind: AskedKind): Promise<boolean> {
    if (before.state === 'cancelled') return false;
    if (termsOf(kind, await this.subscriptions.circumstancesOf(session, before), 'operator') === 'never') return false;
    if (kind === 'resume') return before.suspensions.includes('loss_reported');
    return kind !== 'unlock_pin' || this.devices.hasActive(session, before.id);
  }

  /** Carries out what two operators agreed on. A code waits until it is taken. */
  private async perform(
    step: LifecycleStep,
    before: LockedSubscription,
    kind: AskedKind,
    names: string,
  ): Promise<void> {
    const by = { actor: 'operator', actorId: names } as const;
    if (kind === 'resume') await this.lifecycle.change(step, before, { kind: 'resumed', reason: 'loss_reported' }, by);
    if (kind === 'cancel') await this.lifecycle.change(step, before, { kind: 'cancelled', reason: 'call_centre' }, by);
    if (kind === 'unlock_pin') {
      step.queued.push(...((await this.devices.unlockPin(step.session, before.id)) ?? []));
    }
  }

  private async findRequest(id: string, session?: Session): Promise<ApprovalRow> {
    const request = await this.store.byId(id, session);
    if (!request) throw approvalNotFound();
    return request;
  }

  private async notToDecide(session: Session, id: string, login: string): Promise<Problem> {
    const { askedBy, state } = await this.findRequest(id, session);
    if (askedBy !== login) return closed(state);
    return new Problem('insufficient_scope', 'You made this request yourself. Another operator must decide.', {
      roles: [],
    });
  }

  private async notTheirs(session: Session, id: string, login: string): Promise<Problem> {
    const { askedBy, state } = await this.findRequest(id, session);
    if (askedBy === login) return closed(state);
    return new Problem('insufficient_scope', 'Only the operator who made this request can do this.', { roles: [] });
  }

  private async shown(rows: readonly ApprovalRow[]): Promise<Approval[]> {
    const numbers = await this.numbers.of(
      rows.map(({ id, lineId, subscriptionState }) => ({
        subscriptionId: id,
        lineId,
        subscriptionState: subscriptionState ?? 'awaiting_device',
      })),
    );
    return rows.map((row) => {
      const { suspensions, protectedSince } = row;
      const standing = suspensions ? { suspensions, protectedSince } : undefined;
      return {
        ...row,
        phoneNumber: numbers.get(row.id) ?? null,
        suspensions: suspensions ?? [],
        hold: this.subscriptions.holdBy(row, standing),
      };
    });
  }
}

/** What an audited call about a request concerns. A line is named by its request alone. */
function concerning({ subscriptionId }: ApprovalRow): { subscriptionId?: string } {
  return subscriptionId === null ? {} : { subscriptionId };
}

function notPossible(standing: LockedSubscription, kind: AskedKind): Problem {
  const isSwapped = kind === 'resume' && standing.suspensions.includes('sim_swapped');
  return isSwapped ? simStands(standing) : nothingToChange(standing);
}

function alreadyRequested(): Problem {
  return new Problem('nothing_to_change', 'This was already requested. See the pending approvals.');
}

function notIdentified(): Problem {
  const errors = [{ pointer: '/identified', detail: 'Confirm that the customer is present and identified.' }];
  return new Problem('invalid_request', 'The customer must be present and identified.', { errors });
}

function notAgreed(): Problem {
  const errors = [{ pointer: '/agreed', detail: 'Confirm that the customer agreed after you read the terms aloud.' }];
  return new Problem('invalid_request', 'The customer must agree to the terms and the privacy policy.', { errors });
}

/** The problem of an unknown approval. */
export function approvalNotFound(): Problem {
  return new Problem('approval_not_found', 'Choose a request from the pending approvals.');
}

function closed(state: string): Problem {
  return new Problem('approval_closed', `The state of the request is ${state}. See the pending approvals.`, { state });
}
