import { setTimeout as delay } from 'node:timers/promises';
import type { QueryRunner } from 'typeorm';

/** How long a change of a table waits for the statements that use it. Those behind it wait as long. */
const LOCK_MS = 1_000;
/** The pause in which the statements behind it run, and how often the change is tried: about ten minutes in all. */
const PAUSE_MS = 1_000;
const ATTEMPTS = 300;

const LOCK_NOT_AVAILABLE = '55P03';

/**
 * Changes a table that callers use all the time. A change that waits for a long statement would make all others wait behind
 * it, so it gives up after a second, lets them run, and tries again. For a migration without a transaction.
 */
export async function briefly(runner: QueryRunner, sql: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await runner.query(`SET lock_timeout = ${LOCK_MS}`);
      await runner.query(sql);
      return;
    } catch (error) {
      const { driverError } = error as { driverError?: { code?: string } };
      if (driverError?.code !== LOCK_NOT_AVAILABLE || attempt === ATTEMPTS) throw error;
    } finally {
      await runner.query('RESET lock_timeout');
    }
    await delay(PAUSE_MS);
  }
}
