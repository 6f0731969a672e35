import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Keys and authentications of test mode, and the long-lived bearers of carriers' platforms. */
export class TestMode1764080000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- Secrets that get tokens of test mode alone. In a table of their own, no earlier release can take one for a live one.
      CREATE TABLE client_test_secrets (
        client_id uuid NOT NULL REFERENCES clients ON DELETE CASCADE,
        digest bytea NOT NULL,
        made_at timestamptz NOT NULL DEFAULT now(),
        ends_at timestamptz,
        last_used_at timestamptz,
        PRIMARY KEY (client_id, digest)
      );
      -- When a live secret was replaced or taken away, for the journal.
      ALTER TABLE client_secrets ADD COLUMN replaced_at timestamptz;
      ALTER TABLE clients ADD COLUMN test_jwks jsonb;

      -- Bearers that a carrier's platform presents with its events.
      CREATE TABLE sink_tokens (
        id uuid PRIMARY KEY,
        client_id uuid NOT NULL REFERENCES clients ON DELETE CASCADE,
        digest bytea NOT NULL UNIQUE,
        note text,
        issued_at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz NOT NULL,
        revoked_at timestamptz,
        last_used_at timestamptz
      );
      CREATE INDEX sink_tokens_client ON sink_tokens (client_id);
      CREATE INDEX sink_tokens_revoked ON sink_tokens (revoked_at) WHERE revoked_at IS NOT NULL;

      -- A hosted window of test mode shows authentications of test_authentications.
      ALTER TABLE windows ADD COLUMN is_test boolean NOT NULL DEFAULT false;

      -- One attempt of a window to verify a test person. What happens by itself stands in the row from the start.
      CREATE TABLE test_authentications (
        id uuid PRIMARY KEY,
        client_id uuid NOT NULL REFERENCES clients ON DELETE CASCADE,
        channel text NOT NULL CHECK (channel IN ('push', 'sms', 'otp', 'sign')),
        state text NOT NULL DEFAULT 'pending'
          CHECK (state IN ('pending', 'opened', 'verified', 'declined', 'expired', 'failed', 'cancelled')),
        person bytea,
        person_digest bytea NOT NULL,
        -- What the person types. Null: no code is right.
        code text,
        -- The digest of the transaction that is signed.
        question text,
        -- The first codes that are wrong, whatever they are.
        wrong_first smallint NOT NULL DEFAULT 0,
        attempts smallint NOT NULL DEFAULT 0 CHECK (attempts BETWEEN 0 AND 5),
        resends smallint NOT NULL DEFAULT 0 CHECK (resends BETWEEN 0 AND 3),
        sent_at timestamptz NOT NULL,
        started_at timestamptz NOT NULL,
        -- When the test person opens the request; null: never.
        opens_at timestamptz,
        -- When it ends by itself, and how.
        ends_at timestamptz NOT NULL,
        ends_as text NOT NULL CHECK (ends_as IN ('verified', 'declined', 'expired')),
        expires_at timestamptz NOT NULL,
        -- When the next of these times is; the later one once it was opened.
        next_at timestamptz NOT NULL,
        closed_at timestamptz,
        key_digest bytea,
        request_digest bytea,
        -- A hosted window drives it, which gives its relying party no assertion.
        by_window boolean NOT NULL DEFAULT false,
        -- The digest of the request that verified, and when it came; its answer is composed after that.
        answer_digest bytea,
        answered_at timestamptz,
        answer bytea,
        CONSTRAINT test_authentication_closes_in_a_final_state
          CHECK ((closed_at IS NULL) = (state IN ('pending', 'opened'))),
        CONSTRAINT test_authentication_key_has_its_request CHECK ((key_digest IS NULL) = (request_digest IS NULL)),
        CONSTRAINT test_authentication_answer_has_its_request
          CHECK ((answer_digest IS NULL) = (answered_at IS NULL) AND (answer IS NULL OR answer_digest IS NOT NULL))
      );
      CREATE UNIQUE INDEX test_authentications_key ON test_authentications (client_id, key_digest)
        WHERE key_digest IS NOT NULL;
      CREATE INDEX test_authentications_person ON test_authentications (client_id, person_digest, started_at);
      CREATE INDEX test_authentications_next ON test_authentications (next_at) WHERE closed_at IS NULL;
      CREATE INDEX test_authentications_age ON test_authentications (started_at);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE test_authentications;
      -- Without the column, they would pass for live ones.
      DELETE FROM windows WHERE is_test;
      ALTER TABLE windows DROP COLUMN is_test;
      DROP TABLE sink_tokens;
      ALTER TABLE clients DROP COLUMN test_jwks;
      ALTER TABLE client_secrets DROP COLUMN replaced_at;
      DROP TABLE client_test_secrets;
    `);
  }
}
