/**
 * Returns the result of `work`, or `late` if it is not there after `ms` milliseconds.
 *
 * A gateway never waits for the vendors' SDKs, which retry on their own (firebase-admin: up to 82 s over its hidden
 * retries): an authentication lives 180 s.
 * A rejection of `work` after the deadline is swallowed.
 */
export async function withinDeadline<T>(work: Promise<T>, ms: number, late: T): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const expired = new Promise<T>((resolve) => {
    timer = setTimeout(resolve, ms, late);
  });
  try {
    return await Promise.race([work, expired]);
  } finally {
    clearTimeout(timer);
    work.catch(() => undefined);
  }
}
