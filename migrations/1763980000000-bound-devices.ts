import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Keys of devices that no other device may use, names and purposes that are encrypted, and what goes when its time is
 * over. A migration has no keys: rows from before keep their text until `npm run reencrypt`.
 */
export class BoundDevices1763980000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- Every key that a device has or had: SHA-256 of its x coordinate in base64url.
      CREATE TABLE device_keys (digest bytea PRIMARY KEY);
      INSERT INTO device_keys
        SELECT DISTINCT sha256(convert_to(key->>'x', 'UTF8'))
        FROM devices, LATERAL (VALUES (signing_key), (encryption_key)) AS k (key) WHERE key->>'x' IS NOT NULL;

      ALTER TABLE devices
        ALTER COLUMN name DROP NOT NULL,
        ADD COLUMN name_cipher bytea,
        -- A revoked device loses both after some days.
        ALTER COLUMN knowledge_key DROP NOT NULL,
        ADD CONSTRAINT device_in_use_has_its_key CHECK (state = 'revoked' OR knowledge_key IS NOT NULL),
        ADD CONSTRAINT device_is_named_once CHECK (name IS NULL OR name_cipher IS NULL);
      CREATE INDEX devices_to_clear ON devices (revoked_at)
        WHERE state = 'revoked' AND (knowledge_key IS NOT NULL OR name IS NOT NULL OR name_cipher IS NOT NULL
          OR push_token IS NOT NULL OR test_envelope IS NOT NULL);

      -- NOT VALID: the rows from before have a purpose, and a long history need not be read to know it.
      ALTER TABLE authentications
        ALTER COLUMN purpose DROP NOT NULL,
        ADD COLUMN texts bytea,
        ADD CONSTRAINT purpose_is_kept_once CHECK (num_nonnulls(purpose, texts) = 1) NOT VALID;
      ALTER TABLE windows
        ALTER COLUMN purpose DROP NOT NULL,
        ADD COLUMN purpose_cipher bytea,
        ADD CONSTRAINT window_purpose_is_kept_once CHECK (num_nonnulls(purpose, purpose_cipher) = 1);

      -- The code of a person who is no subscriber: it enrols nothing, and is written so that issuing one shows nothing.
      ALTER TABLE enrolment_codes
        ALTER COLUMN subscription_id DROP NOT NULL,
        ADD COLUMN decoy_index bytea,
        ADD CONSTRAINT code_is_of_a_subscription_or_a_decoy CHECK ((subscription_id IS NULL) = (decoy_index IS NOT NULL));
      CREATE INDEX enrolment_codes_decoy ON enrolment_codes (decoy_index) WHERE decoy_index IS NOT NULL;
      CREATE INDEX enrolment_codes_decoy_over ON enrolment_codes (expires_at) WHERE decoy_index IS NOT NULL;

      -- What is erased when its retention ends, oldest first.
      CREATE INDEX subscriptions_over ON subscriptions (since) WHERE state = 'cancelled';
      CREATE INDEX lines_over ON lines (updated_at) WHERE status = 'terminated';
      CREATE INDEX carrier_events_line ON carrier_events (line_id) WHERE line_id IS NOT NULL;
      CREATE INDEX registrations_on_device ON registrations (device_id) WHERE device_id IS NOT NULL;
      CREATE INDEX reports_subscription ON reports (subscription_id) WHERE subscription_id IS NOT NULL;
      CREATE INDEX notices_subscription ON notices (subscription_id);
      CREATE INDEX devices_untested ON devices (test_expires_at) WHERE state = 'testing';
    `);
  }

  /** Rows that were written since have no plain text to go back to, so their names and purposes are lost. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP INDEX subscriptions_over, lines_over, carrier_events_line, registrations_on_device, reports_subscription,
        notices_subscription, devices_untested, devices_to_clear;
      DROP TABLE device_keys;
      DELETE FROM enrolment_codes WHERE subscription_id IS NULL;
      ALTER TABLE enrolment_codes DROP COLUMN decoy_index, ALTER COLUMN subscription_id SET NOT NULL;
      ALTER TABLE devices DROP CONSTRAINT device_is_named_once, DROP CONSTRAINT device_in_use_has_its_key;
      UPDATE devices SET name = coalesce(name, '-'), knowledge_key = coalesce(knowledge_key, '');
      ALTER TABLE devices DROP COLUMN name_cipher, ALTER COLUMN name SET NOT NULL,
        ALTER COLUMN knowledge_key SET NOT NULL;
      ALTER TABLE authentications DROP CONSTRAINT purpose_is_kept_once, DROP COLUMN texts;
      UPDATE authentications SET purpose = '-' WHERE purpose IS NULL;
      ALTER TABLE authentications ALTER COLUMN purpose SET NOT NULL;
      ALTER TABLE windows DROP CONSTRAINT window_purpose_is_kept_once, DROP COLUMN purpose_cipher;
      UPDATE windows SET purpose = '-' WHERE purpose IS NULL;
      ALTER TABLE windows ALTER COLUMN purpose SET NOT NULL;
    `);
  }
}
