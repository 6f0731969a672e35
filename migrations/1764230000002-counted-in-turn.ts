import type { QueryRunner } from 'typeorm';
import { briefly } from './briefly.ts';
import type { DeclaredMigration } from './locks.ts';

/** The events of clients are counted in turn, a few clients at a time. */
export class CountedInTurn1764230000002 implements DeclaredMigration {
  readonly locks = [
    { table: 'webhook_listeners', mode: 'ACCESS EXCLUSIVE', because: 'adds a column whose default is a constant' },
  ] as const;

  /** Every event is recorded with a look at this table, so nothing may wait behind the change. */
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    await briefly(
      runner,
      `ALTER TABLE webhook_listeners ADD COLUMN IF NOT EXISTS counted_at timestamptz NOT NULL DEFAULT '-infinity'`,
    );
    await runner.query('DROP INDEX CONCURRENTLY IF EXISTS webhook_listeners_turn');
    await runner.query('CREATE INDEX CONCURRENTLY webhook_listeners_turn ON webhook_listeners (counted_at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE webhook_listeners DROP COLUMN counted_at');
  }
}
