import type { MigrationInterface, QueryRunner } from 'typeorm';

const INDEXES = {
  webhook_events_feed_of_type: '(client_id, type, epoch, transaction, id)',
  webhook_events_log_of_type: '(client_id, type, happened_at, id)',
};

/**
 * Finds the events of one type, also of one that is rare among millions of others. Statements of the hot path write to that
 * table, so the indexes are built beside those writes.
 */
export class EventsByType1764120000000 implements MigrationInterface {
  /** PostgreSQL builds an index concurrently only outside of a transaction. */
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    for (const [name, columns] of Object.entries(INDEXES)) {
      // A build that was interrupted leaves an index that is not valid.
      await runner.query(`DROP INDEX CONCURRENTLY IF EXISTS ${name}`);
      await runner.query(`CREATE INDEX CONCURRENTLY ${name} ON webhook_events ${columns}`);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const name of Object.keys(INDEXES)) await runner.query(`DROP INDEX ${name}`);
  }
}
