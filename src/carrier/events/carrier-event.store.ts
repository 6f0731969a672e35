import { Injectable } from '@nestjs/common';
import { Database, type Session } from '../../database/database.ts';
import { PartitionedTable } from '../../database/partitioned-table.ts';
import { statement } from '../../database/statement.ts';
import type { CarrierEvent } from './carrier-event.entity.ts';

export type Outcome = 'applied' | 'duplicate' | 'stale' | 'unknown_line' | 'rejected';

/** The stored record of an event. */
export type EventRecord = Omit<CarrierEvent, 'sequence' | 'receivedAt'> & { sequence: bigint | null };

/**
 * Records events once. An event that is kept for replay does not count as received, so its sender may send it again,
 * corrected. In the order of the ids, so that two sets never wait for each other.
 */
const RECORD = statement(
  'carrier_event_record',
  `INSERT INTO carrier_events AS e (id, source, event_id, type, line_id, sequence, at, outcome, reason, kept)
    SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::timestamptz[],
      $8::text[], $9::text[], $10::bytea[]) AS x (id) ORDER BY x.id
    ON CONFLICT (id) DO UPDATE SET type = excluded.type, line_id = excluded.line_id, sequence = excluded.sequence,
      at = excluded.at, outcome = excluded.outcome, reason = excluded.reason, kept = excluded.kept
    WHERE e.kept IS NOT NULL RETURNING id`,
);

const KEPT = statement(
  'carrier_event_kept',
  `SELECT id, kept, received_at::text AS "receivedAt" FROM carrier_events
    WHERE kept IS NOT NULL AND (received_at, id) > ($1::timestamptz, $2) ORDER BY received_at, id LIMIT 500`,
);

/**
 * Days in which an event that comes again is a `duplicate`. Later it is `stale` by its sequence. One of a line without a
 * sequence, as CAMARA has them, would be the latest again, so it stays as long as any event is kept.
 */
const UNIQUE_DAYS = 90;

const DAY_MS = 86_400_000;

/** Rows that one statement moves, and that one statement deletes. */
const [MOVE_BATCH, PURGE_BATCH] = [2_000, 5_000];

/**
 * Moves a batch of what was received from $1 to before $2, oldest first, in one statement. What may be replayed stays, and so
 * do events of lines without a sequence.
 */
const MOVE = statement(
  'carrier_event_move',
  `WITH old AS (
      DELETE FROM carrier_events WHERE id = ANY(ARRAY(SELECT id FROM carrier_events
        WHERE received_at >= $1::timestamptz AND received_at < $2::timestamptz AND kept IS NULL
          AND (sequence IS NOT NULL OR line_id IS NULL)
        ORDER BY received_at LIMIT ${MOVE_BATCH} FOR UPDATE SKIP LOCKED))
      RETURNING id, source, event_id, type, line_id, sequence, at, outcome, reason, received_at
    )
    INSERT INTO past_carrier_events (id, source, event_id, type, line_id, sequence, at, outcome, reason, received_at)
    SELECT * FROM old`,
);

/** Deletes a batch of events that did not move, because they could be replayed, had no sequence, or had no month. */
const PURGE = statement(
  'carrier_event_purge',
  `DELETE FROM carrier_events WHERE id = ANY(ARRAY(SELECT id FROM carrier_events
    WHERE received_at < now() - make_interval(days => $1) ORDER BY received_at LIMIT ${PURGE_BATCH}))`,
);

/** Removes a batch of old rows of the first partition, which has years of an installation from before there were months. */
const PURGE_FIRST = statement(
  'carrier_event_purge_first',
  `DELETE FROM past_carrier_events WHERE received_at < $1::timestamptz AND (received_at, id) IN (
    SELECT received_at, id FROM past_carrier_events WHERE received_at < $1::timestamptz
    ORDER BY received_at LIMIT ${PURGE_BATCH})`,
);

export type KeptEvent = Pick<CarrierEvent, 'id'> & {
  kept: NonNullable<CarrierEvent['kept']>;
  /** In PostgreSQL's text form with microseconds: the cursor of the next page. */
  receivedAt: string;
};

@Injectable()
export class CarrierEventStore {
  private readonly months: PartitionedTable;

  constructor(private readonly database: Database) {
    this.months = new PartitionedTable(database, { table: 'past_carrier_events', unit: 'month', aheadDays: 28 });
  }

  /** Returns false when the event was received before. */
  async record(event: EventRecord, session: Session = this.database): Promise<boolean> {
    return (await this.recordMany([event], session)).size === 1;
  }

  /** Records events that differ in their ids. Returns the ids of those that were not received before. */
  async recordMany(events: readonly EventRecord[], session: Session): Promise<Set<string>> {
    const values = [
      events.map(({ id }) => id),
      events.map(({ source }) => source),
      events.map(({ eventId }) => eventId),
      events.map(({ type }) => type),
      events.map(({ lineId }) => lineId),
      events.map(({ sequence }) => sequence),
      events.map(({ at }) => at),
      events.map(({ outcome }) => outcome),
      events.map(({ reason }) => reason),
      events.map(({ kept }) => kept),
    ];
    return new Set((await session.rows<Pick<CarrierEvent, 'id'>>(RECORD, values)).map(({ id }) => id));
  }

  /** The events kept for replay, oldest first, after `last`. */
  async keptAfter(last: KeptEvent | null): Promise<KeptEvent[]> {
    return this.database.rows<KeptEvent>(KEPT, [last?.receivedAt ?? '-infinity', last?.id ?? '']);
  }

  /** Adds the months of the next weeks. */
  async addMonths(): Promise<void> {
    await this.months.addAhead();
  }

  /** Moves a batch of events to the months in which they were received. Returns true if more may remain. */
  async move(): Promise<boolean> {
    const old = await this.months.olderThan(UNIQUE_DAYS * DAY_MS);
    if (!old) return false;
    return (await this.database.changed(MOVE, [old.from, old.to])) === MOVE_BATCH;
  }

  /**
   * Drops the months of which every event was received more than `days` ago, and deletes a batch of such events elsewhere.
   * Returns true if more may remain.
   */
  async purge(days: number): Promise<boolean> {
    const oldest = await this.months.dropOlderThan(days);
    const past = oldest ? await this.database.changed(PURGE_FIRST, [oldest]) : 0;
    return Math.max(past, await this.database.changed(PURGE, [days])) === PURGE_BATCH;
  }
}
