/** What is handed to the outside after a commit, and written in the same transaction. */
export const DELIVERY_KINDS = ['wake', 'code', 'cancelled', 'test', 'sms', 'notice'] as const;
export type DeliveryKind = (typeof DELIVERY_KINDS)[number];

/** Seconds after which the sweeper takes up what the queue did not carry. */
export const FIRST_SWEEP_SECONDS = 2;
/** Seconds for which one attempt to hand over may take; a platform that hangs must not hold a worker. */
export const HANDOVER_SECONDS = 4;
/** Seconds after which an unfinished claim counts as a worker's death. More than a hand-over may take. */
export const CLAIM_SECONDS = 6;

/**
 * Milliseconds to wait before the next try: half a second doubling to eight, the upper half of it by chance
 * (`random` in [0, 1)) so that what failed together does not return together; never less than the platform asked.
 */
export function backoffMs(input: { attempts: number; afterMs?: number; random: number }): number {
  const step = Math.min(8_000, 500 * 2 ** Math.max(0, input.attempts - 1));
  return Math.max(input.afterMs ?? 0, Math.round(step / 2 + (step / 2) * input.random));
}
