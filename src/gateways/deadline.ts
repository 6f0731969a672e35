import { setTimeout as delay } from 'node:timers/promises';

/**
 * `work`, or `late` once `ms` milliseconds have passed without it.
 *
 * The vendors' SDKs have patience of their own (firebase-admin: up to 82 s over its hidden retries), and an
 * authentication lives 180 s, so a gateway never waits for them. `work` that rejects after the deadline is swallowed.
 */
export async function withinDeadline<T>(work: Promise<T>, ms: number, late: T): Promise<T> {
  const timer = new AbortController();
  const expired = delay(ms, late, { signal: timer.signal });
  // Aborting the timer rejects it, and nobody listens any more by then.
  expired.catch(() => undefined);
  try {
    return await Promise.race([work, expired]);
  } finally {
    timer.abort();
    work.catch(() => undefined);
  }
}
