export const SUBSCRIPTION_STATES = ['awaiting_device', 'active', 'suspended', 'cancelled'] as const;
export type SubscriptionState = (typeof SUBSCRIPTION_STATES)[number];

/**
 * From each state, the states that a change may lead to; a change that only adds or lifts one of several suspensions
 * leads back to the same state. `cancelled` is final. The database holds the same table (`link_is_allowed`).
 */
export const SUBSCRIPTION_TRANSITIONS: Readonly<Record<SubscriptionState, readonly SubscriptionState[]>> = {
  awaiting_device: ['awaiting_device', 'active', 'suspended', 'cancelled'],
  active: ['active', 'suspended', 'cancelled'],
  suspended: ['suspended', 'active', 'cancelled'],
  cancelled: [],
};

export const SUSPENSION_REASONS = ['line_suspended', 'loss_reported', 'sim_swapped'] as const;
export type SuspensionReason = (typeof SUSPENSION_REASONS)[number];

export const CANCEL_REASONS = [
  'website',
  'call_centre',
  'ported_out',
  'owner_changed',
  'unsupported_device',
  'line_terminated',
  'ineligible_plan',
] as const;
export type CancelReason = (typeof CANCEL_REASONS)[number];

/** What stands in a subscription's row. Suspensions add up while it waits for a device, too. */
export interface Standing {
  state: SubscriptionState;
  suspensions: readonly SuspensionReason[];
  reason: SuspensionReason | CancelReason | null;
}

/** What can happen to a subscription once it exists. */
export type SubscriptionChange =
  | { kind: 'device_activated' }
  | { kind: 'suspended'; reason: SuspensionReason }
  | { kind: 'resumed'; reason: SuspensionReason }
  | { kind: 'cancelled'; reason: CancelReason };

/**
 * What a change makes of a subscription, or null when it changes nothing: what is cancelled stays cancelled, a reason
 * to suspend counts once, and one that does not stand cannot be lifted.
 */
export function afterChange(before: Standing, change: SubscriptionChange): Standing | null {
  if (before.state === 'cancelled') return null;
  switch (change.kind) {
    case 'cancelled':
      return { state: 'cancelled', suspensions: [], reason: change.reason };
    case 'suspended':
      if (before.suspensions.includes(change.reason)) return null;
      return standing(before.state !== 'awaiting_device', [...before.suspensions, change.reason]);
    case 'resumed':
      if (!before.suspensions.includes(change.reason)) return null;
      return standing(before.state !== 'awaiting_device', without(before.suspensions, change.reason));
    case 'device_activated':
      // Whoever enrolled an app after the SIM was swapped had a code from the carrier for it.
      return standing(true, without(before.suspensions, 'sim_swapped'));
  }
}

function standing(hasBegun: boolean, suspensions: readonly SuspensionReason[]): Standing {
  const [reason = null] = suspensions;
  if (!hasBegun) return { state: 'awaiting_device', suspensions, reason: null };
  return { state: reason ? 'suspended' : 'active', suspensions, reason };
}

function without(suspensions: readonly SuspensionReason[], lifted: SuspensionReason): readonly SuspensionReason[] {
  return suspensions.filter((reason) => reason !== lifted);
}

/**
 * How a code travels to a line. Until its first device is active protection has not begun and the code goes by
 * SMS as before; from then on it does only where the subscriber permits it, whatever happens to the device.
 */
export function channelOf(subscription: { protectedSince: Date | null; smsPermitted: boolean } | null): 'push' | 'sms' {
  return subscription?.protectedSince && !subscription.smsPermitted ? 'push' : 'sms';
}
