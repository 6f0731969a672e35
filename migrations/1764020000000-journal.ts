import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What tells a database that was restored from the one that the service ran on. */
export class Journal1764020000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE journal_mark (
        is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
        -- Names the installation in its journal, in which a collector may mix several.
        installation uuid NOT NULL DEFAULT gen_random_uuid(),
        -- The PostgreSQL cluster that the service ran on; null until the first start.
        system_identifier text,
        -- Rises with each entry of the journal, and goes back only with the whole database.
        value bigint NOT NULL DEFAULT 0,
        -- How often the database was restored.
        epoch integer NOT NULL DEFAULT 0,
        -- Until when the journal was compared with the tables.
        compared_until timestamptz,
        -- When the database was found to be restored; null after after-restore.
        restored_at timestamptz
      );
      INSERT INTO journal_mark DEFAULT VALUES;

      -- What closed lately, for the comparison.
      CREATE INDEX devices_revoked ON devices (revoked_at) WHERE revoked_at IS NOT NULL;
      CREATE INDEX registrations_revoked ON registrations (closed_at) WHERE state = 'revoked';
      CREATE INDEX subscription_links_age ON subscription_links USING brin (recorded_at) WITH (autosummarize = on);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP INDEX subscription_links_age, registrations_revoked, devices_revoked;
      DROP TABLE journal_mark;
    `);
  }
}
