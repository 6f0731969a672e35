import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The operators' desk: its accounts, its sessions, and the actions that two operators decide together. */
export class Operators1763930000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE operators (
        id uuid PRIMARY KEY,
        login text NOT NULL UNIQUE CHECK (login ~ '^[a-z][a-z0-9._-]{1,31}$'),
        name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 60),
        role text NOT NULL CHECK (role IN ('viewer', 'agent', 'supervisor')),
        -- scrypt:N:r:p:salt:digest
        password text NOT NULL,
        -- A password that another person has seen opens only the page for choosing a new one.
        password_is_initial boolean NOT NULL,
        totp_secret bytea NOT NULL,
        -- The step of the last accepted one-time password.
        totp_step bigint NOT NULL DEFAULT -1,
        failures smallint NOT NULL DEFAULT 0 CHECK (failures BETWEEN 0 AND 5),
        locked_until timestamptz,
        disabled_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now()
      );

      CREATE TABLE operator_sessions (
        digest bytea PRIMARY KEY,
        operator_id uuid NOT NULL REFERENCES operators,
        created_at timestamptz NOT NULL DEFAULT now(),
        seen_at timestamptz NOT NULL DEFAULT now()
      );
      CREATE INDEX operator_sessions_operator ON operator_sessions (operator_id);
      CREATE INDEX operator_sessions_age ON operator_sessions (created_at);

      -- The subscriptions and desk pages that an operator reads, and why.
      CREATE TABLE operator_looks (
        session_digest bytea NOT NULL REFERENCES operator_sessions ON DELETE CASCADE,
        about text NOT NULL,
        reason text NOT NULL,
        PRIMARY KEY (session_digest, about)
      );

      CREATE TABLE approvals (
        id uuid PRIMARY KEY,
        kind text NOT NULL CHECK (kind IN ('resume', 'enrolment_code')),
        subscription_id uuid NOT NULL REFERENCES subscriptions,
        state text NOT NULL DEFAULT 'asked'
          CHECK (state IN ('asked', 'approved', 'refused', 'expired', 'withdrawn', 'taken')),
        asked_by uuid NOT NULL REFERENCES operators,
        asked_at timestamptz NOT NULL DEFAULT now(),
        reason text NOT NULL,
        -- The subscription's last transition at the time of the request: a later suspension voids the request.
        link integer NOT NULL,
        expires_at timestamptz NOT NULL,
        decided_by uuid REFERENCES operators,
        decided_at timestamptz,
        decision_reason text,
        closed_at timestamptz,
        CONSTRAINT decided_by_somebody_else CHECK (decided_by <> asked_by),
        CONSTRAINT decided_at_once CHECK ((decided_by IS NULL) = (decided_at IS NULL)
          AND (decided_by IS NULL) = (decision_reason IS NULL)),
        CONSTRAINT decided_before_it_counts CHECK (state NOT IN ('approved', 'refused', 'taken') OR decided_by IS NOT NULL),
        CONSTRAINT undecided_by_anybody CHECK (state NOT IN ('asked', 'withdrawn') OR decided_by IS NULL),
        CONSTRAINT only_codes_are_taken CHECK (state <> 'taken' OR kind = 'enrolment_code'),
        CONSTRAINT open_until_closed CHECK ((closed_at IS NULL) = (state = 'asked'
          OR (state = 'approved' AND kind = 'enrolment_code')))
      );
      CREATE UNIQUE INDEX approvals_one_open ON approvals (subscription_id, kind) WHERE closed_at IS NULL;
      CREATE INDEX approvals_open ON approvals (expires_at) WHERE closed_at IS NULL;
      CREATE INDEX approvals_subscription ON approvals (subscription_id, asked_at);
      CREATE INDEX approvals_age ON approvals (asked_at);
      CREATE INDEX approvals_asked_by ON approvals (asked_by) WHERE closed_at IS NULL;

      -- The whole audit is filtered by operator and by action; an action may contain a month after a blank.
      CREATE INDEX audit_entries_operator ON audit_entries (operator, id);
      CREATE INDEX audit_entries_action ON audit_entries (split_part(action, ' ', 1), id);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP INDEX audit_entries_operator, audit_entries_action;
      DROP TABLE approvals, operator_looks, operator_sessions, operators;
    `);
  }
}
