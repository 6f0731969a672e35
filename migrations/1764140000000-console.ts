import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The people of relying parties at the console, and the invitations by which they come. */
export class Console1764140000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE console_members (
        id uuid PRIMARY KEY,
        client_id uuid NOT NULL REFERENCES clients ON DELETE CASCADE,
        account_id uuid NOT NULL REFERENCES accounts ON DELETE CASCADE,
        role text NOT NULL CHECK (role IN ('viewer', 'developer', 'owner')),
        since timestamptz NOT NULL DEFAULT now(),
        ended_at timestamptz
      );
      CREATE UNIQUE INDEX console_members_one ON console_members (account_id, client_id) WHERE ended_at IS NULL;
      CREATE INDEX console_members_client ON console_members (client_id) WHERE ended_at IS NULL;
      CREATE INDEX console_members_ended ON console_members (ended_at) WHERE ended_at IS NOT NULL;

      CREATE TABLE console_invitations (
        id uuid PRIMARY KEY,
        client_id uuid NOT NULL REFERENCES clients ON DELETE CASCADE,
        role text NOT NULL CHECK (role IN ('viewer', 'developer', 'owner')),
        -- For whom it is, as the inviter calls the person.
        invitee text NOT NULL,
        -- SHA-256 of the secret in the link.
        digest bytea NOT NULL UNIQUE CHECK (length(digest) = 32),
        invited_by text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz NOT NULL,
        closed_at timestamptz,
        closed_as text CHECK (closed_as IN ('accepted', 'withdrawn')),
        CONSTRAINT invitation_closed_as_something CHECK ((closed_at IS NULL) = (closed_as IS NULL))
      );
      CREATE INDEX console_invitations_client ON console_invitations (client_id) WHERE closed_at IS NULL;
      CREATE INDEX console_invitations_inviter ON console_invitations (invited_by) WHERE closed_at IS NULL;
      CREATE INDEX console_invitations_closed ON console_invitations (closed_at) WHERE closed_at IS NOT NULL;
      CREATE INDEX console_invitations_expiry ON console_invitations (expires_at);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE console_invitations; DROP TABLE console_members`);
  }
}
