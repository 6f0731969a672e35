import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Deeds that take two people: requests of programs, further approvals at the desk, and the time of the last unlocking. */
export class SecondPerson1764030000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- What one program requests and another one may do, once.
      CREATE TABLE deed_requests (
        id uuid PRIMARY KEY,
        subscription_id uuid NOT NULL REFERENCES subscriptions,
        deed text NOT NULL CHECK (deed IN ('cancel', 'resume', 'enrolment-code', 'unlock-pin')),
        asked_by uuid NOT NULL REFERENCES clients,
        asked_at timestamptz NOT NULL DEFAULT now(),
        reason text NOT NULL,
        -- The subscription's last transition at the time of the request: a later one may void it.
        link integer NOT NULL,
        expires_at timestamptz NOT NULL,
        spent_at timestamptz,
        spent_by uuid REFERENCES clients,
        CONSTRAINT deed_request_is_spent_once CHECK ((spent_at IS NULL) = (spent_by IS NULL))
      );
      CREATE UNIQUE INDEX deed_requests_one_open ON deed_requests (subscription_id, deed, asked_by)
        WHERE spent_at IS NULL;
      CREATE INDEX deed_requests_subscription ON deed_requests (subscription_id);
      CREATE INDEX deed_requests_age ON deed_requests (expires_at);

      -- When an operator or a program last unlocked the PIN; for 24 hours, another unlocking takes two people.
      ALTER TABLE subscriptions ADD COLUMN pin_unlocked_at timestamptz;

      -- A request to subscribe a line in a hold names the line, until its code is taken.
      ALTER TABLE approvals
        ALTER COLUMN subscription_id DROP NOT NULL,
        ADD COLUMN line_id text,
        ADD COLUMN identified boolean NOT NULL DEFAULT false,
        DROP CONSTRAINT approvals_kind_check,
        DROP CONSTRAINT only_codes_are_taken,
        DROP CONSTRAINT open_until_closed,
        ADD CONSTRAINT approvals_kind_check
          CHECK (kind IN ('resume', 'enrolment_code', 'cancel', 'unlock_pin', 'subscribe')),
        ADD CONSTRAINT only_codes_are_taken CHECK (state <> 'taken' OR kind IN ('enrolment_code', 'subscribe')),
        ADD CONSTRAINT open_until_closed CHECK ((closed_at IS NULL) = (state = 'asked'
          OR (state = 'approved' AND kind IN ('enrolment_code', 'subscribe')))),
        ADD CONSTRAINT approval_names_what_it_is_for CHECK ((kind = 'subscribe') = (line_id IS NOT NULL)
          AND (kind = 'subscribe' OR subscription_id IS NOT NULL)),
        ADD CONSTRAINT subscribes_the_identified CHECK (kind <> 'subscribe' OR identified);
      CREATE UNIQUE INDEX approvals_one_open_line ON approvals (line_id) WHERE closed_at IS NULL AND line_id IS NOT NULL;
      CREATE INDEX approvals_line ON approvals (line_id) WHERE line_id IS NOT NULL;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DELETE FROM approvals WHERE kind NOT IN ('resume', 'enrolment_code');
      DROP INDEX approvals_one_open_line, approvals_line;
      ALTER TABLE approvals
        DROP CONSTRAINT approval_names_what_it_is_for,
        DROP CONSTRAINT subscribes_the_identified,
        DROP CONSTRAINT open_until_closed,
        DROP CONSTRAINT only_codes_are_taken,
        DROP CONSTRAINT approvals_kind_check,
        DROP COLUMN line_id,
        DROP COLUMN identified,
        ALTER COLUMN subscription_id SET NOT NULL,
        ADD CONSTRAINT approvals_kind_check CHECK (kind IN ('resume', 'enrolment_code')),
        ADD CONSTRAINT only_codes_are_taken CHECK (state <> 'taken' OR kind = 'enrolment_code'),
        ADD CONSTRAINT open_until_closed CHECK ((closed_at IS NULL) = (state = 'asked'
          OR (state = 'approved' AND kind = 'enrolment_code')));
      ALTER TABLE subscriptions DROP COLUMN pin_unlocked_at;
      DROP TABLE deed_requests;
    `);
  }
}
