export const SUBSCRIPTION_STATES = ['awaiting_device', 'active', 'suspended', 'cancelled'] as const;
export type SubscriptionState = (typeof SUBSCRIPTION_STATES)[number];

/** From each state, the states that may follow it. `cancelled` is final. */
export const SUBSCRIPTION_TRANSITIONS: Readonly<Record<SubscriptionState, readonly SubscriptionState[]>> = {
  awaiting_device: ['active', 'suspended', 'cancelled'],
  active: ['suspended', 'cancelled'],
  suspended: ['active', 'cancelled'],
  cancelled: [],
};

export const SUSPENSION_REASONS = ['line_suspended', 'loss_reported', 'sim_swapped'] as const;

/**
 * How a code travels to a line. Until its first device is active protection has not begun and the code goes by
 * SMS as before; from then on it never does while the subscription stands, whatever happens to the device.
 */
export function channelOf(subscription: { protectedSince: Date | null } | null): 'push' | 'sms' {
  return subscription?.protectedSince ? 'push' : 'sms';
}
