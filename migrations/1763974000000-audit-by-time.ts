import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Supervisors read the audit of a range of days. The audit of some years is long, and every deed at the desk writes to
 * it, so the index is built beside those writes.
 */
export class AuditByTime1763974000000 implements MigrationInterface {
  /** PostgreSQL builds an index concurrently only outside of a transaction. */
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    // A build that was interrupted leaves an index that is not valid.
    await runner.query('DROP INDEX CONCURRENTLY IF EXISTS audit_entries_at');
    await runner.query('CREATE INDEX CONCURRENTLY audit_entries_at ON audit_entries (at, id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX audit_entries_at');
  }
}
