import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Events for relying parties: who listens, where they are sent, what was sent. */
export class Webhooks1764070000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- The clients whose events are recorded: since their first endpoint, or since they first read the feed.
      CREATE TABLE webhook_listeners (
        client_id uuid PRIMARY KEY REFERENCES clients ON DELETE CASCADE,
        since timestamptz NOT NULL DEFAULT now(),
        -- When the client last read the feed, to the hour.
        read_at timestamptz NOT NULL DEFAULT now(),
        -- Rises with each restore of the database, after which PostgreSQL counts transactions from an earlier number.
        epoch integer NOT NULL DEFAULT 0
      );

      CREATE TABLE webhook_endpoints (
        id uuid PRIMARY KEY,
        client_id uuid NOT NULL REFERENCES clients ON DELETE CASCADE,
        url text NOT NULL,
        types text[] NOT NULL,
        description text,
        created_at timestamptz NOT NULL DEFAULT now(),
        -- Since when every attempt failed.
        failing_since timestamptz,
        disabled_at timestamptz,
        disabled_by text CHECK (disabled_by IN ('client', 'gone', 'failures')),
        -- Nothing is sent before: the endpoint asked for a pause.
        paused_until timestamptz,
        -- The run that sends to the endpoint, and until when no other one may.
        turn uuid,
        turn_until timestamptz,
        CONSTRAINT disabled_by_something CHECK ((disabled_at IS NULL) = (disabled_by IS NULL))
      );
      CREATE INDEX webhook_endpoints_client ON webhook_endpoints (client_id);

      CREATE TABLE webhook_secrets (
        id uuid PRIMARY KEY,
        endpoint_id uuid NOT NULL REFERENCES webhook_endpoints ON DELETE CASCADE,
        client_id uuid NOT NULL,
        secret bytea NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        -- Until when a former secret signs beside its successor.
        ends_at timestamptz,
        -- SHA-256 of the Idempotency-Key and keyed digest of the request that made it.
        key_digest bytea,
        request_digest bytea
      );
      CREATE INDEX webhook_secrets_endpoint ON webhook_secrets (endpoint_id);
      CREATE UNIQUE INDEX webhook_secrets_key ON webhook_secrets (client_id, key_digest) WHERE key_digest IS NOT NULL;

      -- Ids of one millisecond lie side by side, so that the oldest events are found by their key.
      CREATE TABLE webhook_events (
        id uuid PRIMARY KEY DEFAULT (lpad(to_hex((extract(epoch FROM clock_timestamp()) * 1000)::bigint), 12, '0')
          || substr(replace(gen_random_uuid()::text, '-', ''), 13))::uuid,
        client_id uuid NOT NULL,
        epoch integer NOT NULL,
        -- The transaction that recorded it. Numbers rise in the order in which transactions began to write.
        transaction bigint NOT NULL DEFAULT pg_current_xact_id()::text::bigint,
        type text NOT NULL,
        happened_at timestamptz NOT NULL,
        data jsonb NOT NULL,
        -- Sent by request, as an example.
        is_example boolean NOT NULL DEFAULT false
      );
      CREATE INDEX webhook_events_feed ON webhook_events (client_id, epoch, transaction, id);
      CREATE INDEX webhook_events_log ON webhook_events (client_id, happened_at, id);

      -- What is still to be sent.
      CREATE TABLE webhook_deliveries (
        endpoint_id uuid NOT NULL,
        event_id uuid NOT NULL,
        attempts smallint NOT NULL DEFAULT 0,
        -- Rises when it is handed to the queue: a job with an earlier number sends nothing.
        claim integer NOT NULL DEFAULT 0,
        -- When it is handed to the queue, if no job has sent it by then.
        due_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (endpoint_id, event_id)
      );
      CREATE INDEX webhook_deliveries_due ON webhook_deliveries (endpoint_id, due_at);

      CREATE TABLE webhook_attempts (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        event_id uuid NOT NULL,
        endpoint_id uuid NOT NULL,
        attempt smallint NOT NULL,
        at timestamptz NOT NULL,
        ms integer NOT NULL,
        -- Null when there was no answer; then fault says why.
        status smallint,
        fault text,
        response text,
        CONSTRAINT attempt_was_answered_or_not CHECK ((status IS NULL) = (fault IS NOT NULL))
      );
      CREATE INDEX webhook_attempts_event ON webhook_attempts (event_id, endpoint_id);

      -- The hosted window that drives it.
      ALTER TABLE authentications ADD COLUMN window_id uuid;
      -- When its time ended without an authentication. Windows are kept for a day, so the index is built at once.
      ALTER TABLE windows ADD COLUMN ended_at timestamptz;
      CREATE INDEX windows_unused ON windows (expires_at) WHERE authentication_id IS NULL AND ended_at IS NULL;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP INDEX windows_unused;
      ALTER TABLE windows DROP COLUMN ended_at;
      ALTER TABLE authentications DROP COLUMN window_id;
      DROP TABLE webhook_attempts;
      DROP TABLE webhook_deliveries;
      DROP TABLE webhook_events;
      DROP TABLE webhook_secrets;
      DROP TABLE webhook_endpoints;
      DROP TABLE webhook_listeners;
    `);
  }
}
