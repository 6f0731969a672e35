import { Injectable } from '@nestjs/common';
import { Database, type Session } from '../../database/database.ts';
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

/** The maximum number of rows that one purge statement deletes. */
const PURGE_BATCH = 5_000;

/** Removes one batch, through the index on the age alone. */
const PURGE = statement(
  'carrier_event_purge',
  `DELETE FROM carrier_events WHERE ctid = ANY(ARRAY(SELECT ctid FROM carrier_events
    WHERE received_at < now() - make_interval(days => $1) LIMIT ${PURGE_BATCH}))`,
);

export type KeptEvent = Pick<CarrierEvent, 'id'> & {
  kept: NonNullable<CarrierEvent['kept']>;
  /** In PostgreSQL's text form with microseconds: the cursor of the next page. */
  receivedAt: string;
};

@Injectable()
export class CarrierEventStore {
  constructor(private readonly database: Database) {}

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

  /** Deletes a batch of events that were received more than `days` ago. Returns true if more may remain. */
  async purge(days: number): Promise<boolean> {
    return (await this.database.changed(PURGE, [days])) === PURGE_BATCH;
  }
}
