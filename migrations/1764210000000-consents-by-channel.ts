import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What a person agreed to in the app is kept beside what the website or the call centre recorded. */
export class ConsentsByChannel1764210000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP INDEX consents_one;
      CREATE UNIQUE INDEX consents_one ON consents (subscription_id, document, version, channel)
        WHERE withdrawn_at IS NULL;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP INDEX consents_one;
      DELETE FROM consents c WHERE c.withdrawn_at IS NULL AND EXISTS (SELECT 1 FROM consents o
        WHERE (o.subscription_id, o.document, o.version) = (c.subscription_id, c.document, c.version)
          AND o.withdrawn_at IS NULL AND (o.at, o.id) < (c.at, c.id));
      CREATE UNIQUE INDEX consents_one ON consents (subscription_id, document, version) WHERE withdrawn_at IS NULL;
    `);
  }
}
