import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Time-based one-time passwords, signing of transactions, and the institutions that may request them. */
export class Authenticators1763940000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- The code that people give with a serial number, and whether the client may request registered persons only.
      ALTER TABLE clients
        ADD COLUMN vendor_code text UNIQUE CHECK (vendor_code ~ '^[A-Z0-9]{2,8}$'),
        ADD COLUMN requires_registration boolean NOT NULL DEFAULT false;

      -- Without an issuer, the subscription's own phone; with one, that institution's Smart OTP, at most one for each.
      ALTER TABLE devices
        ADD COLUMN issuer_id uuid REFERENCES clients (id),
        ADD COLUMN card_key jsonb;
      DROP INDEX devices_one_active;
      CREATE UNIQUE INDEX devices_one_active ON devices (subscription_id, issuer_id) NULLS NOT DISTINCT
        WHERE state = 'active';

      ALTER TABLE enrolment_codes
        ADD COLUMN issuer_id uuid REFERENCES clients (id),
        ADD COLUMN card_key jsonb,
        ADD CONSTRAINT only_an_issuer_gives_a_card CHECK (issuer_id IS NOT NULL OR card_key IS NULL);

      -- A secret that a device and the service share, until the device is revoked; the accepted terms are kept.
      CREATE TABLE authenticators (
        id uuid PRIMARY KEY,
        device_id uuid NOT NULL REFERENCES devices (id),
        subscription_id uuid NOT NULL REFERENCES subscriptions (id),
        kind text NOT NULL CHECK (kind IN ('otp', 'sign')),
        secret bytea,
        terms text NOT NULL CHECK (terms <> ''),
        failures smallint NOT NULL DEFAULT 0 CHECK (failures BETWEEN 0 AND 5),
        last_step bigint NOT NULL DEFAULT -1,
        drift integer NOT NULL DEFAULT 0,
        far_step bigint,
        far_drift integer,
        far_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT authenticators_one_of_a_kind UNIQUE (device_id, kind),
        CONSTRAINT far_is_whole CHECK ((far_step IS NULL) = (far_drift IS NULL) AND (far_step IS NULL) = (far_at IS NULL))
      );
      CREATE INDEX authenticators_subscription ON authenticators (subscription_id);

      -- An institution's registration for an authenticator.
      -- One that matches no person is stored as well, and is never confirmed.
      CREATE TABLE registrations (
        id uuid PRIMARY KEY,
        client_id uuid NOT NULL REFERENCES clients (id),
        subscription_id uuid REFERENCES subscriptions (id),
        device_id uuid REFERENCES devices (id),
        person_index bytea,
        state text NOT NULL CHECK (state IN ('pending', 'active', 'declined', 'expired', 'revoked')),
        nonce bytea NOT NULL,
        key_digest bytea,
        request_digest bytea,
        requested_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        confirmed_at timestamptz,
        closed_at timestamptz,
        closed_by text CHECK (closed_by IN ('app', 'website', 'client', 'time', 'another', 'device')),
        CONSTRAINT names_a_device_or_nobody CHECK ((subscription_id IS NULL) = (device_id IS NULL)),
        CONSTRAINT nobody_confirms CHECK (device_id IS NOT NULL OR confirmed_at IS NULL),
        CONSTRAINT active_was_confirmed CHECK (state <> 'active' OR confirmed_at IS NOT NULL),
        CONSTRAINT registration_closed_has_a_time CHECK (
          (state IN ('pending', 'active')) = (closed_at IS NULL) AND (closed_at IS NULL) = (closed_by IS NULL)),
        CONSTRAINT asked_names_a_person CHECK (state <> 'pending' OR person_index IS NOT NULL),
        CONSTRAINT key_is_whole CHECK ((key_digest IS NULL) = (request_digest IS NULL))
      );
      CREATE UNIQUE INDEX registrations_one_active ON registrations (client_id, subscription_id) WHERE state = 'active';
      CREATE UNIQUE INDEX registrations_key ON registrations (client_id, key_digest) WHERE key_digest IS NOT NULL;
      CREATE INDEX registrations_subscription ON registrations (subscription_id, requested_at);
      CREATE UNIQUE INDEX registrations_one_pending ON registrations (client_id, person_index) WHERE state = 'pending';
      CREATE INDEX registrations_pending ON registrations (expires_at) WHERE state = 'pending';
      CREATE INDEX registrations_device ON registrations (device_id) WHERE closed_at IS NULL;
      CREATE INDEX registrations_client ON registrations (client_id, requested_at);
      CREATE INDEX registrations_keyed ON registrations (requested_at) WHERE key_digest IS NOT NULL;
      CREATE INDEX registrations_age ON registrations (requested_at);

      ALTER TABLE authentications
        DROP CONSTRAINT authentications_channel_check,
        ADD CONSTRAINT authentications_channel_check CHECK (channel IN ('push', 'sms', 'otp', 'sign')),
        ADD COLUMN authenticator_id uuid,
        ADD COLUMN transaction bytea,
        ADD CONSTRAINT transaction_is_signed_while_open CHECK ((channel = 'sign' AND closed_at IS NULL) = (transaction IS NOT NULL));

      -- The first method of a window, and the relying party's name for the person whose one-time password it asks for.
      ALTER TABLE windows
        ADD COLUMN method text NOT NULL DEFAULT 'push' CHECK (method IN ('push', 'otp')),
        ADD COLUMN name bytea;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE windows DROP COLUMN method, DROP COLUMN name;
      DELETE FROM authentications WHERE channel IN ('otp', 'sign');
      ALTER TABLE authentications
        DROP CONSTRAINT transaction_is_signed_while_open, DROP COLUMN transaction, DROP COLUMN authenticator_id,
        DROP CONSTRAINT authentications_channel_check,
        ADD CONSTRAINT authentications_channel_check CHECK (channel IN ('push', 'sms'));
      DROP TABLE registrations;
      DROP TABLE authenticators;
      DELETE FROM enrolment_codes WHERE issuer_id IS NOT NULL;
      ALTER TABLE enrolment_codes DROP CONSTRAINT only_an_issuer_gives_a_card, DROP COLUMN issuer_id, DROP COLUMN card_key;
      DROP INDEX devices_one_active;
      UPDATE devices SET state = 'revoked', revoked_at = now() WHERE issuer_id IS NOT NULL AND state <> 'revoked';
      ALTER TABLE devices DROP COLUMN issuer_id, DROP COLUMN card_key;
      CREATE UNIQUE INDEX devices_one_active ON devices (subscription_id) WHERE state = 'active';
      ALTER TABLE clients DROP COLUMN vendor_code, DROP COLUMN requires_registration;
    `);
  }
}
