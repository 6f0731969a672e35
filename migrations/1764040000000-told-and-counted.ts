import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The life of a PIN, the pushes of alerts, the limit of reports of loss, and answers that it was not the person. */
export class ToldAndCounted1764040000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- Wrong PINs since the last right one, unlocked or not. pin_locked_at: when the lock was told to the person.
      ALTER TABLE devices ADD COLUMN pin_wrong smallint NOT NULL DEFAULT 0
          CONSTRAINT devices_pin_wrong_check CHECK (pin_wrong BETWEEN 0 AND 15),
        ADD COLUMN pin_locked_at timestamptz;
      UPDATE devices SET pin_wrong = pin_failures, pin_locked_at = CASE WHEN pin_failures >= 5 THEN now() END
        WHERE pin_failures > 0;

      -- The push that tells a phone of an alert.
      ALTER TABLE deliveries ADD COLUMN alert_id uuid, DROP CONSTRAINT deliveries_kind_check,
        ADD CONSTRAINT deliveries_kind_check
          CHECK (kind IN ('wake', 'code', 'cancelled', 'test', 'sms', 'notice', 'alert'));

      -- The reports of loss of the last minute that suspended, and since and until when further ones suspended nothing.
      CREATE TABLE loss_breaker (
        is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
        reports timestamptz[] NOT NULL DEFAULT '{}',
        tripped_since timestamptz,
        tripped_until timestamptz
      );

      -- How often people said of a relying party's request that it was not them.
      CREATE TABLE not_me_counts (
        client_id uuid NOT NULL REFERENCES clients,
        hour timestamptz NOT NULL,
        answers integer NOT NULL,
        PRIMARY KEY (client_id, hour)
      );
      CREATE INDEX not_me_counts_hour ON not_me_counts (hour);

      -- When the person said of a past request that it was not them.
      ALTER TABLE authentications ADD COLUMN not_me_at timestamptz;

      -- For the counts of the overview.
      CREATE INDEX subscriptions_suspended ON subscriptions (id) WHERE state = 'suspended';
      CREATE INDEX lines_doubted ON lines (doubted_at) WHERE doubted_at IS NOT NULL;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP INDEX lines_doubted;
      DROP INDEX subscriptions_suspended;
      ALTER TABLE authentications DROP COLUMN not_me_at;
      DROP TABLE not_me_counts;
      DROP TABLE loss_breaker;
      DELETE FROM deliveries WHERE kind = 'alert';
      ALTER TABLE deliveries DROP COLUMN alert_id, DROP CONSTRAINT deliveries_kind_check,
        ADD CONSTRAINT deliveries_kind_check CHECK (kind IN ('wake', 'code', 'cancelled', 'test', 'sms', 'notice'));
      ALTER TABLE devices DROP COLUMN pin_locked_at, DROP COLUMN pin_wrong;
    `);
  }
}
