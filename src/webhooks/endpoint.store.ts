import { Injectable } from '@nestjs/common';
import { Database, type Session } from '../database/database.ts';
import { statement } from '../database/statement.ts';
import { NOW } from '../database/statement-parts.ts';
import type { EventType } from './event-types.ts';
import { LISTEN } from './listen.ts';
import { MOST_EVENTS } from './sending.store.ts';
import type { WebhookEndpoint } from './webhook-endpoint.entity.ts';
import type { WebhookEvent } from './webhook-event.entity.ts';
import type { WebhookSecret } from './webhook-secret.entity.ts';

/** An endpoint, as its client sees it. */
export type EndpointRow = Pick<
  WebhookEndpoint,
  'id' | 'url' | 'types' | 'description' | 'createdAt' | 'failingSince' | 'disabledAt' | 'disabledBy'
>;

/** What a client changes of an endpoint; null leaves it as it is. */
export interface ChangedEndpoint {
  url: string | null;
  types: string[] | null;
  /** An empty text removes the description. */
  description: string | null;
  disabled: boolean | null;
}

/** Former secrets that sign beside the present one, at most. */
const FORMER_SECRETS = 3;
/** Events that one request sends again, at most. */
export const MOST_REPLAYED = 10_000;

const SEEN = `e.id, e.url, e.types, e.description, e.created_at AS "createdAt", e.failing_since AS "failingSince",
  e.disabled_at AS "disabledAt", e.disabled_by AS "disabledBy"`;

const COUNT = statement(
  'webhook_endpoint_count',
  'SELECT count(*)::int AS count FROM webhook_endpoints WHERE client_id = $1',
);

const ADD = statement(
  'webhook_endpoint_add',
  `INSERT INTO webhook_endpoints AS e (id, client_id, url, types, description, created_at)
    VALUES ($1, $2, $3, $4, $5, ${NOW}) RETURNING ${SEEN}`,
);

const OF_CLIENT = statement(
  'webhook_endpoint_of_client',
  `SELECT ${SEEN} FROM webhook_endpoints e WHERE e.client_id = $1 AND ($2::uuid IS NULL OR e.id = $2)
    ORDER BY e.created_at, e.id`,
);

/** SQL: another address, or an endpoint that is disabled or enabled. */
const FREES_TURN = '($6 <> (e.disabled_at IS NOT NULL) OR $3 <> e.url)';
/** Seconds in which a run that lost its turn has ended: what it may still be sending is left to it. */
const RUN_SECONDS = 60;
/**
 * The maximum number of events that are left to it: twice a batch, because events with another number of attempts may be
 * due between those of the batch. However many wait, the client must be able to change the endpoint.
 */
const MOST_LEFT = 2 * MOST_EVENTS;

/**
 * Another address has not failed yet; neither has an endpoint that is enabled again. A run that is under way loses its
 * turn: what it finds says nothing about the endpoint as it is now. The endpoint is locked before.
 */
const BEGINS_ANEW = 'NOT $6 AND e.disabled_at IS NOT NULL OR $3 <> e.url';
const CHANGE = statement(
  'webhook_endpoint_change',
  `WITH under_way AS MATERIALIZED (
      SELECT d.event_id FROM webhook_deliveries d
      WHERE d.endpoint_id = $1 AND d.due_at <= now() AND d.event_id IN (
        SELECT n.event_id FROM webhook_endpoints e JOIN webhook_deliveries n ON n.endpoint_id = e.id
        WHERE e.id = $1 AND e.client_id = $2 AND e.turn_until > now() AND ${FREES_TURN} AND n.due_at <= now()
        ORDER BY n.due_at LIMIT ${MOST_LEFT})
      ORDER BY d.event_id FOR UPDATE OF d
    ), left_to_run AS (
      UPDATE webhook_deliveries d SET due_at = now() + interval '${RUN_SECONDS} seconds' FROM under_way u
      WHERE d.endpoint_id = $1 AND d.event_id = u.event_id
    )
    UPDATE webhook_endpoints e SET url = coalesce($3, e.url), types = coalesce($4, e.types),
      description = CASE WHEN $5::text IS NULL THEN e.description ELSE nullif($5, '') END,
      disabled_at = CASE WHEN $6 THEN coalesce(e.disabled_at, ${NOW}) WHEN NOT $6 THEN NULL ELSE e.disabled_at END,
      disabled_by = CASE WHEN $6 THEN coalesce(e.disabled_by, 'client') WHEN NOT $6 THEN NULL ELSE e.disabled_by END,
      turn = CASE WHEN ${FREES_TURN} THEN NULL ELSE e.turn END,
      turn_until = CASE WHEN ${FREES_TURN} THEN NULL ELSE e.turn_until END,
      failing_since = CASE WHEN ${BEGINS_ANEW} THEN NULL ELSE e.failing_since END,
      paused_until = CASE WHEN ${BEGINS_ANEW} THEN NULL ELSE e.paused_until END
    WHERE e.id = $1 AND e.client_id = $2 RETURNING ${SEEN}`,
);

const REMOVE = statement(
  'webhook_endpoint_remove',
  `WITH removed AS (
      DELETE FROM webhook_endpoints WHERE id = $1 AND client_id = $2 RETURNING id
    ), dropped AS (
      DELETE FROM webhook_deliveries d USING removed r WHERE d.endpoint_id = r.id
    )
    SELECT id FROM removed`,
);

const LOCK = statement(
  'webhook_endpoint_lock',
  'SELECT id FROM webhook_endpoints WHERE id = $1 AND client_id = $2 FOR UPDATE',
);

const ADD_SECRET = statement(
  'webhook_secret_add',
  `INSERT INTO webhook_secrets (id, endpoint_id, client_id, secret, key_digest, request_digest)
    VALUES ($1, $2, $3, $4, $5, $6)`,
);

/** The present secret signs for $2 hours more, no former one for longer. Of those, the oldest end at once. */
const REPLACE_SECRET = statement(
  'webhook_secret_replace',
  `UPDATE webhook_secrets s SET ends_at = CASE WHEN n.place = 1 THEN now() + make_interval(hours => $2)
        WHEN n.place > ${FORMER_SECRETS} THEN least(s.ends_at, now())
        ELSE least(s.ends_at, now() + make_interval(hours => $2)) END
    FROM (SELECT id, row_number() OVER (ORDER BY ends_at IS NOT NULL, created_at DESC) AS place FROM webhook_secrets
      WHERE endpoint_id = $1) n
    WHERE s.id = n.id`,
);

const SECRET_BY_KEY = statement(
  'webhook_secret_by_key',
  `SELECT id, endpoint_id AS "endpointId", secret, request_digest AS "requestDigest", created_at AS "createdAt"
    FROM webhook_secrets
    WHERE client_id = $1 AND key_digest = $2`,
);

/** A test goes to its endpoint alone, whatever types that chose. */
const TEST = statement(
  'webhook_test',
  `WITH endpoint AS (
      SELECT e.id, e.client_id, l.epoch FROM webhook_endpoints e JOIN webhook_listeners l ON l.client_id = e.client_id
      WHERE e.id = $1 AND e.client_id = $2 AND e.disabled_at IS NULL
    ), event AS (
      INSERT INTO webhook_events (client_id, epoch, type, happened_at, data, is_example)
      SELECT client_id, epoch, $3, ${NOW}, $4, true FROM endpoint RETURNING id
    ), sent AS (
      INSERT INTO webhook_deliveries (endpoint_id, event_id) SELECT endpoint.id, event.id FROM endpoint, event
    )
    SELECT id FROM event`,
);

/**
 * SQL: an event that is sent again is kept until that is recorded: a purge passes it over meanwhile, and one that came first
 * has the last word.
 */
const KEPT = 'FOR KEY SHARE OF v';

/** What is sent anew has all its attempts before it; a job that still has it sends it no more. */
const ANEW = `ON CONFLICT (endpoint_id, event_id) DO UPDATE SET attempts = 0, claim = webhook_deliveries.claim + 1,
      due_at = now()`;

const RESEND = statement(
  'webhook_resend',
  `INSERT INTO webhook_deliveries (endpoint_id, event_id)
    SELECT e.id, v.id FROM webhook_endpoints e JOIN webhook_events v ON v.client_id = e.client_id
    WHERE e.id = $1 AND e.client_id = $2 AND v.id = $3 ${KEPT} ${ANEW} RETURNING event_id AS id`,
);

const ATTEMPTED = 'SELECT 1 FROM webhook_attempts a WHERE a.event_id = v.id AND a.endpoint_id = $1';
const WITHIN = 'v.client_id = $2 AND v.happened_at >= $3 AND v.happened_at < $4';
const FIRST = `ORDER BY v.happened_at, v.id LIMIT ${MOST_REPLAYED}`;
const REPLAYED = `SELECT count(*)::int AS count, max(happened_at) AS last FROM chosen WHERE (SELECT count(*) FROM sent) >= 0`;

const RECOVER = statement(
  'webhook_recover',
  `WITH chosen AS MATERIALIZED (
      SELECT v.id, v.happened_at FROM webhook_events v
      WHERE ${WITHIN} AND EXISTS (${ATTEMPTED}) AND NOT EXISTS (${ATTEMPTED} AND a.status BETWEEN 200 AND 299) ${FIRST} ${KEPT}
    ), sent AS (
      INSERT INTO webhook_deliveries (endpoint_id, event_id) SELECT $1, id FROM chosen ORDER BY id ${ANEW} RETURNING 1
    )
    ${REPLAYED}`,
);

const REPLAY_MISSING = statement(
  'webhook_replay_missing',
  `WITH chosen AS MATERIALIZED (
      SELECT v.id, v.happened_at FROM webhook_events v JOIN webhook_endpoints e ON e.id = $1
      WHERE ${WITHIN} AND e.types && ARRAY['*', v.type] AND NOT v.is_example AND NOT EXISTS (${ATTEMPTED})
        AND NOT EXISTS (SELECT 1 FROM webhook_deliveries d WHERE d.endpoint_id = $1 AND d.event_id = v.id) ${FIRST} ${KEPT}
    ), sent AS (
      INSERT INTO webhook_deliveries (endpoint_id, event_id) SELECT $1, id FROM chosen ORDER BY id ON CONFLICT DO NOTHING RETURNING 1
    )
    ${REPLAYED}`,
);

/** Events from an instant on, before another one. */
export interface Span {
  since: Date;
  until: Date;
}

/** How many events are sent again, and the instant of the last one. */
export interface Replayed {
  count: number;
  last: Date | null;
}

type KeptSecret = Pick<WebhookSecret, 'id' | 'endpointId' | 'secret' | 'requestDigest' | 'createdAt'>;
export type NewSecret = Pick<WebhookSecret, 'id' | 'endpointId' | 'clientId' | 'secret'> & {
  idempotency: { keyDigest: Buffer; requestDigest: Buffer } | null;
};

/** Endpoints of clients, their secrets, and what is sent to them again. */
@Injectable()
export class EndpointStore {
  constructor(private readonly database: Database) {}

  transaction<Result>(work: (session: Session) => Promise<Result>): Promise<Result> {
    return this.database.transaction(work);
  }

  /** Records the client’s events from now on, and has its other requests that do so wait for the end of the transaction. */
  async listen(session: Session, clientId: string): Promise<void> {
    await session.rows(LISTEN, [clientId]);
  }

  async count(session: Pick<Session, 'rows'> | null, clientId: string): Promise<number> {
    return (await (session ?? this.database).rows<{ count: number }>(COUNT, [clientId]))[0]?.count ?? 0;
  }

  async add(
    session: Session,
    endpoint: Pick<WebhookEndpoint, 'id' | 'clientId' | 'url' | 'types' | 'description'>,
  ): Promise<EndpointRow> {
    const { id, clientId, url, types, description } = endpoint;
    const [row] = await session.rows<EndpointRow>(ADD, [id, clientId, url, types, description]);
    if (!row) throw new Error('an insert without a condition returned no row');
    return row;
  }

  /** The endpoints of a client, oldest first; with `id`, that one. */
  async ofClient(
    clientId: string,
    id: string | null,
    session: Pick<Session, 'rows'> = this.database,
  ): Promise<EndpointRow[]> {
    return session.rows<EndpointRow>(OF_CLIENT, [clientId, id]);
  }

  /** Changes an endpoint that the transaction has locked. */
  async change(
    session: Session,
    id: string,
    clientId: string,
    changed: ChangedEndpoint,
  ): Promise<EndpointRow | undefined> {
    const { url, types, description, disabled } = changed;
    return (await session.rows<EndpointRow>(CHANGE, [id, clientId, url, types, description, disabled]))[0];
  }

  /** Deletes an endpoint with its secrets and what waits for it. Returns false if there is none. */
  async remove(session: Session, id: string, clientId: string): Promise<boolean> {
    return (await session.rows(REMOVE, [id, clientId])).length === 1;
  }

  /** Locks an endpoint until the end of the transaction. Returns false if there is none. */
  async lock(session: Session, id: string, clientId: string): Promise<boolean> {
    return (await session.rows(LOCK, [id, clientId])).length === 1;
  }

  async addSecret(session: Session, { idempotency, ...secret }: NewSecret): Promise<void> {
    const { id, endpointId, clientId, secret: cipher } = secret;
    const { keyDigest = null, requestDigest = null } = idempotency ?? {};
    await session.rows(ADD_SECRET, [id, endpointId, clientId, cipher, keyDigest, requestDigest]);
  }

  /** Lets the present secret end after a grace. The caller adds its successor. */
  async replaceSecret(session: Session, endpointId: string, graceHours: number): Promise<void> {
    await session.rows(REPLACE_SECRET, [endpointId, graceHours]);
  }

  /** Returns the secret that this Idempotency-Key made. */
  async secretByKey(session: Session, clientId: string, keyDigest: Buffer): Promise<KeptSecret | undefined> {
    return (await session.rows<KeptSecret>(SECRET_BY_KEY, [clientId, keyDigest]))[0];
  }

  /** Records a test event for one endpoint; undefined if the endpoint is disabled or the limit is reached. */
  async test(
    session: Session,
    id: string,
    clientId: string,
    { type, data }: { type: EventType; data: object },
  ): Promise<string | undefined> {
    const values = [id, clientId, type, JSON.stringify(data)];
    return (await session.rows<Pick<WebhookEvent, 'id'>>(TEST, values))[0]?.id;
  }

  /** Sends an event again. Returns false if the client has no such event. */
  async resend(session: Session, endpointId: string, clientId: string, eventId: string): Promise<boolean> {
    return (await session.rows(RESEND, [endpointId, clientId, eventId])).length === 1;
  }

  /** Sends the events again that were attempted and never accepted. */
  async recover(session: Session, endpointId: string, clientId: string, { since, until }: Span): Promise<Replayed> {
    return replayed(await session.rows<Replayed>(RECOVER, [endpointId, clientId, since, until]));
  }

  /** Sends the events that were never attempted. */
  async replayMissing(
    session: Session,
    endpointId: string,
    clientId: string,
    { since, until }: Span,
  ): Promise<Replayed> {
    return replayed(await session.rows<Replayed>(REPLAY_MISSING, [endpointId, clientId, since, until]));
  }
}

function replayed([row]: readonly Replayed[]): Replayed {
  return row ?? { count: 0, last: null };
}
