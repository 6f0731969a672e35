import type pg from 'pg';
import { eventually } from '../eventually.ts';

/** Runs one statement and returns its rows. */
export type Sql = <Row extends object>(text: string, values?: unknown[]) => Promise<Row[]>;

export function sqlOf(pool: pg.Pool): Sql {
  return async <Row extends object>(text: string, values: unknown[] = []) => (await pool.query<Row>(text, values)).rows;
}

/** A transaction that holds the lock of one row. */
export interface RowLock {
  /** Resolves once another transaction waits for the row. */
  untilWaitedFor(): Promise<unknown>;
  client: pg.PoolClient;
}

/** Locks a row while `work` runs, and commits what `work` did. */
export async function withRowLock<T>(
  pool: pg.Pool,
  table: 'lines' | 'registrations' | 'devices',
  id: string,
  work: (lock: RowLock) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    await client.query(`SELECT 1 FROM ${table} WHERE id = $1 FOR UPDATE`, [id]);
    return await work({
      client,
      untilWaitedFor: () => untilWaitedFor(client),
    });
  } finally {
    await client.query('COMMIT');
    client.release();
  }
}

function untilWaitedFor(client: pg.PoolClient): Promise<unknown> {
  return eventually('another transaction waiting for the lock', async () => {
    const { rowCount } = await client.query(
      `SELECT 1 FROM pg_locks WHERE NOT granted AND pg_blocking_pids(pid) @> ARRAY[pg_backend_pid()]`,
    );
    return rowCount !== 0;
  });
}

/** Keeps every other transaction from the limits of forms while `work` runs. */
export async function withLimitsHeld<T>(
  pool: pg.Pool,
  work: (lock: Pick<RowLock, 'untilWaitedFor'>) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    await client.query('LOCK TABLE form_budgets IN ACCESS EXCLUSIVE MODE');
    return await work({ untilWaitedFor: () => untilWaitedFor(client) });
  } finally {
    await client.query('COMMIT');
    client.release();
  }
}
