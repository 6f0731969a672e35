import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Finds the authentications of a line that had no subscription, which are erased with the line. Every start writes to
 * that table, so the index is built beside those writes.
 */
export class AuthenticationsByLine1763981000000 implements MigrationInterface {
  /** PostgreSQL builds an index concurrently only outside of a transaction. */
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    // A build that was interrupted leaves an index that is not valid.
    await runner.query('DROP INDEX CONCURRENTLY IF EXISTS authentications_line');
    await runner.query(`
      CREATE INDEX CONCURRENTLY authentications_line ON authentications (line_id)
        WHERE line_id IS NOT NULL AND subscription_id IS NULL
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX authentications_line');
  }
}
