import { setTimeout as delay } from 'node:timers/promises';

/** Far more than anything awaited takes, on a slow and busy machine as well: reaching it means that it never comes. */
const PATIENCE_SECONDS = 120;

/** Asks until it gets an answer that is neither undefined, null nor false; fails after `seconds` with what was awaited. */
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
