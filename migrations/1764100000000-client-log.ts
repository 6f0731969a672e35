import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The log of a relying party's own authentications: when each was opened, and an index by which a page of the log is read
 * in its order. Every start writes to that table, so the index is built beside those writes.
 */
export class ClientLog1764100000000 implements MigrationInterface {
  /** PostgreSQL builds an index concurrently only outside of a transaction. */
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE authentications ADD COLUMN IF NOT EXISTS opened_at timestamptz');
    // A build that was interrupted leaves an index that is not valid.
    await runner.query('DROP INDEX CONCURRENTLY IF EXISTS authentications_client');
    await runner.query('CREATE INDEX CONCURRENTLY authentications_client ON authentications (client_id, id)');
    await runner.query(
      'CREATE INDEX IF NOT EXISTS test_authentications_client ON test_authentications (client_id, id)',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX test_authentications_client');
    await runner.query('DROP INDEX authentications_client');
    await runner.query('ALTER TABLE authentications DROP COLUMN opened_at');
  }
}
