import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The main flow: relying parties, lines, subscriptions, devices, and one row for every authentication. */
export class MainFlow1763700000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE clients (
        id uuid PRIMARY KEY,
        client_id text NOT NULL UNIQUE,
        -- Part of every code's envelope, which must fit into a push.
        name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 60),
        secret_digest bytea,
        jwks jsonb,
        scopes text[] NOT NULL,
        return_urls text[] NOT NULL DEFAULT '{}',
        starts_per_minute integer NOT NULL DEFAULT 6000 CHECK (starts_per_minute > 0),
        created_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT client_can_prove_itself CHECK (secret_digest IS NOT NULL OR jwks IS NOT NULL)
      );

      -- jti of private_key_jwt assertions: each is valid once (RFC 7523, 3).
      CREATE TABLE client_assertions (
        client_id uuid NOT NULL REFERENCES clients ON DELETE CASCADE,
        jti text NOT NULL,
        expires_at timestamptz NOT NULL,
        PRIMARY KEY (client_id, jti)
      );
      CREATE INDEX client_assertions_expiry ON client_assertions (expires_at);

      -- Personal data is ciphertext bound to table:column:row; phone_index finds the row without revealing the number.
      CREATE TABLE lines (
        id text PRIMARY KEY,
        phone_index bytea NOT NULL,
        phone_number bytea NOT NULL,
        owner bytea NOT NULL,
        carrier text NOT NULL,
        status text NOT NULL CHECK (status IN ('active', 'suspended', 'terminated')),
        holder text NOT NULL CHECK (holder IN ('self', 'corporate', 'other_party')),
        plan text NOT NULL CHECK (plan IN ('postpaid', 'prepaid', 'm2m')),
        handset jsonb NOT NULL,
        updated_at timestamptz NOT NULL DEFAULT now()
      );
      -- A terminated line no longer owns its number.
      CREATE UNIQUE INDEX lines_phone ON lines (phone_index) WHERE status <> 'terminated';

      CREATE TABLE subscriptions (
        id uuid PRIMARY KEY,
        line_id text NOT NULL REFERENCES lines,
        state text NOT NULL CHECK (state IN ('awaiting_device', 'active', 'suspended', 'cancelled')),
        suspensions text[] NOT NULL DEFAULT '{}'
          CHECK (suspensions <@ ARRAY['line_suspended', 'loss_reported', 'sim_swapped']),
        reason text,
        protected_since timestamptz,
        since timestamptz NOT NULL DEFAULT now(),
        created_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT suspended_for_a_reason CHECK (state <> 'suspended' OR suspensions <> '{}'),
        CONSTRAINT active_is_protected CHECK (state <> 'active' OR (protected_since IS NOT NULL AND suspensions = '{}'))
      );
      CREATE UNIQUE INDEX subscriptions_one_a_line ON subscriptions (line_id) WHERE state <> 'cancelled';

      CREATE TABLE enrolment_codes (
        code_digest bytea PRIMARY KEY,
        subscription_id uuid NOT NULL REFERENCES subscriptions ON DELETE CASCADE,
        expires_at timestamptz NOT NULL,
        used_at timestamptz
      );
      CREATE INDEX enrolment_codes_subscription ON enrolment_codes (subscription_id);

      CREATE TABLE devices (
        id uuid PRIMARY KEY,
        subscription_id uuid NOT NULL REFERENCES subscriptions,
        serial_number text NOT NULL UNIQUE,
        state text NOT NULL CHECK (state IN ('testing', 'active', 'revoked')),
        signing_key jsonb NOT NULL,
        encryption_key jsonb NOT NULL,
        knowledge_key bytea NOT NULL,
        platform text NOT NULL CHECK (platform IN ('android', 'ios')),
        os_version text NOT NULL,
        app_version text NOT NULL,
        name text NOT NULL,
        push_token bytea,
        push_token_digest bytea,
        push_token_at timestamptz NOT NULL DEFAULT now(),
        pin_failures smallint NOT NULL DEFAULT 0 CHECK (pin_failures BETWEEN 0 AND 5),
        test_digest bytea,
        test_envelope text,
        test_failures smallint NOT NULL DEFAULT 0 CHECK (test_failures BETWEEN 0 AND 5),
        test_expires_at timestamptz NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        activated_at timestamptz,
        revoked_at timestamptz
      ) WITH (fillfactor = 70);
      CREATE UNIQUE INDEX devices_one_active ON devices (subscription_id) WHERE state = 'active';
      CREATE INDEX devices_subscription ON devices (subscription_id);

      -- jti of device proofs: each is valid once within the two minutes in which its iat is accepted.
      CREATE TABLE device_proofs (
        device_id uuid NOT NULL,
        jti text NOT NULL,
        seen_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (device_id, jti)
      );
      CREATE INDEX device_proofs_age ON device_proofs USING brin (seen_at);

      -- The instants of a person's starts within the last day, newest last: one row a person, so that one statement
      -- both counts and spends.
      CREATE TABLE start_budgets (
        person_index bytea PRIMARY KEY,
        starts timestamptz[] NOT NULL
      );

      -- From here on, no foreign keys to rows that are never deleted. Checking one would make a start that names a real
      -- line slower than a decoy, and would make all starts of a relying party lock its one row.
      CREATE TABLE authentications (
        id uuid PRIMARY KEY,
        client_id uuid NOT NULL,
        person_index bytea NOT NULL,
        line_id text,
        subscription_id uuid,
        device_id uuid,
        channel text NOT NULL CHECK (channel IN ('push', 'sms')),
        state text NOT NULL
          CHECK (state IN ('pending', 'opened', 'verified', 'declined', 'expired', 'failed', 'cancelled')),
        purpose text NOT NULL,
        -- The person as named at the start: the line may have another owner or number later. After the end it is kept
        -- only for verified authentications.
        person bytea,
        end_user bytea,
        nonce bytea NOT NULL,
        attempts smallint NOT NULL DEFAULT 0 CHECK (attempts BETWEEN 0 AND 5),
        code_digest bytea,
        sms_code bytea,
        envelope text,
        resends smallint NOT NULL DEFAULT 0 CHECK (resends BETWEEN 0 AND 3),
        sent_at timestamptz NOT NULL,
        decline_reason text CHECK (decline_reason IN ('not_me', 'cancelled', 'wrong_details')),
        requested_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        closed_at timestamptz,
        CONSTRAINT closed_has_a_time CHECK ((state IN ('pending', 'opened')) = (closed_at IS NULL)),
        CONSTRAINT closed_keeps_no_code
          CHECK (state IN ('pending', 'opened') OR (code_digest IS NULL AND sms_code IS NULL AND envelope IS NULL)),
        CONSTRAINT only_verified_keeps_the_person
          CHECK ((state IN ('pending', 'opened', 'verified')) = (person IS NOT NULL)),
        CONSTRAINT closed_keeps_no_end_user CHECK (closed_at IS NULL OR end_user IS NULL),
        CONSTRAINT push_keeps_no_plain_code CHECK (channel = 'sms' OR sms_code IS NULL)
      ) WITH (fillfactor = 60);
      -- By closed_at, which is equivalent to the state but does not change when an authentication is opened: an update
      -- that touches no indexed column stays on its page (HOT).
      CREATE UNIQUE INDEX authentications_one_pending ON authentications (person_index, client_id)
        WHERE closed_at IS NULL;
      CREATE INDEX authentications_open ON authentications (expires_at) WHERE closed_at IS NULL;
      CREATE INDEX authentications_history ON authentications (subscription_id, requested_at)
        WHERE subscription_id IS NOT NULL;

      CREATE TABLE idempotency_keys (
        client_id uuid NOT NULL,
        key_digest bytea NOT NULL,
        request_digest bytea NOT NULL,
        authentication_id uuid NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (client_id, key_digest)
      );
      CREATE INDEX idempotency_keys_age ON idempotency_keys (created_at);

      -- Messages that a transaction has queued and no platform has accepted yet; a row is deleted once its message was
      -- accepted. The sweep takes a row up at due_at; claimed_until keeps a second worker away.
      CREATE TABLE deliveries (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        kind text NOT NULL CHECK (kind IN ('wake', 'code', 'cancelled', 'test', 'sms')),
        authentication_id uuid,
        device_id uuid,
        attempts smallint NOT NULL DEFAULT 0,
        due_at timestamptz NOT NULL,
        claimed_until timestamptz,
        created_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL
      );
      CREATE INDEX deliveries_due ON deliveries (due_at);

      CREATE TABLE windows (
        id uuid PRIMARY KEY,
        client_id uuid NOT NULL REFERENCES clients,
        purpose text NOT NULL,
        return_url text NOT NULL,
        return_state text NOT NULL,
        locale text NOT NULL CHECK (locale IN ('ko', 'en')),
        browser_digest bytea,
        authentication_id uuid,
        created_at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz NOT NULL
      );
      CREATE INDEX windows_expiry ON windows (expires_at);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE windows, deliveries, idempotency_keys, authentications, start_budgets, device_proofs, devices,
        enrolment_codes, subscriptions, lines, client_assertions, clients;
    `);
  }
}
