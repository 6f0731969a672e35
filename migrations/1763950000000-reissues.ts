import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The replacement of a lost or broken phone, from the application to the test. */
export class Reissues1763950000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE reissues (
        id uuid PRIMARY KEY,
        subscription_id uuid NOT NULL REFERENCES subscriptions (id),
        cause text NOT NULL CHECK (cause IN ('lost', 'broken')),
        old_serial_number text NOT NULL,
        identity_proof text NOT NULL CHECK (identity_proof IN ('phone', 'certificate', 'i_pin', 'id_card')),
        delivery text NOT NULL CHECK (delivery IN ('visit', 'post', 'app')),
        state text NOT NULL CHECK (state IN
          ('applied', 'approved', 'issued', 'registered', 'completed', 'refused', 'withdrawn', 'expired')),
        link integer NOT NULL,
        applied_by text NOT NULL,
        applied_by_operator uuid REFERENCES operators (id),
        applied_at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz NOT NULL,
        decided_by text,
        decided_by_operator uuid REFERENCES operators (id),
        decided_at timestamptz,
        issued_by text,
        issued_at timestamptz,
        device_id uuid REFERENCES devices (id),
        registered_at timestamptz,
        closed_by text,
        closed_at timestamptz,
        -- Operators may not decide on their own applications; API clients bring their own two people.
        CONSTRAINT reissue_decided_by_somebody_else CHECK (decided_by_operator <> applied_by_operator),
        CONSTRAINT reissue_decision_is_whole CHECK ((decided_by IS NULL) = (decided_at IS NULL)),
        CONSTRAINT reissue_decided_before_it_counts CHECK (
          state NOT IN ('approved', 'issued', 'registered', 'completed', 'refused') OR decided_by IS NOT NULL),
        CONSTRAINT reissue_issued_before_it_counts CHECK (
          state NOT IN ('issued', 'registered', 'completed') OR issued_at IS NOT NULL),
        CONSTRAINT reissue_registered_names_a_device CHECK (
          state NOT IN ('registered', 'completed') OR (device_id IS NOT NULL AND registered_at IS NOT NULL)),
        CONSTRAINT reissue_closed_has_a_time CHECK (
          (state IN ('completed', 'refused', 'withdrawn', 'expired')) = (closed_at IS NOT NULL))
      );
      CREATE UNIQUE INDEX reissues_one_open ON reissues (subscription_id) WHERE closed_at IS NULL;
      CREATE INDEX reissues_subscription ON reissues (subscription_id, applied_at);
      CREATE INDEX reissues_device ON reissues (device_id) WHERE device_id IS NOT NULL;
      CREATE INDEX reissues_open ON reissues (expires_at) WHERE closed_at IS NULL;
      CREATE INDEX reissues_age ON reissues (applied_at);

      ALTER TABLE enrolment_codes ADD COLUMN reissue_id uuid REFERENCES reissues (id) ON DELETE SET NULL;
      CREATE INDEX enrolment_codes_reissue ON enrolment_codes (reissue_id) WHERE reissue_id IS NOT NULL;
      ALTER TABLE subscriptions ADD COLUMN reissued_at timestamptz;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE subscriptions DROP COLUMN reissued_at;
      ALTER TABLE enrolment_codes DROP COLUMN reissue_id;
      DROP TABLE reissues;
    `);
  }
}
