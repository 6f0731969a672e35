import type { QueryRunner } from 'typeorm';
import type { DeclaredMigration } from './locks.ts';

/** Facts of a line that are wrong according to its owner, which only the carrier can change. */
export class Corrections1764230000003 implements DeclaredMigration {
  readonly locks = [];

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE corrections (
        id uuid PRIMARY KEY,
        -- No foreign key: a request locks no subscription.
        subscription_id uuid NOT NULL,
        fact text NOT NULL CHECK (fact IN ('owner', 'number', 'plan', 'holder', 'handset', 'status')),
        -- What the owner says, encrypted.
        detail bytea NOT NULL,
        asked_by text NOT NULL,
        asked_at timestamptz NOT NULL DEFAULT now(),
        closed_by text,
        closed_at timestamptz,
        CONSTRAINT correction_closed_by_somebody CHECK ((closed_by IS NULL) = (closed_at IS NULL))
      );
      CREATE INDEX corrections_open ON corrections (asked_at) WHERE closed_at IS NULL;
      CREATE UNIQUE INDEX corrections_once ON corrections (subscription_id, fact) WHERE closed_at IS NULL;
      CREATE INDEX corrections_subscription ON corrections (subscription_id);
      CREATE INDEX corrections_closed ON corrections (closed_at) WHERE closed_at IS NOT NULL;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE corrections');
  }
}
