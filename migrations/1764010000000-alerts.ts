import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Alerts to the phone about what happens to a subscription from outside of it. */
export class Alerts1764010000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE alerts (
        id uuid PRIMARY KEY,
        subscription_id uuid NOT NULL REFERENCES subscriptions,
        kind text NOT NULL CHECK (kind IN ('loss_reported', 'new_phone', 'reissue', 'cancellation', 'sim_swapped',
          'pin_locked', 'pin_unlocked', 'device_enrolled')),
        state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'confirmed', 'objected', 'closed')),
        about text,
        nonce bytea NOT NULL,
        at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz NOT NULL,
        device_id uuid REFERENCES devices,
        closed_at timestamptz,
        CHECK ((closed_at IS NULL) = (state = 'open'))
      );
      CREATE INDEX alerts_subscription ON alerts (subscription_id, at);
      CREATE UNIQUE INDEX alerts_one_open ON alerts (subscription_id, kind) WHERE state = 'open';
      CREATE INDEX alerts_age ON alerts (at);

      -- When another phone took this one's place; for 72 hours it may still read and answer alerts.
      ALTER TABLE devices ADD COLUMN replaced_at timestamptz;

      -- When a report of loss without a login was objected to; for 24 hours, further ones suspend nothing.
      ALTER TABLE subscriptions ADD COLUMN loss_objected_at timestamptz;

      -- When the old phone objected to a request for a new one; for 24 hours, none is taken without a login.
      ALTER TABLE subscriptions ADD COLUMN new_phone_objected_at timestamptz;

      -- The code was shown on the phone before it, after its PIN.
      ALTER TABLE enrolment_codes ADD COLUMN confirmed boolean NOT NULL DEFAULT false;

      ALTER TABLE reports ADD COLUMN told_at timestamptz[] NOT NULL DEFAULT '{}',
        DROP CONSTRAINT reports_outcome_check, ADD CONSTRAINT reports_outcome_check
          CHECK (outcome IN ('nobody', 'no_change', 'suspended', 'code_sent', 'confirmed', 'call_centre'));
      -- Of several requests that wait, the last one stays.
      UPDATE reports r SET outcome = 'no_change' WHERE kind = 'new_phone' AND outcome IS NULL AND EXISTS (
        SELECT 1 FROM reports later WHERE later.subscription_id = r.subscription_id AND later.kind = 'new_phone'
          AND later.outcome IS NULL AND (later.filed_at, later.id) > (r.filed_at, r.id));
      CREATE UNIQUE INDEX reports_one_new_phone ON reports (subscription_id)
        WHERE kind = 'new_phone' AND outcome IS NULL;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP INDEX reports_one_new_phone;
      UPDATE reports SET outcome = 'code_sent' WHERE outcome = 'confirmed';
      ALTER TABLE reports DROP COLUMN told_at,
        DROP CONSTRAINT reports_outcome_check, ADD CONSTRAINT reports_outcome_check
          CHECK (outcome IN ('nobody', 'no_change', 'suspended', 'code_sent', 'call_centre'));
      ALTER TABLE enrolment_codes DROP COLUMN confirmed;
      ALTER TABLE subscriptions DROP COLUMN loss_objected_at, DROP COLUMN new_phone_objected_at;
      ALTER TABLE devices DROP COLUMN replaced_at;
      DROP TABLE alerts;
    `);
  }
}
