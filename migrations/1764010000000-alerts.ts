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
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE subscriptions DROP COLUMN loss_objected_at;
      ALTER TABLE devices DROP COLUMN replaced_at;
      DROP TABLE alerts;
    `);
  }
}
