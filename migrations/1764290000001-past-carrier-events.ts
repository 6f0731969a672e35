import type { QueryRunner } from 'typeorm';
import { grantAs } from './grant-as.ts';
import type { DeclaredMigration } from './locks.ts';

/**
 * Months of past carrier events. `carrier_events` keeps those of the last 90 days, in which an event has its effect once, by
 * source and id; a unique index cannot span partitions by time. A recurring task moves older ones in batches.
 *
 * A process of the release before reads and writes `carrier_events` as ever.
 */
export class PastCarrierEvents1764290000001 implements DeclaredMigration {
  readonly locks = [
    {
      table: 'carrier_events',
      mode: 'SHARE UPDATE EXCLUSIVE',
      because: 'builds an index beside reads and writes, and drops one',
    },
  ] as const;

  readonly meanwhile = 'when it erases a line, it leaves the carrier events that have moved to their month';

  /** Indexes are built and dropped concurrently. */
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    const [found] = (await runner.query(`SELECT to_regclass('past_carrier_events') IS NULL AS "isMissing"`)) as {
      isMissing: boolean;
    }[];
    if (found?.isMissing) await runner.query(PAST);
    await runner.query('DROP INDEX CONCURRENTLY IF EXISTS carrier_events_received');
    // In pages that are used again, old and new rows are side by side, and an index of page ranges finds nothing.
    await runner.query('CREATE INDEX CONCURRENTLY carrier_events_received ON carrier_events (received_at)');
    await runner.query('DROP INDEX CONCURRENTLY IF EXISTS carrier_events_age');
  }

  /** Copies every row back. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      INSERT INTO carrier_events (id, source, event_id, type, line_id, sequence, at, outcome, reason, received_at)
        SELECT id, source, event_id, type, line_id, sequence, at, outcome, reason, received_at FROM past_carrier_events
        ON CONFLICT (id) DO NOTHING;
      DROP TABLE past_carrier_events;
      CREATE INDEX carrier_events_age ON carrier_events USING brin (received_at) WITH (autosummarize = on);
      DROP INDEX carrier_events_received`);
  }
}

/** The first partition receives what is older than the month after next, so it has the rows of the years before. */
const PAST = `
  CREATE TABLE past_carrier_events (
    id text NOT NULL,
    source text,
    event_id text,
    type text,
    line_id text,
    sequence bigint,
    at timestamptz,
    outcome text NOT NULL,
    reason text,
    received_at timestamptz NOT NULL,
    PRIMARY KEY (received_at, id)
  ) PARTITION BY RANGE (received_at);
  CREATE INDEX past_carrier_events_line ON past_carrier_events (line_id) WHERE line_id IS NOT NULL;

  DO $do$
  BEGIN
    EXECUTE format('CREATE TABLE past_carrier_events_first PARTITION OF past_carrier_events
      FOR VALUES FROM (MINVALUE) TO (%L)',
      (date_trunc('month', now() AT TIME ZONE 'UTC') + interval '2 months') AT TIME ZONE 'UTC');
  END $do$;
  ${grantAs('carrier_events', ['past_carrier_events'])}
`;
