import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What people see: customers on the website, and what they report there. */
export class Pages1763900000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE INDEX carrier_events_age ON carrier_events USING brin (received_at) WITH (autosummarize = on);

      -- The website asks for authentications as relying parties do, and is shown as one. With no key it cannot call.
      INSERT INTO clients (id, client_id, name, jwks, scopes)
        VALUES ('00000000-0000-7000-8000-000000000001', 'pushguard-website', '휴대폰인증보호', '{"keys": []}', '{}');

      -- Pages that may show a relying party's window in a frame.
      ALTER TABLE clients ADD COLUMN frame_origins text[] NOT NULL DEFAULT '{}';

      -- A customer's browser: what it is about, and whose line it may see once the person behind it was verified.
      CREATE TABLE customer_sessions (
        digest bytea PRIMARY KEY,
        errand text NOT NULL CHECK (errand IN ('join', 'login', 'cancel', 'new_phone')),
        -- Which terms were agreed to, for somebody who is joining.
        terms text,
        authentication_id uuid,
        line_id text,
        -- Who the line belonged to then: it may have another owner or number tomorrow.
        person_index bytea,
        verified_at timestamptz,
        -- What the person was told that the code would do, and how it came.
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

      -- What somebody who cannot log in has told. Everybody is answered alike, so what is true of it is found out
      -- afterwards. Whom it names is wiped then.
      CREATE TABLE reports (
        id uuid PRIMARY KEY,
        kind text NOT NULL CHECK (kind IN ('lost_phone', 'new_phone', 'forgotten_pin')),
        person bytea,
        subscription_id uuid,
        filed_at timestamptz NOT NULL DEFAULT now(),
        due_at timestamptz NOT NULL DEFAULT now(),
        outcome text CHECK (outcome IN ('nobody', 'no_change', 'suspended', 'code_sent', 'call_centre')),
        -- Which operator has spoken with the person.
        settled_by text,
        settled_at timestamptz,
        CONSTRAINT named_until_dealt_with CHECK ((person IS NULL) = (outcome IS NOT NULL)),
        CONSTRAINT settled_by_somebody CHECK ((settled_by IS NULL) = (settled_at IS NULL))
      );
      CREATE INDEX reports_due ON reports (due_at) WHERE outcome IS NULL;
      CREATE INDEX reports_at_the_desk ON reports (filed_at)
        WHERE outcome IN ('suspended', 'call_centre') AND settled_at IS NULL;
      CREATE INDEX reports_age ON reports (filed_at);

      -- The instants at which forms were sent within the last day, by whom or about whom: a keyed digest.
      CREATE TABLE form_budgets (
        key bytea PRIMARY KEY,
        sent timestamptz[] NOT NULL
      );

      -- Which device a code enrolled: whoever was shown the code follows it to the end.
      ALTER TABLE enrolment_codes ADD COLUMN device_id uuid;
      -- When the carrier last told of another handset: its code goes there by SMS, and only some time after that.
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
