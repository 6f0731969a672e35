import { Injectable } from '@nestjs/common';
import { Alerts } from '../alerts/alerts.ts';
import { randomId } from '../crypto/random.ts';
import type { Session } from '../database/database.ts';
import { CHECKED_DEEDS, type CheckedDeed } from '../domain/caller-check.ts';
import { DEED_NAMES, termsOf, type Deed, type DeedActor, type RequestableDeed } from '../domain/deed.ts';
import { Problem } from '../domain/problem.ts';
import { FormLimits } from '../http/form-limits.ts';
import { SubscriptionLifecycle, type LifecycleStep } from '../lifecycle/lifecycle.ts';
import type { LockedSubscription } from '../subscriptions/subscription.ts';
import { Subscriptions } from '../subscriptions/subscriptions.ts';
import { announcedRequests } from './announced-requests.ts';
import { Audit, type AuditedCall } from './audit.ts';
import { CallerChecks } from './caller-checks.ts';
import { DeedRequestStore } from './deed-request.store.ts';

/** The operator or the program that acts, with the reason and the address. */
export interface Doer extends Pick<AuditedCall, 'operator' | 'reason' | 'address'> {
  /** The id of the account. */
  id: string;
  actor: DeedActor;
}

/** A deed that a program requested. */
export interface RequestedDeed {
  requestId: string;
  subscriptionId: string;
  deed: RequestableDeed;
  /** RFC 3339, UTC: until when another client may do it. */
  expiresAt: string;
}

/**
 * Finds the second person of a deed that one alone may not do: at the desk a caller who was verified by push (another
 * operator decides in `Approvals`), for programs the request of another client.
 *
 * An operator at the desk and a client never make two: the service knows the person behind an account of the desk, but
 * not the people behind a client, so an operator who can use a client’s secret would be both.
 */
@Injectable()
export class SecondPerson {
  constructor(
    private readonly store: DeedRequestStore,
    private readonly callers: CallerChecks,
    private readonly lifecycle: SubscriptionLifecycle,
    private readonly subscriptions: Subscriptions,
    private readonly alerts: Alerts,
    private readonly limits: FormLimits,
    private readonly audit: Audit,
  ) {}

  /**
   * Lets a deed pass, or refuses it. Spends what made it possible, in the transaction of the deed. Returns the names of
   * those who did it, for the subscription’s record. Problems: `insufficient_scope` for a client that lacks
   * `operator.decide`, `second_person_required`, `nothing_to_change` where nothing but the person lifts what stands.
   */
  async expect(
    session: Session,
    subscription: LockedSubscription,
    deed: keyof typeof DEED_NAMES,
    { id, actor, operator }: Pick<Doer, 'id' | 'actor' | 'operator'>,
  ): Promise<string> {
    const terms = termsOf(deed, await this.subscriptions.circumstancesOf(session, subscription), actor);
    const subscriptionId = subscription.id;
    switch (terms) {
      case 'alone':
        return operator;
      case 'never':
        throw simStands(subscription);
      case 'needs_decide':
        throw needsDecide();
      case 'caller_verified':
        if (!isChecked(deed) || !(await this.callers.spend(session, { subscriptionId, operatorId: id, deed })))
          throw missing(deed, actor);
        return operator;
      case 'two_people': {
        const name = DEED_NAMES[deed];
        const other =
          actor === 'operator'
            ? undefined
            : await this.store.spend(session, { subscriptionId, deed: name, clientId: id });
        if (other === undefined) throw missing(deed, actor);
        return `${other} + ${operator}`;
      }
    }
  }

  /**
   * Requests a deed that another client may then do, once, within 24 hours. A later suspension, another phone or the
   * end of the subscription voids it. Problems: `subscription_not_found`, `nothing_to_change` for a cancelled
   * subscription, `too_many_requests` for a cancellation, which the person is told of.
   */
  async ask(by: Doer, subscriptionId: string, deed: RequestableDeed): Promise<RequestedDeed> {
    const { id: askedBy, actor: _actor, ...operator } = by;
    const call = { ...operator, action: `ask-${deed}`, subscriptionId };
    return this.audit.of(call, () =>
      this.lifecycle.inTransaction(async (step) => {
        const { state } = await this.lifecycle.lock(step, subscriptionId);
        if (state === 'cancelled') throw new Problem('nothing_to_change', 'The subscription was cancelled.', { state });
        const request = { id: randomId(), subscriptionId, deed, askedBy, reason: by.reason };
        const { id: requestId, expiresAt } = await this.store.ask(step.session, request);
        if (deed === 'cancel') await this.announce(step, { requestId, askedBy, subscriptionId });
        await this.audit.done(step.session, call);
        return { requestId, subscriptionId, deed, expiresAt: expiresAt.toISOString() };
      }),
    );
  }

  /** Deletes a batch of requests that have expired. Returns true if more may remain. */
  async purge(): Promise<boolean> {
    return this.store.purge();
  }

  /** Tells the person of a request to cancel, unless the phone can still answer that it was told of this one. */
  private async announce(
    step: LifecycleStep,
    { requestId, askedBy, subscriptionId }: { requestId: string; askedBy: string; subscriptionId: string },
  ): Promise<void> {
    const { session } = step;
    if (await this.alerts.isOpen(session, subscriptionId, 'cancellation', requestId)) return;
    await this.limits.spendIn(session, announcedRequests('cancellation', { actorId: askedBy, subscriptionId }));
    await this.lifecycle.announceCancellation(step, subscriptionId, requestId);
  }
}

function isChecked(deed: Deed): deed is CheckedDeed {
  return (CHECKED_DEEDS as readonly Deed[]).includes(deed);
}

/** The problem of a client that may not decide. */
function needsDecide(): Problem {
  return new Problem(
    'insufficient_scope',
    'The SIM or the phone is in doubt, so this takes a client with the scope operator.decide, after another client requested it.',
    { requiredScope: 'operator.decide' },
  );
}

function missing(deed: keyof typeof DEED_NAMES, actor: DeedActor): Problem {
  const how =
    actor === 'operator'
      ? 'Request it at the operator desk, and have another operator decide.'
      : `Have another client request it first: POST /operator/v1/subscriptions/{id}/requests with the deed ${DEED_NAMES[deed]}. The request serves once, for 24 hours, and ends with a later change of the subscription.`;
  return new Problem('second_person_required', how);
}

/** The problem of resuming while a SIM change stands, with the way that ends it. */
export function simStands({ state, suspensions }: Pick<LockedSubscription, 'state' | 'suspensions'>): Problem {
  return suspensions.includes('loss_reported')
    ? new Problem(
        'nothing_to_change',
        'A SIM change and a report of loss stand, and the phone alone lifts neither. Two people issue an enrolment code; the SIM change ends when the app is enrolled with it, and then resume lifts the loss.',
        { state, deskSentence: 'sim_and_loss_stand' },
      )
    : new Problem(
        'nothing_to_change',
        'A SIM change stands, which no resume lifts. It ends when the person confirms it on the phone or enrols the app again.',
        { state, deskSentence: 'sim_stands' },
      );
}
