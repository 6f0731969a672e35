import type { Pool } from 'pg';
import { STATEMENTS } from '../../src/database/statement.ts';

/**
 * What PostgreSQL does for a statement, planned for any values, or with `custom` for these alone. With values it runs,
 * and the plan has the rows and blocks that it read.
 */
export async function planOf(
  pool: Pool,
  name: string,
  values?: readonly (string | number | null)[],
  plan: 'generic' | 'custom' = 'generic',
): Promise<string> {
  const { text } = STATEMENTS.get(name) ?? {};
  if (text === undefined) throw new Error(`there is no statement ${name}`);
  const connection = await pool.connect();
  try {
    await connection.query(`BEGIN; SET LOCAL plan_cache_mode = force_${plan}_plan; SET LOCAL enable_seqscan = off`);
    const literals = values?.map((value) => (value === null ? 'NULL' : `'${value}'`));
    if (literals) await connection.query(`PREPARE explained AS ${text}`);
    const { rows } = await connection.query<{ 'QUERY PLAN': string }>(
      literals
        ? `EXPLAIN (ANALYZE, BUFFERS, COSTS off, TIMING off, SUMMARY off) EXECUTE explained (${literals.join(', ')})`
        : `EXPLAIN (GENERIC_PLAN, COSTS off) ${text}`,
    );
    return rows.map((row) => row['QUERY PLAN']).join('\n');
  } finally {
    // A rollback keeps prepared statements.
    await connection.query('ROLLBACK; DEALLOCATE ALL');
    connection.release();
  }
}
