import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Verifications of callers by push, which the call centre asks for. */
export class CallerChecks1764050000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- The call centre asks the phone as a relying party does, and appears as one. It has no key and no scope, so no
      -- program can call the API in its name, and its codes never go by SMS.
      INSERT INTO clients (id, client_id, name, jwks, scopes, refuses_sms)
        VALUES ('00000000-0000-7000-8000-000000000002', 'pushguard-call-centre', '고객센터', '{"keys": []}', '{}', true);

      -- One verification of a caller, for one deed of one operator. Whether the phone answered is in the authentication.
      CREATE TABLE caller_checks (
        id uuid PRIMARY KEY,
        subscription_id uuid NOT NULL REFERENCES subscriptions,
        operator_id uuid NOT NULL REFERENCES operators,
        deed text NOT NULL CHECK (deed IN ('cancel', 'unlock_pin')),
        reason text NOT NULL,
        -- The subscription's last transition when it was asked for: a later one may void it.
        link integer NOT NULL,
        asked_at timestamptz NOT NULL,
        -- Null until the authentication has started.
        authentication_id uuid,
        spent_at timestamptz,
        -- The final state, from the moment at which it was written to the audit.
        ended_as text CHECK (ended_as IN ('used', 'lapsed', 'not_me', 'declined', 'expired', 'failed', 'cancelled')),
        CONSTRAINT caller_check_spends_what_was_asked CHECK (spent_at IS NULL OR authentication_id IS NOT NULL)
      );
      CREATE UNIQUE INDEX caller_checks_authentication ON caller_checks (authentication_id);
      CREATE INDEX caller_checks_subscription ON caller_checks (subscription_id, asked_at);
      CREATE INDEX caller_checks_unrecorded ON caller_checks (asked_at) WHERE ended_as IS NULL;
      CREATE INDEX caller_checks_age ON caller_checks (asked_at);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE caller_checks;
      DELETE FROM authentications WHERE client_id = '00000000-0000-7000-8000-000000000002';
      DELETE FROM clients WHERE client_id = 'pushguard-call-centre';
    `);
  }
}
