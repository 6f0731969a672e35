import type { QueryRunner } from 'typeorm';
import type { DeclaredMigration } from './locks.ts';

/**
 * Finds the applications that a customer's own app verified, among any number that strangers filed about the same person.
 * Applications are few and wait for nobody, so the table is locked while the index is built.
 */
export class VerifiedApplications1764262000000 implements DeclaredMigration {
  readonly locks = [
    { table: 'reissue_applications', mode: 'SHARE', because: 'applications are few and wait for nobody' },
  ] as const;

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `CREATE INDEX reissue_applications_verified ON reissue_applications (subscription_id, filed_at)
        WHERE state = 'filed' AND authentication_id IS NOT NULL`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX reissue_applications_verified');
  }
}
