import type { QueryRunner } from 'typeorm';
import type { DeclaredMigration } from './locks.ts';

const INDEXES = {
  push_answers_time: 'push_answers (answered_at)',
  devices_locked: 'devices (pin_locked_at) WHERE pin_locked_at IS NOT NULL',
};

/**
 * Finds the answers of push services of an hour, and the phones whose PIN is locked. The hot path writes to both tables, so
 * the indexes are built beside those writes.
 */
export class OverviewIndexes1764240000001 implements DeclaredMigration {
  readonly locks = [
    { table: 'push_answers', mode: 'SHARE UPDATE EXCLUSIVE', because: 'builds an index beside reads and writes' },
    { table: 'devices', mode: 'SHARE UPDATE EXCLUSIVE', because: 'builds an index beside reads and writes' },
  ] as const;

  /** PostgreSQL builds an index concurrently only outside of a transaction. */
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    for (const [name, on] of Object.entries(INDEXES)) {
      // A build that was interrupted leaves an index that is not valid.
      await runner.query(`DROP INDEX CONCURRENTLY IF EXISTS ${name}`);
      await runner.query(`CREATE INDEX CONCURRENTLY ${name} ON ${on}`);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const name of Object.keys(INDEXES)) await runner.query(`DROP INDEX ${name}`);
  }
}
