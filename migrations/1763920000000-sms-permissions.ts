import type { MigrationInterface, QueryRunner } from 'typeorm';

/** SMS for one relying party for some minutes, and a challenge by which the app has the old PIN checked. */
export class SmsPermissions1763920000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE clients ADD COLUMN refuses_sms boolean NOT NULL DEFAULT false;

      -- A request permits nothing; the PIN permits SMS from permitted_at to ends_at at the latest.
      CREATE TABLE sms_permissions (
        id uuid PRIMARY KEY,
        subscription_id uuid NOT NULL,
        client_id uuid NOT NULL,
        device_id uuid NOT NULL,
        nonce bytea NOT NULL,
        created_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        permitted_at timestamptz,
        ends_at timestamptz,
        ended_at timestamptz,
        CONSTRAINT permitted_has_an_end CHECK ((permitted_at IS NULL) = (ends_at IS NULL)),
        CONSTRAINT only_permitted_ends CHECK (ended_at IS NULL OR permitted_at IS NOT NULL)
      );
      -- The index that a start reads: it holds only the active permissions, and is empty for nearly every subscription.
      CREATE UNIQUE INDEX sms_permissions_standing ON sms_permissions (subscription_id, client_id)
        WHERE permitted_at IS NOT NULL AND ended_at IS NULL;
      CREATE INDEX sms_permissions_subscription ON sms_permissions (subscription_id, permitted_at);
      CREATE INDEX sms_permissions_age ON sms_permissions USING brin (created_at) WITH (autosummarize = on);

      -- One challenge a device: a new one replaces it.
      ALTER TABLE devices
        ADD COLUMN pin_check_id uuid,
        ADD COLUMN pin_check_nonce bytea,
        ADD COLUMN pin_check_expires_at timestamptz,
        ADD CONSTRAINT pin_check_is_whole CHECK (
          (pin_check_id IS NULL) = (pin_check_nonce IS NULL)
          AND (pin_check_id IS NULL) = (pin_check_expires_at IS NULL));
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE devices DROP CONSTRAINT pin_check_is_whole, DROP COLUMN pin_check_id, DROP COLUMN pin_check_nonce,
        DROP COLUMN pin_check_expires_at;
      DROP TABLE sms_permissions;
      ALTER TABLE clients DROP COLUMN refuses_sms;
    `);
  }
}
