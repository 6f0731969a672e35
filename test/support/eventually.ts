import { setTimeout as delay } from 'node:timers/promises';

/**
 * Far longer than any awaited event takes, even on a slow and busy machine. After this time the event is not expected
 * any more.
 */
const PATIENCE_SECONDS = 120;

/**
 * Polls until `ask` returns neither undefined, null nor false. After `seconds`, throws an error that names the awaited
 * event.
 */
export async function eventually<T>(
  awaited: string,
  ask: () => T | Promise<T>,
  seconds = PATIENCE_SECONDS,
): Promise<Exclude<T, undefined | null | false>> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== null && answer !== false) {
      return answer as Exclude<T, undefined | null | false>;
    }
    if (Date.now() > deadline) throw new Error(`${awaited}: not within ${seconds} seconds`);
    await delay(20);
  }
}
