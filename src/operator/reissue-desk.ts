import { Injectable } from '@nestjs/common';
import { Environment } from '../../config/environment.ts';
import { randomId } from '../crypto/random.ts';
import { ENROLMENT_SECONDS } from '../domain/device.ts';
import {
  ReissueApplications,
  type Recipient,
  type ReissueOrigin,
  type ShownApplication,
  type WaitingApplication,
} from '../customers/reissue-applications.ts';
import type { Session } from '../database/database.ts';
import type { IdentityProof, ReissueCause, ReissueDelivery } from '../domain/reissue.ts';
import type { CheckedProof } from '../domain/reissue-application.ts';
import { badParameter } from '../http/faults.ts';
import { FormLimits } from '../http/form-limits.ts';
import { SubscriptionLifecycle } from '../lifecycle/lifecycle.ts';
import { Reissues, type ReissueActor, type ReissueRow } from '../subscriptions/reissues.ts';
import { Subscriptions } from '../subscriptions/subscriptions.ts';
import { announcedRequests } from './announced-requests.ts';
import { Audit } from './audit.ts';
import { MaskedNumbers } from './masked-numbers.ts';
import { nothingToChange, type Operator } from './operator-desk.ts';

/** An operator or a program that works on a reissue, with the id of the account. */
export interface ReissueOperator extends Operator {
  id: string;
}

/** The details of an application. */
export interface ReissueApplication {
  cause: ReissueCause;
  oldSerialNumber: string;
  identityProof: IdentityProof;
  delivery: ReissueDelivery;
}

/** The code to be handed over or printed in an activation letter. It is not stored in clear. */
export interface IssuedReissue {
  reissueId: string;
  delivery: ReissueDelivery;
  enrolmentCode: string;
  enrolmentUri: string;
  expiresAt: string;
}

/**
 * A reissue that waits for a decision, with the masked number and the reason of the application. `origin` is the
 * customer's own application; null when an operator applied without one.
 */
export type WaitingReissue = ReissueRow & {
  phoneNumber: string | null;
  reason: string | null;
  origin: ReissueOrigin | null;
};

/** A customer's own application that waits for an operator, with the masked number. */
export type CustomerApplication = Omit<WaitingApplication, 'lineId' | 'subscriptionState'> & {
  phoneNumber: string | null;
};

/** A page of customers' own applications; `next` is null on the last one. */
export interface AppliedPage {
  shown: CustomerApplication[];
  next: string | null;
  isFirst: boolean;
}

const APPLY = 'apply-reissue';
const A_DAY = 86_400;

/**
 * Reissues as the call centre and the counters carry them out. Applying, approving and issuing notify the person on the
 * old phone and by SMS. Each step is audited.
 */
@Injectable()
export class ReissueDesk {
  constructor(
    private readonly reissues: Reissues,
    private readonly lifecycle: SubscriptionLifecycle,
    private readonly subscriptions: Subscriptions,
    private readonly applications: ReissueApplications,
    private readonly numbers: MaskedNumbers,
    private readonly limits: FormLimits,
    private readonly audit: Audit,
    private readonly environment: Environment,
  ) {}

  /** Lists the last twenty reissues of a subscription, newest first. Problems: `subscription_not_found`. */
  async list(operator: Operator, subscriptionId: string): Promise<ReissueRow[]> {
    const call = { ...operator, action: 'reissues', subscriptionId };
    return this.audit.of(call, async () => {
      await this.subscriptions.view(subscriptionId);
      return this.audit.recordRead(call, await this.reissues.ofSubscription(subscriptionId));
    });
  }

  /** Returns the customers' own applications by the reissues that they became. The caller audits the read. */
  originsOf(reissues: readonly ReissueRow[]): Promise<Map<string, ReissueOrigin>> {
    return this.applications.originsOf(reissues.map(({ id }) => id));
  }

  /** Lists the reissues that wait for a decision, oldest first. The caller audits the read. */
  async waiting(): Promise<WaitingReissue[]> {
    const rows = await this.reissues.waiting();
    const [numbers, origins, reasons] = await Promise.all([
      this.numbers.of(rows),
      this.originsOf(rows),
      this.audit.reasonsOf(
        APPLY,
        rows.map(({ subscriptionId }) => subscriptionId),
      ),
    ]);
    return rows.map(({ lineId: _line, subscriptionState: _state, ...reissue }) => ({
      ...reissue,
      phoneNumber: numbers.get(reissue.subscriptionId) ?? null,
      reason: reasons.get(reissue.subscriptionId) ?? null,
      origin: origins.get(reissue.id) ?? null,
    }));
  }

  /**
   * Lists a page of the customers' own applications that wait for an operator, as `ReissueApplications.waiting`. The
   * caller audits the read.
   */
  async applied(after: string | null): Promise<AppliedPage> {
    const { shown: rows, next } = await this.applications.waiting(after);
    const numbers = await this.numbers.of(rows);
    const shown = rows.map(({ lineId: _line, subscriptionState: _state, ...application }) => ({
      ...application,
      phoneNumber: numbers.get(application.subscriptionId) ?? null,
    }));
    return { shown, next, isFirst: after === null };
  }

  /** Returns a customer's application, to be shown again in the form that takes it up. Problems: `reissue_not_found`. */
  application(id: string): ReturnType<ReissueApplications['get']> {
    return this.applications.get(id);
  }

  /**
   * Applies for a reissue for which the customer has applied, after the operator has checked who the customer is.
   * `oldSerialNumber` is the one that the operator has confirmed, and `checked` the proof that stands for a verification
   * by the app that is too old. Problems: as {@link apply}, `reissue_not_found`, `invalid_request` without such a proof,
   * and `reissue_closed` when the application does not wait any more.
   */
  async take(
    by: ReissueOperator,
    applicationId: string,
    { oldSerialNumber, checked }: { oldSerialNumber: string; checked: CheckedProof | undefined },
  ): Promise<ReissueRow> {
    const found = await this.applications.get(applicationId);
    const { subscriptionId, cause, delivery } = found;
    const identityProof = found.proofIsStale ? checked : found.identityProof;
    if (!identityProof) {
      const detail = 'The app verified the customer too long ago. Check another proof.';
      throw badParameter('identityProof', detail);
    }
    const application = { cause, oldSerialNumber, identityProof, delivery };
    return this.apply(by, subscriptionId, application, (session, reissueId) =>
      this.applications.taken(session, applicationId, { operator: by.operator, subscriptionId, reissueId }),
    );
  }

  /**
   * Returns the application with this receipt number, of this subscription, that waits; undefined without one. Audited as
   * a look.
   */
  async byReceipt(operator: Operator, subscriptionId: string, typed: string): Promise<ShownApplication | undefined> {
    const call = { ...operator, action: 'look', subscriptionId };
    return this.audit.of(call, async () => {
      await this.subscriptions.view(subscriptionId);
      return this.audit.recordRead(call, await this.applications.openByNumber(subscriptionId, typed));
    });
  }

  /**
   * Turns down a customer's application, after the operator has spoken with the customer. Returns the subscription.
   * Problems: `reissue_not_found`, `reissue_closed`.
   */
  async decline({ id: _id, ...operator }: ReissueOperator, applicationId: string): Promise<string> {
    const { subscriptionId } = await this.applications.get(applicationId);
    const call = { ...operator, action: 'decline-reissue', subscriptionId };
    await this.audit.of(call, () =>
      this.lifecycle.inTransaction(async (step) => {
        await this.lifecycle.lock(step, subscriptionId);
        await this.applications.declined(step.session, applicationId, operator.operator);
        await this.audit.done(step.session, call);
      }),
    );
    return subscriptionId;
  }

  /**
   * Returns the recipient details that a letter may print; name and address only if the customer gave them with the own
   * application. Problems: `reissue_not_found`.
   */
  async addressee(
    id: string,
  ): Promise<{ subscriptionId: string; phoneNumber: string | null; recipient: Recipient | null }> {
    const { subscriptionId } = await this.reissues.get(id);
    const { lineId, state } = await this.subscriptions.view(subscriptionId);
    const numbers = await this.numbers.of([{ subscriptionId, lineId, subscriptionState: state }]);
    const recipient = await this.applications.recipientOf(id);
    return { subscriptionId, phoneNumber: numbers.get(subscriptionId) ?? null, recipient };
  }

  /**
   * Applies for a reissue. For the cause `lost`, also reports the loss if it was not reported before. Problems:
   * `subscription_not_found`, `serial_number_mismatch`; `nothing_to_change` when the subscription never had a phone,
   * has ended, or already has a reissue in progress; `too_many_requests`, because the person is told of each.
   * `alsoThen` runs in the same transaction.
   */
  async apply(
    by: ReissueOperator,
    subscriptionId: string,
    application: ReissueApplication,
    alsoThen: (session: Session, reissueId: string) => Promise<void> = () => Promise.resolve(),
  ): Promise<ReissueRow> {
    const { id: operatorId, ...operator } = by;
    const call = { ...operator, action: APPLY, subscriptionId };
    const id = randomId();
    await this.audit.of(call, () =>
      this.lifecycle.inTransaction(async (step) => {
        const standing = await this.lifecycle.lock(step, subscriptionId);
        if (standing.state === 'cancelled' || standing.state === 'awaiting_device') throw nothingToChange(standing);
        const reportsLoss = application.cause === 'lost' && !standing.suspensions.includes('loss_reported');
        if (application.cause === 'lost') {
          const cause = { actor: 'operator', actorId: by.operator } as const;
          await this.lifecycle.change(step, standing, { kind: 'suspended', reason: 'loss_reported' }, cause);
        }
        const reissue = { id, subscriptionId, ...application };
        await this.reissues.apply(step.session, reissue, { name: by.operator, id: operatorId });
        const limit = announcedRequests('reissue', { actorId: operatorId, subscriptionId });
        // No limit keeps a lost phone in use; what reports the loss counts all the same.
        if (reportsLoss) await this.limits.trySpendIn(step.session, limit);
        else await this.limits.spendIn(step.session, limit);
        await alsoThen(step.session, id);
        await this.lifecycle.announceReissue(step, subscriptionId, id);
        await this.audit.done(step.session, call);
      }),
    );
    return this.reissues.get(id);
  }

  /**
   * Approves another operator’s application. The old device and its serial number are retired for good. Problems:
   * `reissue_not_found`, `reissue_closed`, `insufficient_scope` for the operator’s own application.
   */
  async approve(by: ReissueOperator, id: string): Promise<ReissueRow> {
    return this.step(by, 'approve-reissue', id, async (step, { subscriptionId }, actor) => {
      const standing = await this.lifecycle.lock(step, subscriptionId);
      await this.reissues.decide(step.session, id, 'approved', actor);
      await this.lifecycle.retireDevices(step, standing, { kind: 'reissue_approved' });
    });
  }

  /**
   * Refuses another operator’s application. Problems: `reissue_not_found`, `reissue_closed`, `insufficient_scope` for
   * the operator’s own application.
   */
  async refuse(by: ReissueOperator, id: string): Promise<ReissueRow> {
    return this.step(by, 'refuse-reissue', id, async (step, { subscriptionId }, actor) => {
      await this.lifecycle.lock(step, subscriptionId);
      await this.reissues.decide(step.session, id, 'refused', actor);
      await this.lifecycle.endAnnouncement(step, subscriptionId, 'reissue');
    });
  }

  /** Ends a reissue and invalidates its code. Problems: `reissue_not_found`, `reissue_closed`. */
  async withdraw(by: ReissueOperator, id: string): Promise<ReissueRow> {
    return this.step(by, 'withdraw-reissue', id, async (step, { subscriptionId }, actor) => {
      await this.lifecycle.lock(step, subscriptionId);
      await this.reissues.withdraw(step.session, id, actor);
      await this.lifecycle.endAnnouncement(step, subscriptionId, 'reissue');
      await this.lifecycle.voidEnrolments(step, subscriptionId);
    });
  }

  /**
   * Issues the code to hand over or to print. Issuing again invalidates the previous code. A code in a letter is valid
   * for days. Problems: `reissue_not_found`, `reissue_closed`.
   */
  async issue(by: ReissueOperator, id: string): Promise<IssuedReissue> {
    const { delivery } = await this.reissues.get(id);
    const seconds = delivery === 'post' ? this.environment.ACTIVATION_LETTER_DAYS * A_DAY : ENROLMENT_SECONDS;
    const drawn = this.subscriptions.drawEnrolmentCode();
    let expiresAt: Date | undefined;
    await this.step(by, 'issue-reissue', id, async (step, { subscriptionId }, actor) => {
      await this.lifecycle.lock(step, subscriptionId);
      await this.reissues.issue(step.session, id, actor, seconds);
      await this.lifecycle.voidEnrolments(step, subscriptionId);
      await this.lifecycle.notify(step, subscriptionId, { kind: 'reissue_issued' });
      const terms = { seconds, reissueId: id };
      const { session } = step;
      expiresAt = await this.subscriptions.enqueueEnrolment(session, subscriptionId, drawn.enrolmentCode, terms);
    });
    if (!expiresAt) throw new Error('the subscription of the reissue has ended');
    return { reissueId: id, delivery, ...drawn, expiresAt: expiresAt.toISOString() };
  }

  private async step(
    by: ReissueOperator,
    action: string,
    id: string,
    work: (
      step: Parameters<Parameters<SubscriptionLifecycle['inTransaction']>[0]>[0],
      reissue: ReissueRow,
      actor: ReissueActor,
    ) => Promise<void>,
  ): Promise<ReissueRow> {
    const { id: operatorId, ...operator } = by;
    const reissue = await this.reissues.get(id);
    const call = { ...operator, action, subscriptionId: reissue.subscriptionId };
    await this.audit.of(call, () =>
      this.lifecycle.inTransaction(async (step) => {
        await work(step, reissue, { name: by.operator, id: operatorId });
        await this.audit.done(step.session, call);
      }),
    );
    return this.reissues.get(id);
  }
}
