/** The kinds of message that a worker sends after a commit. Each one is written in the transaction that causes it. */
export const DELIVERY_KINDS = ['wake', 'code', 'cancelled', 'test', 'sms', 'notice', 'alert', 'push_test'] as const;
export type DeliveryKind = (typeof DELIVERY_KINDS)[number];

/** Seconds after which the sweeper sends a delivery that the queue did not carry. */
export const FIRST_SWEEP_SECONDS = 2;
/** Timeout of one attempt in seconds, so that a push platform that hangs does not block a worker. */
export const HANDOVER_SECONDS = 4;
/** Seconds after which an unfinished claim counts as abandoned by a dead worker. Longer than HANDOVER_SECONDS. */
export const CLAIM_SECONDS = 6;

/**
 * Milliseconds until the next attempt: 0.5 s, doubled with each attempt up to 8 s.
 * The upper half is random (`random` in [0, 1)), so that deliveries that failed together do not return together.
 * Never less than `afterMs`, the delay that the platform requested.
 */
export function backoffMs(input: { attempts: number; afterMs?: number; random: number }): number {
  const step = Math.min(8_000, 500 * 2 ** Math.max(0, input.attempts - 1));
  return Math.max(input.afterMs ?? 0, Math.round(step / 2 + (step / 2) * input.random));
}
