/**
 * `work`, or `late` once `ms` milliseconds have passed without it.
 *
 * The vendors' SDKs have patience of their own (firebase-admin: up to 82 s over its hidden retries), and an
 * authentication lives 180 s, so a gateway never waits for them. `work` that rejects after the deadline is swallowed.
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
