import type { QueryRunner } from 'typeorm';
import type { DeclaredMigration } from './locks.ts';

/**
 * Finds the authentications whose time is over by an index that no other search can use. The index before had the condition by
 * which a start looks for a person's earlier request, `closed_at IS NULL`: planned while few are open, a start walked through
 * all of them. Every time is later than `-infinity`, and only the search by time says so. An index over the states was rejected: with
 * it, an opening, which changes the state, would write to every index.
 * PostgreSQL replaces the statistics of a table that was empty after few changes, so that no plan of that time lasts. Pages
 * begin half full, because an opening adds an envelope about as long as the row.
 */
export class DueAuthentications1764354000000 implements DeclaredMigration {
  readonly locks = [
    {
      table: 'authentications',
      mode: 'SHARE UPDATE EXCLUSIVE',
      because: 'builds and drops indexes beside reads and writes',
    },
  ] as const;

  readonly meanwhile = 'its search for authentications whose time is over reads all open ones';

  /** PostgreSQL builds an index concurrently only outside of a transaction. */
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    // A build that was interrupted leaves an index that is not valid.
    await runner.query('DROP INDEX CONCURRENTLY IF EXISTS authentications_due');
    await runner.query(
      `CREATE INDEX CONCURRENTLY authentications_due ON authentications (expires_at)
        WHERE closed_at IS NULL AND expires_at > '-infinity'`,
    );
    await runner.query('DROP INDEX CONCURRENTLY IF EXISTS authentications_open');
    await runner.query('ALTER TABLE authentications SET (autovacuum_analyze_threshold = 500, fillfactor = 50)');
  }

  /** Goes back in a transaction, as every migration does: not beside the service. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE INDEX authentications_open ON authentications (expires_at) WHERE closed_at IS NULL');
    await runner.query('DROP INDEX authentications_due');
    await runner.query('ALTER TABLE authentications SET (autovacuum_analyze_threshold = 5000, fillfactor = 80)');
  }
}
