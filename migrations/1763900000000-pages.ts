import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What people see: the website, the app's settings, the operators' desk; and an audit that shows tampering. */
export class Pages1763900000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE INDEX carrier_events_age ON carrier_events USING brin (received_at) WITH (autosummarize = on);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP INDEX carrier_events_age;
    `);
  }
}
