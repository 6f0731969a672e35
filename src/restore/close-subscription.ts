import type { Session } from '../database/database.ts';
import { CANCEL_REASONS, SUSPENSION_REASONS, type SubscriptionChange } from '../domain/subscription.ts';
import type { Subscriptions } from '../subscriptions/subscriptions.ts';
import type { Standing } from './standings.ts';

/** What became of a subscription. */
export interface ClosedSubscription {
  state: 'suspended' | 'cancelled';
  lineId: string;
  wasProtected: boolean;
}

/**
 * Cancels or suspends a subscription that the journal left cancelled or suspended. What the database suspends besides
 * stays suspended, and a subscription that the journal left without a suspension is not touched.
 * Returns what became of it, null for no change. Problems: `subscription_not_found`.
 */
export async function closeSubscription(
  session: Session,
  subscriptions: Subscriptions,
  standing: Standing,
): Promise<ClosedSubscription | null> {
  let closed: ClosedSubscription | null = null;
  for (const change of closingsOf(standing)) {
    // The lock of the subscription is the only one: no process of the service runs meanwhile.
    const before = await subscriptions.lock(session, standing.id);
    const after = await subscriptions.change(session, before, change, { actor: 'reconciliation' });
    const state = change.kind === 'cancelled' ? 'cancelled' : 'suspended';
    if (after) closed = { state, lineId: before.lineId, wasProtected: before.protectedSince !== null };
  }
  return closed;
}

function closingsOf({ state, suspensions, reason }: Standing): SubscriptionChange[] {
  if (state === 'cancelled') {
    const known = CANCEL_REASONS.find((one) => one === reason);
    return [{ kind: 'cancelled', reason: known ?? 'call_centre' }];
  }
  // Also of one that waits for its first device: the suspension counts once that is enrolled.
  return SUSPENSION_REASONS.filter((one) => suspensions.includes(one)).map((one) => ({
    kind: 'suspended',
    reason: one,
  }));
}
