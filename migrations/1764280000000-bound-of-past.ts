import type { QueryRunner } from 'typeorm';
import { briefly } from './briefly.ts';
import type { DeclaredMigration } from './locks.ts';

/**
 * Prepares the table of authentications to become the first partition of the past ones: its ids are those of times before
 * the month after next. The ids are UUIDs of version 7, so a month is a range of ids. The bound is so far ahead that every
 * start until the next migration but one keeps to it.
 */
export class BoundOfPast1764280000000 implements DeclaredMigration {
  readonly locks = [
    {
      table: 'authentications',
      mode: 'ACCESS EXCLUSIVE',
      because: 'adds a constraint without looking at a row; another transaction, which holds nobody up, looks at them',
    },
  ] as const;

  /** Each step takes its locks alone: ACCESS EXCLUSIVE for an instant, then SHARE UPDATE EXCLUSIVE while it reads the table. */
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    const [row] = (await runner.query(`
      SELECT (lpad(to_hex((extract(epoch FROM
        (date_trunc('month', now() AT TIME ZONE 'UTC') + interval '2 months') AT TIME ZONE 'UTC') * 1000)::bigint), 12, '0')
        || repeat('0', 20))::uuid AS bound`)) as { bound: string }[];
    await briefly(
      runner,
      `ALTER TABLE authentications DROP CONSTRAINT IF EXISTS past_authentications_bound;
       ALTER TABLE authentications ADD CONSTRAINT past_authentications_bound CHECK (id < '${row?.bound}') NOT VALID`,
    );
    // Reads every row once, and holds up neither starts nor verifications. With the constraint, attaching reads none.
    await runner.query('ALTER TABLE authentications VALIDATE CONSTRAINT past_authentications_bound');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE authentications DROP CONSTRAINT IF EXISTS past_authentications_bound');
  }
}
