import { Injectable, Logger } from '@nestjs/common';
import { Database } from '../database/database.ts';
import { lowestIdOf } from '../database/statement-parts.ts';
import { statement } from '../database/statement.ts';
import { WEBHOOK_DAYS } from '../domain/webhook.ts';
import { RareWarnings } from '../process/rare-warnings.ts';
import { LISTEN } from './listen.ts';
import type { WebhookAttempt } from './webhook-attempt.entity.ts';
import type { WebhookEvent } from './webhook-event.entity.ts';
import type { WebhookListener } from './webhook-listener.entity.ts';

export type EventRow = Pick<WebhookEvent, 'id' | 'type' | 'happenedAt' | 'data'>;
/** A place in the feed, behind an event. */
export type FeedPlace = Pick<WebhookEvent, 'epoch' | 'transaction' | 'id'>;
/** The place of the last event that was dropped. */
export type DroppedPlace = Pick<WebhookListener, 'droppedEpoch' | 'droppedTransaction' | 'droppedId'>;
type Listener = Pick<WebhookListener, 'epoch'> &
  DroppedPlace & {
    isOld: boolean;
    end: string;
    isDropped: boolean;
  };
export type AttemptRow = Omit<WebhookAttempt, 'id' | 'eventId'>;

const EVENT = 'e.id, e.type, e.happened_at AS "happenedAt", e.data';

/** SQL of a page of the log; `ofType` narrows it. */
const logOf = (ofType: string) => `SELECT ${EVENT} FROM webhook_events e
    WHERE e.client_id = $1 ${ofType}
      AND e.happened_at >= coalesce($2, '-infinity'::timestamptz) AND e.happened_at < coalesce($3, 'infinity'::timestamptz)
      AND (e.happened_at, e.id) < (coalesce($4, 'infinity'::timestamptz), coalesce($5, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid))
    ORDER BY e.happened_at DESC, e.id DESC LIMIT $6`;
const LOG = statement('webhook_log', logOf(''));
const LOG_OF_TYPE = statement('webhook_log_of_type', logOf('AND e.type = $7'));

/**
 * The feed in the order of transactions, up to the oldest one that still runs: nothing can be recorded before what this
 * reads, so a reader that goes on behind its last event misses none. The transactions of an earlier epoch have all ended.
 */
const feedOf = (behind: string) => `SELECT ${EVENT}, e.epoch, e.transaction
    FROM webhook_listeners l JOIN webhook_events e ON e.client_id = l.client_id
    WHERE l.client_id = $1 AND ${behind}
      AND (e.epoch < l.epoch OR e.transaction < pg_snapshot_xmin(pg_current_snapshot())::text::bigint)
    ORDER BY e.epoch, e.transaction, e.id LIMIT $5`;
const FEED = statement('webhook_feed', feedOf('(e.epoch, e.transaction, e.id) > ($2, $3, $4)'));
/** PostgreSQL expects a place of the feed to be near its end. With the type in the comparison, only the index of types fits. */
const FEED_OF_TYPE = statement(
  'webhook_feed_of_type',
  feedOf('e.type = $6 AND (e.type, e.epoch, e.transaction, e.id) > ($6, $2, $3, $4)'),
);

const PLACE = statement(
  'webhook_feed_place',
  'SELECT epoch, transaction, id FROM webhook_events WHERE id = $1 AND client_id = $2',
);

const ONE = statement('webhook_event', `SELECT ${EVENT} FROM webhook_events e WHERE e.id = $1 AND e.client_id = $2`);

/** `end` is the number that no transaction has had yet. A place ($2, $3, $4) is dropped if an event behind it was. */
const LISTENER = statement(
  'webhook_listener',
  `SELECT read_at < now() - interval '1 hour' AS "isOld", epoch,
      pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS end,
      coalesce(($2::int, $3::bigint, $4::uuid) < (dropped_epoch, dropped_transaction, dropped_id), false) AS "isDropped",
      dropped_epoch AS "droppedEpoch", dropped_transaction AS "droppedTransaction", dropped_id AS "droppedId"
    FROM webhook_listeners WHERE client_id = $1`,
);

const ATTEMPTS = statement(
  'webhook_attempts_of',
  `SELECT a.endpoint_id AS "endpointId", a.attempt, a.at, a.ms, a.status, a.fault, a.response
    FROM webhook_attempts a WHERE a.event_id = $1 ORDER BY a.id DESC LIMIT 200`,
);

/** The maximum number of rows that one statement deletes. */
const PURGE_BATCH = 5_000;

/** SQL: deletes the events of `old` with what belongs to them, and notes in `noted` how far they were dropped. */
const DROPPED = `attempts AS (
      DELETE FROM webhook_attempts a USING old WHERE a.event_id = old.id
    ), deliveries AS (
      DELETE FROM webhook_deliveries d USING old JOIN webhook_endpoints p ON p.client_id = old.client_id
      WHERE d.endpoint_id = p.id AND d.event_id = old.id
    ), events AS (
      DELETE FROM webhook_events e USING old WHERE e.id = old.id RETURNING e.client_id, e.epoch, e.transaction, e.id
    ), noted AS (
      UPDATE webhook_listeners l SET kept = greatest(0, l.kept - last.count),
        (dropped_epoch, dropped_transaction, dropped_id) = (
          SELECT p.epoch, p.transaction, p.id FROM (
            VALUES (last.epoch, last.transaction, last.id), (l.dropped_epoch, l.dropped_transaction, l.dropped_id)
          ) p (epoch, transaction, id) WHERE p.id IS NOT NULL ORDER BY p.epoch DESC, p.transaction DESC, p.id DESC LIMIT 1)
      FROM (
        SELECT DISTINCT ON (client_id) client_id, epoch, transaction, id, count(*) OVER (PARTITION BY client_id)::int AS count
        FROM events ORDER BY client_id, epoch DESC, transaction DESC, id DESC
      ) last
      WHERE l.client_id = last.client_id
    )`;

const PURGE = statement(
  'webhook_purge',
  `WITH old AS MATERIALIZED (
      SELECT id, client_id FROM webhook_events WHERE id < ${lowestIdOf(`now() - interval '${WEBHOOK_DAYS} days'`)}
      ORDER BY id LIMIT ${PURGE_BATCH} FOR UPDATE SKIP LOCKED
    ), ${DROPPED}
    SELECT count(*)::int AS count FROM events`,
);

/** Clients, and events of each, that one statement counts. */
const COUNT_CLIENTS = 20;
const COUNT_EVENTS = 5_000;
/** How long after a count a client is counted again. */
const COUNT_PERIOD = `interval '5 seconds'`;

/**
 * Counts what was recorded since the last count, in the order of the feed, so that no event is counted twice or never: each
 * run reads the new events alone. The clients that were counted longest ago are counted, and one with more new events than
 * are read is due again at once, behind the others that are due.
 */
const COUNT = statement(
  'webhook_count',
  `WITH turn AS MATERIALIZED (
      SELECT client_id, epoch, counted_epoch, counted_transaction, counted_id FROM webhook_listeners
      WHERE counted_at < now() - ${COUNT_PERIOD}
      ORDER BY counted_at LIMIT ${COUNT_CLIENTS} FOR NO KEY UPDATE SKIP LOCKED
    ), counted AS MATERIALIZED (
      SELECT l.client_id, n.* FROM turn l CROSS JOIN LATERAL (
        SELECT epoch, transaction, id, row_number() OVER (ORDER BY epoch, transaction, id)::int AS count FROM (
          SELECT e.epoch, e.transaction, e.id FROM webhook_events e
          WHERE e.client_id = l.client_id
            AND (e.epoch, e.transaction, e.id) > (l.counted_epoch, l.counted_transaction, l.counted_id)
            AND (e.epoch < l.epoch OR e.transaction < pg_snapshot_xmin(pg_current_snapshot())::text::bigint)
          ORDER BY e.epoch, e.transaction, e.id LIMIT ${COUNT_EVENTS}) e
        ORDER BY epoch DESC, transaction DESC, id DESC LIMIT 1) n
    )
    UPDATE webhook_listeners l SET kept = l.kept + coalesce(c.count, 0),
      counted_epoch = coalesce(c.epoch, l.counted_epoch),
      counted_transaction = coalesce(c.transaction, l.counted_transaction),
      counted_id = coalesce(c.id, l.counted_id),
      counted_at = CASE WHEN c.count = ${COUNT_EVENTS} THEN now() - ${COUNT_PERIOD} ELSE now() END
    FROM turn t LEFT JOIN counted c ON c.client_id = t.client_id
    WHERE l.client_id = t.client_id
    RETURNING coalesce(c.count = ${COUNT_EVENTS}, false) AS "hasMore"`,
);

/** Clients whose events one statement drops. */
const DROP_CLIENTS = 10;

/** The oldest events of clients that have more than $1. */
const DROP = statement(
  'webhook_drop',
  `WITH full_ones AS MATERIALIZED (
      SELECT client_id, kept - $1::int AS excess FROM webhook_listeners WHERE kept > $1::int
      ORDER BY kept DESC LIMIT ${DROP_CLIENTS} FOR NO KEY UPDATE SKIP LOCKED
    ), old AS MATERIALIZED (
      SELECT o.id, f.client_id FROM full_ones f CROSS JOIN LATERAL (
        SELECT e.id FROM webhook_events e WHERE e.client_id = f.client_id
        ORDER BY e.epoch, e.transaction, e.id LIMIT least(f.excess, ${PURGE_BATCH / DROP_CLIENTS})
        FOR UPDATE OF e SKIP LOCKED) o
    ), ${DROPPED}
    SELECT count(*)::int AS count FROM events`,
);

/** SQL: the endpoints for which something waits, found without reading all that waits. */
const WAITING = `RECURSIVE waiting AS (
      (SELECT endpoint_id FROM webhook_deliveries ORDER BY endpoint_id LIMIT 1)
      UNION ALL
      SELECT (SELECT d.endpoint_id FROM webhook_deliveries d WHERE d.endpoint_id > w.endpoint_id
        ORDER BY d.endpoint_id LIMIT 1) FROM waiting w WHERE w.endpoint_id IS NOT NULL
    )`;

/** What was to be sent to an endpoint that was deleted in the same moment. */
const PURGE_LOST = statement(
  'webhook_purge_lost',
  `WITH ${WAITING}
    DELETE FROM webhook_deliveries d USING waiting w
    WHERE d.endpoint_id = w.endpoint_id AND NOT EXISTS (SELECT 1 FROM webhook_endpoints e WHERE e.id = w.endpoint_id)`,
);

/**
 * What was to be sent again of an event that was dropped in the same moment. A run that meets it deletes it; this finds it
 * where nothing is sent, once all of its age is gone.
 */
const PURGE_DROPPED = statement(
  'webhook_purge_dropped',
  `WITH ${WAITING}
    DELETE FROM webhook_deliveries d USING waiting w
    WHERE d.endpoint_id = w.endpoint_id AND d.event_id < ${lowestIdOf(`now() - interval '${WEBHOOK_DAYS} days'`)}
      AND NOT EXISTS (SELECT 1 FROM webhook_events v WHERE v.id = d.event_id)`,
);

/** Clients without an endpoint that have read no event for as long as events are kept. */
const PURGE_LISTENERS = statement(
  'webhook_purge_listeners',
  `DELETE FROM webhook_listeners l WHERE l.read_at < now() - interval '${WEBHOOK_DAYS} days'
    AND NOT EXISTS (SELECT 1 FROM webhook_endpoints e WHERE e.client_id = l.client_id)`,
);

const PURGE_KEYS = statement(
  'webhook_purge_keys',
  `UPDATE webhook_secrets SET key_digest = NULL, request_digest = NULL
    WHERE key_digest IS NOT NULL AND created_at < now() - interval '24 hours'`,
);

const PURGE_SECRETS = statement(
  'webhook_purge_secrets',
  'DELETE FROM webhook_secrets WHERE ends_at < now() AND key_digest IS NULL',
);

/** Events that were recorded, and attempts to send them. */
@Injectable()
export class EventStore {
  private readonly warnings = new RareWarnings(new Logger('Webhooks'));

  constructor(private readonly database: Database) {}

  /** Events of a client, the last first. `before` is the last one of the page before. */
  async log(
    clientId: string,
    { type, since, until }: { type: string | null; since: Date | null; until: Date | null },
    before: Pick<WebhookEvent, 'happenedAt' | 'id'> | null,
    limit: number,
  ): Promise<EventRow[]> {
    const [at, id] = [before?.happenedAt ?? null, before?.id ?? null];
    if (type === null) return this.database.olderRows<EventRow>(LOG, [clientId, since, until, at, id, limit]);
    return this.database.olderRows<EventRow>(LOG_OF_TYPE, [clientId, since, until, at, id, limit, type]);
  }

  /** Events of a client behind a place of the feed, the first first. */
  async feed(
    clientId: string,
    { epoch, transaction, id }: FeedPlace,
    type: string | null,
    limit: number,
  ): Promise<(EventRow & FeedPlace)[]> {
    type Row = EventRow & FeedPlace;
    if (type === null) return this.database.rows<Row>(FEED, [clientId, epoch, transaction, id, limit]);
    return this.database.rows<Row>(FEED_OF_TYPE, [clientId, epoch, transaction, id, limit, type]);
  }

  /** Returns an event of a client. */
  async find(id: string, clientId: string): Promise<EventRow | undefined> {
    return (await this.database.rows<EventRow>(ONE, [id, clientId]))[0];
  }

  /** Returns the place of an event in the feed. */
  async placeOf(id: string, clientId: string): Promise<FeedPlace | undefined> {
    return (await this.database.rows<FeedPlace>(PLACE, [id, clientId]))[0];
  }

  /**
   * Notes that a client reads its events, which are recorded from the first time on. Returns how far the feed can have come:
   * the present epoch, and the number that the next transaction gets; and whether events behind `place` were dropped.
   */
  async noteReader(clientId: string, place: FeedPlace | null): Promise<Listener> {
    const listener = await this.listener(clientId, place);
    if (listener && !listener.isOld) return listener;
    await this.database.rows(LISTEN, [clientId]);
    const noted = await this.listener(clientId, place);
    if (!noted) throw new Error('a listener that was noted is missing');
    return noted;
  }

  /** The attempts to send an event, at most 200, the last first. */
  async attemptsOf(eventId: string): Promise<AttemptRow[]> {
    return this.database.olderRows<AttemptRow>(ATTEMPTS, [eventId]);
  }

  /**
   * Deletes a batch of what is older than 30 days, of what a client has beyond `most` events, and of what belongs to nothing
   * any more. Returns true if more may remain.
   */
  async purge(most: number): Promise<boolean> {
    type Row = { count: number };
    const [old] = await this.database.rows<Row>(PURGE, []);
    if (old?.count === PURGE_BATCH) return true;
    await this.database.changed(PURGE_LOST, []);
    await this.database.changed(PURGE_DROPPED, []);
    await this.database.changed(PURGE_LISTENERS, []);
    await this.database.changed(PURGE_KEYS, []);
    await this.database.changed(PURGE_SECRETS, []);
    // Last, so that nothing else waits for clients with many events.
    const counted = await this.database.rows<{ hasMore: boolean }>(COUNT, []);
    const [beyond] = await this.database.rows<Row>(DROP, [most]);
    const dropped = beyond?.count ?? 0;
    if (dropped > 0) this.warnings.warn('events of clients', `some have more than ${most}: the oldest are dropped`);
    return dropped > 0 || counted.length === COUNT_CLIENTS || counted.some(({ hasMore }) => hasMore);
  }

  private async listener(clientId: string, place: FeedPlace | null): Promise<Listener | undefined> {
    const { epoch, transaction, id } = place ?? { epoch: null, transaction: null, id: null };
    return (await this.database.rows<Listener>(LISTENER, [clientId, epoch, transaction, id]))[0];
  }
}
