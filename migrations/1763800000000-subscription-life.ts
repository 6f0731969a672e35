import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The carrier's half: the transitions of a subscription, the events that cause them, the charges, and the audit. */
export class SubscriptionLife1763800000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- The transitions of a subscription as a chain: each starts in the state in which the previous one ended. The
      -- allowed pairs are those of the table in domain/subscription.ts. The subscription is in the state of its last
      -- transition.
      CREATE TABLE subscription_links (
        subscription_id uuid NOT NULL REFERENCES subscriptions,
        number integer NOT NULL,
        previous integer,
        from_state text,
        to_state text NOT NULL,
        change text NOT NULL CHECK (change IN ('subscribed', 'device_activated', 'suspended', 'resumed', 'cancelled')),
        -- The suspension that was added or lifted, or the reason of the cancellation.
        reason text,
        actor text NOT NULL CHECK (actor IN ('customer', 'operator', 'carrier', 'reconciliation', 'unknown')),
        -- The operator's client, or the carrier's event.
        actor_id text,
        event_source text,
        event_id text,
        -- When the transition took effect, which a carrier may report late, and when the service recorded it.
        at timestamptz NOT NULL,
        recorded_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (subscription_id, number),
        CONSTRAINT link_ends_in_its_state UNIQUE (subscription_id, number, to_state),
        CONSTRAINT link_follows_the_one_before
          FOREIGN KEY (subscription_id, previous, from_state)
          REFERENCES subscription_links (subscription_id, number, to_state),
        CONSTRAINT link_counts_on CHECK (
          (number = 1 AND previous IS NULL AND from_state IS NULL) OR (previous = number - 1 AND from_state IS NOT NULL)),
        CONSTRAINT link_is_allowed CHECK (coalesce(from_state, '') || '>' || to_state IN (
          '>awaiting_device',
          'awaiting_device>awaiting_device', 'awaiting_device>active', 'awaiting_device>suspended', 'awaiting_device>cancelled',
          'active>active', 'active>suspended', 'active>cancelled',
          'suspended>suspended', 'suspended>active', 'suspended>cancelled'))
      );

      INSERT INTO subscription_links (subscription_id, number, to_state, change, actor, at)
        SELECT id, 1, 'awaiting_device', 'subscribed', 'unknown', created_at FROM subscriptions;
      INSERT INTO subscription_links (subscription_id, number, previous, from_state, to_state, change, actor, at)
        SELECT id, 2, 1, 'awaiting_device', 'active', 'device_activated', 'customer', protected_since
        FROM subscriptions WHERE protected_since IS NOT NULL;
      INSERT INTO subscription_links (subscription_id, number, previous, from_state, to_state, change, reason, actor, at)
        SELECT s.id, l.number + 1, l.number, l.to_state, s.state,
          CASE s.state WHEN 'suspended' THEN 'suspended' ELSE 'cancelled' END,
          CASE s.state WHEN 'suspended' THEN s.suspensions[1] ELSE coalesce(s.reason, 'call_centre') END, 'unknown', s.since
        FROM subscriptions s JOIN LATERAL (SELECT number, to_state FROM subscription_links k
          WHERE k.subscription_id = s.id ORDER BY number DESC LIMIT 1) l ON true
        WHERE s.state IN ('suspended', 'cancelled') AND s.state <> l.to_state;

      ALTER TABLE subscriptions ADD COLUMN link integer NOT NULL DEFAULT 1;
      UPDATE subscriptions s SET
        link = (SELECT max(number) FROM subscription_links k WHERE k.subscription_id = s.id),
        reason = CASE state WHEN 'cancelled' THEN coalesce(reason, 'call_centre') WHEN 'suspended' THEN suspensions[1] END;
      ALTER TABLE subscriptions
        ADD CONSTRAINT stands_at_its_last_link FOREIGN KEY (id, link, state)
          REFERENCES subscription_links (subscription_id, number, to_state),
        ADD CONSTRAINT cancelled_for_a_reason CHECK (state <> 'cancelled' OR reason IS NOT NULL AND reason IN (
          'website', 'call_centre', 'ported_out', 'owner_changed', 'unsupported_device', 'line_terminated',
          'ineligible_plan'));

      CREATE INDEX subscriptions_line ON subscriptions (line_id, created_at);

      -- Counts every change of a line's owner, number, holder or status. A code by SMS is invalid once its line has
      -- changed since the code was sent.
      ALTER TABLE lines
        ADD COLUMN version integer NOT NULL DEFAULT 1,
        ADD COLUMN sequence bigint NOT NULL DEFAULT -1,
        ADD COLUMN told_at timestamptz NOT NULL DEFAULT '-infinity';
      CREATE INDEX lines_former ON lines (phone_index) WHERE status = 'terminated';
      ALTER TABLE authentications ADD COLUMN line_version integer;
      -- The history is kept for a limited time and purged by age; rows arrive nearly in the order of age.
      CREATE INDEX authentications_age ON authentications USING brin (requested_at) WITH (autosummarize = on);

      -- Every event once: its id here is the digest of its source and id. An event that may be replayed is kept whole
      -- and encrypted; of the others only their arrival and outcome are kept.
      CREATE TABLE carrier_events (
        id text PRIMARY KEY,
        source text,
        event_id text,
        type text,
        line_id text,
        sequence bigint,
        at timestamptz,
        outcome text NOT NULL CHECK (outcome IN ('applied', 'stale', 'unknown_line', 'rejected')),
        reason text,
        kept bytea,
        received_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT kept_while_it_may_be_played_again CHECK ((kept IS NOT NULL) = (outcome IN ('unknown_line', 'rejected')))
      );
      CREATE INDEX carrier_events_kept ON carrier_events (received_at) WHERE kept IS NOT NULL;

      -- A message to the person about the subscription. The address is stored with it, because the device may be
      -- revoked by the time of sending.
      CREATE TABLE notices (
        id uuid PRIMARY KEY,
        subscription_id uuid NOT NULL,
        kind text NOT NULL,
        detail text,
        address bytea NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now()
      );
      CREATE INDEX notices_age ON notices (created_at);
      ALTER TABLE deliveries ADD COLUMN notice_id uuid, DROP CONSTRAINT deliveries_kind_check,
        ADD CONSTRAINT deliveries_kind_check CHECK (kind IN ('wake', 'code', 'cancelled', 'test', 'sms', 'notice'));

      CREATE TABLE closed_months (
        month text PRIMARY KEY CHECK (month ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'),
        monthly_fee integer NOT NULL,
        closed_at timestamptz NOT NULL DEFAULT now()
      );
      -- Written once, when a month is closed. A row for an earlier month corrects that month's charge.
      CREATE TABLE charges (
        charged_in text NOT NULL REFERENCES closed_months,
        subscription_id uuid NOT NULL REFERENCES subscriptions,
        month text NOT NULL,
        days integer NOT NULL,
        amount integer NOT NULL,
        monthly_fee integer NOT NULL,
        PRIMARY KEY (charged_in, subscription_id, month),
        CONSTRAINT corrects_the_past CHECK (month <= charged_in)
      );
      CREATE INDEX charges_subscription ON charges (subscription_id, month);

      CREATE TABLE audit_entries (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        at timestamptz NOT NULL DEFAULT now(),
        operator text NOT NULL,
        action text NOT NULL,
        subscription_id uuid,
        -- The keyed index of the number that was looked up: lookups can be found without storing the number.
        phone_index bytea,
        reason text NOT NULL,
        outcome text NOT NULL,
        address text
      );
      CREATE INDEX audit_entries_subscription ON audit_entries (subscription_id, id);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE audit_entries, charges, closed_months, notices, carrier_events;
      DELETE FROM deliveries WHERE kind = 'notice';
      ALTER TABLE deliveries DROP COLUMN notice_id, DROP CONSTRAINT deliveries_kind_check,
        ADD CONSTRAINT deliveries_kind_check CHECK (kind IN ('wake', 'code', 'cancelled', 'test', 'sms'));
      DROP INDEX authentications_age, lines_former;
      ALTER TABLE authentications DROP COLUMN line_version;
      ALTER TABLE lines DROP COLUMN version, DROP COLUMN sequence, DROP COLUMN told_at;
      ALTER TABLE subscriptions DROP CONSTRAINT stands_at_its_last_link, DROP CONSTRAINT cancelled_for_a_reason,
        DROP COLUMN link;
      DROP INDEX subscriptions_line;
      DROP TABLE subscription_links;
    `);
  }
}
