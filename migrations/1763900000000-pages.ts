import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The pages: customers on the website, and their reports. */
export class Pages1763900000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE INDEX carrier_events_age ON carrier_events USING brin (received_at) WITH (autosummarize = on);

      -- The website starts authentications as relying parties do, and appears as one.
      -- It has no key, so it cannot call the API.
      INSERT INTO clients (id, client_id, name, jwks, scopes)
        VALUES ('00000000-0000-7000-8000-000000000001', 'pushguard-website', '휴대폰인증보호', '{"keys": []}', '{}');

      -- Origins of the pages that may show a relying party's window in a frame.
      ALTER TABLE clients ADD COLUMN frame_origins text[] NOT NULL DEFAULT '{}';

      -- A customer's browser: its intent, and the line that it may see once the person was verified.
      CREATE TABLE customer_sessions (
        digest bytea PRIMARY KEY,
        errand text NOT NULL CHECK (errand IN ('join', 'login', 'cancel', 'new_phone')),
        -- The version of the terms that a joining person accepted.
        terms text,
        authentication_id uuid,
        line_id text,
        -- The owner of the line at that time: it may have another owner or number later.
        person_index bytea,
        verified_at timestamptz,
        -- The purpose that the person saw when asked for the code, and the channel of the code.
        verified_for text CHECK (verified_for IN ('join', 'login', 'cancel', 'new_phone')),
        channel text CHECK (channel IN ('push', 'sms')),
        -- The enrolment code on the page, encrypted.
        enrolment bytea,
        created_at timestamptz NOT NULL DEFAULT now(),
        seen_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT verified_names_a_line CHECK ((verified_at IS NULL) = (line_id IS NULL)
          AND (verified_at IS NULL) = (person_index IS NULL) AND (verified_at IS NULL) = (verified_for IS NULL)
          AND (verified_at IS NULL) = (channel IS NULL)),
        CONSTRAINT join_has_terms CHECK (errand <> 'join' OR terms IS NOT NULL)
      );
      CREATE INDEX customer_sessions_age ON customer_sessions (created_at);

      CREATE TABLE consents (
        subscription_id uuid PRIMARY KEY REFERENCES subscriptions,
        terms text NOT NULL CHECK (terms <> ''),
        locale text NOT NULL CHECK (locale IN ('ko', 'en')),
        at timestamptz NOT NULL DEFAULT now()
      );

      -- Reports by people who cannot log in. All of them get the same answer; a worker checks the report afterwards and
      -- then wipes the person it names.
      CREATE TABLE reports (
        id uuid PRIMARY KEY,
        kind text NOT NULL CHECK (kind IN ('lost_phone', 'new_phone', 'forgotten_pin')),
        person bytea,
        subscription_id uuid,
        filed_at timestamptz NOT NULL DEFAULT now(),
        due_at timestamptz NOT NULL DEFAULT now(),
        outcome text CHECK (outcome IN ('nobody', 'no_change', 'suspended', 'code_sent', 'call_centre')),
        -- The operator who has spoken with the person.
        settled_by text,
        settled_at timestamptz,
        CONSTRAINT named_until_dealt_with CHECK ((person IS NULL) = (outcome IS NOT NULL)),
        CONSTRAINT settled_by_somebody CHECK ((settled_by IS NULL) = (settled_at IS NULL))
      );
      CREATE INDEX reports_due ON reports (due_at) WHERE outcome IS NULL;
      CREATE INDEX reports_at_the_desk ON reports (filed_at)
        WHERE outcome IN ('suspended', 'call_centre') AND settled_at IS NULL;
      CREATE INDEX reports_age ON reports (filed_at);

      -- The instants of forms sent within the last day, by the keyed digest of the sender or of the person named.
      CREATE TABLE form_budgets (
        key bytea PRIMARY KEY,
        sent timestamptz[] NOT NULL
      );

      -- The device that a code enrolled: the page that showed the code follows the device to the end of its test.
      ALTER TABLE enrolment_codes ADD COLUMN device_id uuid;
      -- When the carrier last reported another handset: its enrolment code goes there by SMS, after a waiting time.
      ALTER TABLE subscriptions ADD COLUMN handset_changed_at timestamptz;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE subscriptions DROP COLUMN handset_changed_at;
      ALTER TABLE enrolment_codes DROP COLUMN device_id;
      DROP TABLE form_budgets, reports, consents, customer_sessions;
      ALTER TABLE clients DROP COLUMN frame_origins;
      DELETE FROM clients WHERE client_id = 'pushguard-website';
      DROP INDEX carrier_events_age;
    `);
  }
}
