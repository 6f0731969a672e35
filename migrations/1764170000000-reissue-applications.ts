import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Customers' own applications for a reissue, and the authentication by which a session was verified. */
export class ReissueApplications1764170000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE reissue_applications (
        id uuid PRIMARY KEY,
        -- SHA-256 of the receipt number.
        digest bytea NOT NULL UNIQUE CHECK (length(digest) = 32),
        -- Encrypted; deleted when a worker has looked for the person.
        person bytea,
        due_at timestamptz NOT NULL DEFAULT now(),
        subscription_id uuid REFERENCES subscriptions,
        cause text NOT NULL CHECK (cause IN ('lost', 'broken')),
        old_serial_number text NOT NULL CHECK (old_serial_number ~ '^PG-\\d{4}-\\d{4}-\\d{4}$'),
        identity_proof text NOT NULL CHECK (identity_proof IN ('phone', 'certificate', 'i_pin', 'id_card')),
        authentication_id uuid,
        -- Encrypted.
        proof_reference bytea,
        delivery text NOT NULL CHECK (delivery IN ('visit', 'post', 'app')),
        -- Encrypted.
        recipient bytea,
        state text NOT NULL DEFAULT 'filed' CHECK (state IN ('filed', 'taken', 'declined', 'withdrawn', 'expired')),
        filed_at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz NOT NULL,
        reissue_id uuid,
        closed_by text,
        closed_at timestamptz,
        CONSTRAINT verified_by_phone CHECK ((identity_proof = 'phone') = (authentication_id IS NOT NULL)),
        CONSTRAINT application_closed_at_once CHECK ((state = 'filed') = (closed_at IS NULL)),
        CONSTRAINT application_taken_as_reissue CHECK ((state = 'taken') = (reissue_id IS NOT NULL))
      );
      CREATE INDEX reissue_applications_due ON reissue_applications (due_at) WHERE person IS NOT NULL;
      CREATE INDEX reissue_applications_subscription ON reissue_applications (subscription_id, filed_at);
      CREATE INDEX reissue_applications_filed ON reissue_applications (filed_at) WHERE state = 'filed';
      -- The list of the desk steps through it from subscription to subscription.
      CREATE INDEX reissue_applications_waiting ON reissue_applications (subscription_id, filed_at) WHERE state = 'filed';
      CREATE UNIQUE INDEX reissue_applications_reissue ON reissue_applications (reissue_id) WHERE reissue_id IS NOT NULL;
      CREATE INDEX reissue_applications_age ON reissue_applications (filed_at);

      ALTER TABLE customer_sessions ADD verified_by uuid;
      ALTER TABLE customer_sessions DROP CONSTRAINT customer_sessions_errand_check;
      ALTER TABLE customer_sessions DROP CONSTRAINT customer_sessions_verified_for_check;
      ALTER TABLE customer_sessions ADD CONSTRAINT customer_sessions_errand_check
        CHECK (errand IN ('join', 'login', 'cancel', 'new_phone', 'reissue'));
      ALTER TABLE customer_sessions ADD CONSTRAINT customer_sessions_verified_for_check
        CHECK (verified_for IN ('join', 'login', 'cancel', 'new_phone', 'reissue'));
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DELETE FROM customer_sessions WHERE 'reissue' IN (errand, verified_for);
      ALTER TABLE customer_sessions DROP CONSTRAINT customer_sessions_errand_check;
      ALTER TABLE customer_sessions DROP CONSTRAINT customer_sessions_verified_for_check;
      ALTER TABLE customer_sessions ADD CONSTRAINT customer_sessions_errand_check
        CHECK (errand IN ('join', 'login', 'cancel', 'new_phone'));
      ALTER TABLE customer_sessions ADD CONSTRAINT customer_sessions_verified_for_check
        CHECK (verified_for IN ('join', 'login', 'cancel', 'new_phone'));
      ALTER TABLE customer_sessions DROP verified_by;
      DROP TABLE reissue_applications;
    `);
  }
}
