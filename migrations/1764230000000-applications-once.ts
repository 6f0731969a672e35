import type { MigrationInterface, QueryRunner } from 'typeorm';

/** One verification by the app serves one application for a reissue. */
export class ApplicationsOnce1764230000000 implements MigrationInterface {
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
