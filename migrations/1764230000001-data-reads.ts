import type { QueryRunner } from 'typeorm';
import type { DeclaredMigration } from './locks.ts';

/** When customers read on the website what is held about them, and by which log-in. */
export class DataReads1764230000001 implements DeclaredMigration {
  readonly locks = [];

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE data_reads (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        -- No foreign key: a read locks no subscription.
        subscription_id uuid NOT NULL,
        what text NOT NULL CHECK (what IN ('page', 'file', 'statements', 'erasure')),
        channel text NOT NULL CHECK (channel IN ('push', 'sms')),
        at timestamptz NOT NULL DEFAULT now()
      );
      CREATE INDEX data_reads_subscription ON data_reads (subscription_id, id);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE data_reads');
  }
}
