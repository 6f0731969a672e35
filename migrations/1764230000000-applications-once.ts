import type { QueryRunner } from 'typeorm';
import type { DeclaredMigration } from './locks.ts';

/** One verification by the app serves one application for a reissue. */
export class ApplicationsOnce1764230000000 implements DeclaredMigration {
  readonly locks = [
    {
      table: 'reissue_applications',
      mode: 'SHARE',
      because: 'applications are few and wait for nobody',
    },
  ] as const;

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE UNIQUE INDEX reissue_applications_authentication ON reissue_applications (authentication_id)
        WHERE authentication_id IS NOT NULL;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX reissue_applications_authentication');
  }
}
