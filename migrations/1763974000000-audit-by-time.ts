import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Supervisors read the audit of a range of days. */
export class AuditByTime1763974000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE INDEX audit_entries_at ON audit_entries (at, id);');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX audit_entries_at;');
  }
}
