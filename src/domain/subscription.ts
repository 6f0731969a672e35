export const SUBSCRIPTION_STATES = ['awaiting_device', 'active', 'suspended', 'cancelled'] as const;
export type SubscriptionState = (typeof SUBSCRIPTION_STATES)[number];

/**
 * From each state, the states that a change may lead to. `cancelled` is final.
 * A change that adds or lifts one of several suspensions leads back to the same state.
 * The database enforces the same table (`link_is_allowed`).
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

/** The state of a subscription as its row holds it. Suspensions also add up while it waits for a device. */
export interface Standing {
  state: SubscriptionState;
  suspensions: readonly SuspensionReason[];
  reason: SuspensionReason | CancelReason | null;
}

/** The changes that an existing subscription can undergo. */
export type SubscriptionChange =
  | { kind: 'device_activated' }
  | { kind: 'suspended'; reason: SuspensionReason }
  | { kind: 'resumed'; reason: SuspensionReason }
  | { kind: 'cancelled'; reason: CancelReason };

/**
 * The standing after a change, or null when the change has no effect:
 * a cancelled subscription stays cancelled, a suspension counts once per reason, and only a standing suspension can be
 * lifted.
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
      // The person who enrols an app after a SIM swap used an enrolment code from the carrier, so the suspension ends.
      return standing(true, without(before.suspensions, 'sim_swapped'));
  }
}

/** True where a SIM change and a report of loss both stand: the phone alone then lifts neither (contract). */
export function areSimAndLossStanding(suspensions: readonly SuspensionReason[]): boolean {
  return suspensions.includes('sim_swapped') && suspensions.includes('loss_reported');
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
 * The channel for codes to a line. Codes go by SMS until the first device is active, because protection has not begun.
 * From then on SMS needs the subscriber's permission, whatever happens to the device.
 */
export function channelOf(subscription: { protectedSince: Date | null; smsPermitted: boolean } | null): 'push' | 'sms' {
  return subscription?.protectedSince && !subscription.smsPermitted ? 'push' : 'sms';
}
