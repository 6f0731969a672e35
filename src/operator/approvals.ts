import { Injectable } from '@nestjs/common';
import { randomId } from '../crypto/random.ts';
import type { Session } from '../database/database.ts';
import type { ApprovalKind } from '../domain/operator.ts';
import { Problem } from '../domain/problem.ts';
import { SubscriptionLifecycle } from '../lifecycle/lifecycle.ts';
import { Subscriptions, type Enrolment } from '../subscriptions/subscriptions.ts';
import { ApprovalStore, type ApprovalRow } from './approval.store.ts';
import { Audit } from './audit.ts';
import { MaskedNumbers } from './masked-numbers.ts';
import { nothingToChange, type Operator } from './operator-desk.ts';

/** An operator who has a personal account at the desk. */
export interface DeskOperator extends Operator {
  operatorId: string;
}

/**
 * A request for approval with the masked number of its subscription. The number is null when the subscription has
 * ended.
 */
export type Approval = Omit<ApprovalRow, 'lineId' | 'subscriptionState'> & { phoneNumber: string | null };

/** The name of each kind in the action names of the audit. */
const ACTIONS: Readonly<Record<ApprovalKind, string>> = { resume: 'resume', enrolment_code: 'enrolment-code' };

/**
 * Actions that one operator requests and another decides, because they give access to an account: resuming a
 * subscription after a loss, and issuing a code that enrols another phone.
 */
@Injectable()
export class Approvals {
  constructor(
    private readonly store: ApprovalStore,
    private readonly lifecycle: SubscriptionLifecycle,
    private readonly subscriptions: Subscriptions,
    private readonly numbers: MaskedNumbers,
    private readonly audit: Audit,
  ) {}

  /**
   * Requests an approval. Problems: `subscription_not_found`; `nothing_to_change` when the subscription does not allow
   * the action or the same request is already open.
   */
  async ask(by: DeskOperator, kind: ApprovalKind, subscriptionId: string): Promise<void> {
    const { operatorId, ...operator } = by;
    const call = { ...operator, action: `ask-${ACTIONS[kind]}`, subscriptionId };
    await this.audit.of(call, () =>
      this.lifecycle.inTransaction(async (step) => {
        const standing = await this.lifecycle.lock(step, subscriptionId);
        const isOver = standing.state === 'cancelled';
        const isNotLost = kind === 'resume' && !standing.suspensions.includes('loss_reported');
        if (isOver || isNotLost) throw nothingToChange(standing);
        const request = { id: randomId(), kind, subscriptionId, operatorId, reason: by.reason };
        if (!(await this.store.ask(step.session, request))) {
          throw new Problem('nothing_to_change', 'This was already requested. See the pending approvals.');
        }
        await this.audit.done(step.session, call);
      }),
    );
  }

  /**
   * Approves another operator’s request. Approving a resume also carries it out. Problems: `approval_not_found`,
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
    const call = { ...operator, action: `withdraw-${ACTIONS[request.kind]}`, subscriptionId: request.subscriptionId };
    await this.audit.of(call, () =>
      this.lifecycle.inTransaction(async ({ session }) => {
        if (!(await this.store.withdraw(session, id, operatorId))) throw await this.notTheirs(session, id, by.operator);
        await this.audit.done(session, call);
      }),
    );
  }

  /**
   * Issues the approved enrolment code, once and only to the operator who requested it. Earlier codes become invalid.
   * Problems: `approval_not_found`, `approval_closed`, `insufficient_scope`, `subscription_not_found`.
   */
  async take(by: Omit<DeskOperator, 'reason'>, id: string): Promise<Enrolment> {
    const { operatorId, ...operator } = by;
    const { subscriptionId, reason } = await this.findRequest(id);
    const call = { ...operator, reason, action: 'take-enrolment-code', subscriptionId };
    return this.audit.of(call, () =>
      this.lifecycle.inTransaction(async ({ session }) => {
        const enrolment = await this.subscriptions.enrolmentCode(subscriptionId, session);
        if (!(await this.store.take(session, id, operatorId))) throw await this.notTheirs(session, id, by.operator);
        await this.audit.done(session, call);
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
    const { kind, subscriptionId, askedBy } = await this.findRequest(id);
    const verb = state === 'approved' ? 'approve' : 'refuse';
    const call = { ...operator, action: `${verb}-${ACTIONS[kind]}`, subscriptionId };
    await this.audit.of(call, () =>
      this.lifecycle.inTransaction(async (step) => {
        // Lock order: the subscription before the approval.
        const before = await this.lifecycle.lock(step, subscriptionId);
        if (!(await this.store.decide(step.session, { id, operatorId, state, reason: by.reason }))) {
          throw await this.notToDecide(step.session, id, by.operator);
        }
        if (state === 'approved' && before.state === 'cancelled') throw nothingToChange(before);
        if (state === 'approved' && kind === 'resume') {
          const cause = { actor: 'operator', actorId: `${askedBy} + ${by.operator}` } as const;
          const change = { kind: 'resumed', reason: 'loss_reported' } as const;
          if (!(await this.lifecycle.change(step, before, change, cause))) throw nothingToChange(before);
        }
        await this.audit.done(step.session, call);
      }),
    );
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
    const numbers = await this.numbers.of(rows);
    return rows.map(({ lineId: _line, subscriptionState: _state, ...approval }) => ({
      ...approval,
      phoneNumber: numbers.get(approval.subscriptionId) ?? null,
    }));
  }
}

/** The problem of an unknown approval. */
export function approvalNotFound(): Problem {
  return new Problem('approval_not_found', 'Choose a request from the pending approvals.');
}

function closed(state: string): Problem {
  return new Problem('approval_closed', `The state of the request is ${state}. See the pending approvals.`, { state });
}
