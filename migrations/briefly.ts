import { setTimeout as delay } from 'node:timers/promises';
import type { QueryRunner } from 'typeorm';

/** How long a change of a table waits for the statements that use it. Those behind it wait as long. */
export const LOCK_MS = 1_000;
/** The pause in which the statements behind it run, and how often the change is tried: about ten minutes in all. */
const PAUSE_MS = 1_000;
const ATTEMPTS = 300;

/** SQLSTATE of a lock that was not had in time, and of two sessions that wait for each other. */
const LOCK_REFUSED = new Set(['55P03', '40P01']);

/** True for the error of a statement that gave up its wait for a lock. */
export function isLockRefused(error: unknown): boolean {
  const { code, driverError } = error as { code?: string; driverError?: { code?: string } };
  return LOCK_REFUSED.has(driverError?.code ?? code ?? '');
}

/**
 * Tries work that waits for locks, with `lock_timeout` set, until it has them. Between two attempts it holds none, so that
 * the statements behind it run. Rejects with the error of the last attempt.
 */
export async function untilLocked<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (!isLockRefused(error) || attempt === ATTEMPTS) throw error;
    }
    await delay(PAUSE_MS);
  }
}

/**
 * Changes a table that callers use all the time. A change that waits for a long statement would make all others wait behind
 * it, so it gives up after a second, lets them run, and tries again. For a migration without a transaction.
 */
export function briefly(runner: QueryRunner, sql: string): Promise<void> {
  return untilLocked(async () => {
    try {
      await runner.query(`SET lock_timeout = ${LOCK_MS}`);
      await runner.query(sql);
    } finally {
      await runner.query('RESET lock_timeout');
    }
  });
}
