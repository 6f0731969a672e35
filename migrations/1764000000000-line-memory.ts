import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What the service remembers about a line and about starts, so that the holder of a SIM is not taken for the person. */
export class LineMemory1764000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- Null: it never happened, or a change of owner ended the memory.
      ALTER TABLE lines ADD COLUMN sim_changed_at timestamptz, ADD COLUMN sim_doubted_at timestamptz,
        ADD COLUMN doubted_at timestamptz, ADD COLUMN handset_changed_at timestamptz,
        ADD COLUMN protected_until timestamptz;

      -- A number that left a contract takes its memory along, for the same owner, for 30 days.
      CREATE TABLE departed_numbers (
        person_index bytea PRIMARY KEY,
        line_id text NOT NULL,
        left_at timestamptz NOT NULL,
        sim_changed_at timestamptz,
        sim_doubted_at timestamptz,
        doubted_at timestamptz,
        handset_changed_at timestamptz,
        protected_until timestamptz
      );
      CREATE INDEX departed_numbers_age ON departed_numbers (left_at);
      CREATE INDEX departed_numbers_line ON departed_numbers (line_id);

      -- When a phone was last enrolled without the confirmation of the one before it.
      ALTER TABLE subscriptions ADD COLUMN unconfirmed_enrolment_at timestamptz;

      ALTER TABLE start_budgets ADD COLUMN quiet_until timestamptz;
      ALTER TABLE authentications ADD COLUMN held boolean NOT NULL DEFAULT false, ADD COLUMN budgets bytea[];
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE authentications DROP COLUMN budgets, DROP COLUMN held;
      ALTER TABLE start_budgets DROP COLUMN quiet_until;
      ALTER TABLE subscriptions DROP COLUMN unconfirmed_enrolment_at;
      DROP TABLE departed_numbers;
      ALTER TABLE lines DROP COLUMN protected_until, DROP COLUMN handset_changed_at, DROP COLUMN doubted_at,
        DROP COLUMN sim_doubted_at, DROP COLUMN sim_changed_at;
    `);
  }
}
