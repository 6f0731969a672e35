import type { QueryRunner } from 'typeorm';
import { grantAs } from './grant-as.ts';
import type { DeclaredMigration } from './locks.ts';

/**
 * Subscriptions of relying parties to changes of a SIM (CAMARA Sim Swap Subscriptions), and what is to be sent to them. A line
 * that ends, loses its number or changes hands ends them. A dozen statements do that to lines, some of them to many lines at
 * once, so the table tells it, in the transaction that does it. It also notes when the service learned that the line changed hands.
 */
export class SwapSubscriptions1764353000000 implements DeclaredMigration {
  readonly locks = [
    {
      table: 'lines',
      mode: 'ACCESS EXCLUSIVE',
      because: 'adds a column that may be empty, and a trigger: neither looks at a row',
    },
  ] as const;

  readonly meanwhile =
    'it has no /sim-swap-subscriptions, and tells no subscription of a SIM change: grant the scopes once it is replaced';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE swap_subscriptions (
        id uuid PRIMARY KEY,
        client_id uuid NOT NULL,
        line_id text NOT NULL,
        slot smallint NOT NULL CHECK (slot BETWEEN 1 AND 5),
        sink text NOT NULL,
        -- The number and the bearer token of the sink, encrypted.
        sealed bytea NOT NULL,
        purpose text,
        expire_time timestamptz,
        token_expires_at timestamptz,
        initial_event boolean NOT NULL,
        most_events integer CHECK (most_events > 0),
        events integer NOT NULL DEFAULT 0 CHECK (events >= 0),
        started_at timestamptz NOT NULL,
        ends_at timestamptz NOT NULL,
        ended_at timestamptz,
        CONSTRAINT swap_subscription_has_events_left CHECK (ended_at IS NOT NULL OR most_events IS NULL OR events < most_events)
      );
      CREATE UNIQUE INDEX swap_subscriptions_slot ON swap_subscriptions (client_id, line_id, slot) WHERE ended_at IS NULL;
      CREATE INDEX swap_subscriptions_client ON swap_subscriptions (client_id, id) WHERE ended_at IS NULL;
      CREATE INDEX swap_subscriptions_line ON swap_subscriptions (line_id) WHERE ended_at IS NULL;
      CREATE INDEX swap_subscriptions_end ON swap_subscriptions (ends_at) WHERE ended_at IS NULL;
      CREATE INDEX swap_subscriptions_ended ON swap_subscriptions (ended_at) WHERE ended_at IS NOT NULL;

      CREATE TABLE swap_notifications (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        subscription_id uuid NOT NULL REFERENCES swap_subscriptions,
        client_id uuid NOT NULL,
        kind text NOT NULL CHECK (kind IN ('started', 'swapped', 'ended')),
        at timestamptz NOT NULL,
        reason text CHECK (reason IN ('MAX_EVENTS_REACHED', 'NETWORK_TERMINATED', 'SUBSCRIPTION_EXPIRED',
          'ACCESS_TOKEN_EXPIRED', 'SUBSCRIPTION_DELETED')),
        attempts integer NOT NULL DEFAULT 0,
        due_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT swap_notification_of_an_end_has_a_reason CHECK ((kind = 'ended') = (reason IS NOT NULL))
      );
      CREATE INDEX swap_notifications_due ON swap_notifications (client_id, (kind <> 'swapped'), due_at);
      CREATE INDEX swap_notifications_subscription ON swap_notifications (subscription_id);
      ${grantAs('lines', ['swap_subscriptions', 'swap_notifications'])}
    `);
    await runner.query(`
      ALTER TABLE lines ADD COLUMN handed_at timestamptz;
      CREATE FUNCTION swap_line_changed_hands() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        WITH ended AS (
          UPDATE swap_subscriptions SET ended_at = now() WHERE line_id = NEW.id AND ended_at IS NULL
          RETURNING id, client_id
        )
        INSERT INTO swap_notifications (subscription_id, client_id, kind, at, reason)
        SELECT id, client_id, 'ended', now(), 'NETWORK_TERMINATED' FROM ended;
        IF NEW.numbered_at IS DISTINCT FROM OLD.numbered_at THEN
          NEW.handed_at = date_trunc('milliseconds', now());
        END IF;
        RETURN NEW;
      END $$;
      CREATE TRIGGER swap_line_changed_hands BEFORE UPDATE OF status, phone_index, numbered_at ON lines FOR EACH ROW
        WHEN (NEW.numbered_at IS DISTINCT FROM OLD.numbered_at
          OR (NEW.status = 'terminated' AND OLD.status <> 'terminated')
          OR (NEW.phone_index IS NULL AND OLD.phone_index IS NOT NULL))
        EXECUTE FUNCTION swap_line_changed_hands()
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TRIGGER IF EXISTS swap_line_changed_hands ON lines;
      DROP FUNCTION IF EXISTS swap_line_changed_hands();
      ALTER TABLE lines DROP COLUMN IF EXISTS handed_at;
      DROP TABLE IF EXISTS swap_notifications;
      DROP TABLE IF EXISTS swap_subscriptions
    `);
  }
}
