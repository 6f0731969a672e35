import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.ts';
import { statement } from '../database/statement.ts';
import { WEBHOOK_FAILING_DAYS } from '../domain/webhook.ts';
import type { WebhookAttempt } from './webhook-attempt.entity.ts';
import type { WebhookDelivery } from './webhook-delivery.entity.ts';
import type { WebhookEndpoint } from './webhook-endpoint.entity.ts';
import type { WebhookEvent } from './webhook-event.entity.ts';
import type { WebhookSecret } from './webhook-secret.entity.ts';
import { tell } from './tell.ts';
import type { WebhookJob } from './webhook-queue.ts';

/** Endpoints that one statement serves. */
export const MOST_ENDPOINTS = 100;
/** Events that it hands over for each of them. */
export const MOST_EVENTS = 250;
/** Seconds for which a run has its endpoint to itself, longer than a run. A job that waits longer in the queue takes a new turn. */
const TURN_SECONDS = 45;
/** Seconds after which an event whose next attempt the queue has lost is handed over again. */
const GRACE_SECONDS = 120;

/** The longest wait of a run for another one, in seconds: most of those end long before their turn does. */
const TURN_WAIT_SECONDS = 2;

const IS_SERVED = 'EXISTS (SELECT 1 FROM clients c WHERE c.id = e.client_id AND c.disabled_at IS NULL)';
const MAY_SEND = `e.disabled_at IS NULL AND (e.paused_until IS NULL OR e.paused_until <= now()) AND ${IS_SERVED}`;

/**
 * Hands over what is due, a batch for each endpoint that no other run serves, so that an endpoint that hangs delays no other.
 * It steps from endpoint to endpoint in the index, past any number of events that wait. All events of a batch have had the
 * same number of attempts.
 *
 * The turn of the endpoint reserves the batch. The rows of its events stay as they are, because most of them are deleted a
 * moment later: whatever the run does not get to is due again when the turn ends, or runs out with its process.
 */
const HAND_OVER = statement(
  'webhook_hand_over',
  `WITH RECURSIVE waiting AS (
      (SELECT endpoint_id FROM webhook_deliveries ORDER BY endpoint_id LIMIT 1)
      UNION ALL
      SELECT (SELECT d.endpoint_id FROM webhook_deliveries d WHERE d.endpoint_id > w.endpoint_id
        ORDER BY d.endpoint_id LIMIT 1) FROM waiting w WHERE w.endpoint_id IS NOT NULL
    ), ready AS MATERIALIZED (
      SELECT e.id FROM waiting w JOIN webhook_endpoints e ON e.id = w.endpoint_id
      WHERE ${MAY_SEND} AND (e.turn_until IS NULL OR e.turn_until <= now())
        AND EXISTS (SELECT 1 FROM webhook_deliveries d WHERE d.endpoint_id = e.id AND d.due_at <= now())
      LIMIT ${MOST_ENDPOINTS} FOR NO KEY UPDATE OF e SKIP LOCKED
    ), due AS MATERIALIZED (
      SELECT r.id AS endpoint_id, n.event_id, n.claim, n.attempts FROM ready r CROSS JOIN LATERAL (
        SELECT d.event_id, d.claim, d.attempts FROM webhook_deliveries d WHERE d.endpoint_id = r.id AND d.due_at <= now()
          AND d.attempts = (SELECT f.attempts FROM webhook_deliveries f WHERE f.endpoint_id = r.id AND f.due_at <= now()
            ORDER BY f.due_at LIMIT 1)
        ORDER BY d.due_at LIMIT ${MOST_EVENTS}) n
    ), turns AS (
      UPDATE webhook_endpoints e SET turn = gen_random_uuid(), turn_until = now() + interval '${TURN_SECONDS} seconds'
      FROM (SELECT DISTINCT endpoint_id FROM due) h WHERE e.id = h.endpoint_id RETURNING e.id, e.turn
    )
    SELECT h.endpoint_id AS "endpointId", t.turn, h.event_id AS "eventId", h.claim, h.attempts
    FROM due h JOIN turns t ON t.id = h.endpoint_id`,
);

const TAKE_TURN = statement(
  'webhook_take_turn',
  `UPDATE webhook_endpoints e SET turn = $2, turn_until = now() + interval '${TURN_SECONDS} seconds'
    WHERE e.id = $1 AND ${MAY_SEND} AND (e.turn_until IS NULL OR e.turn_until <= now() OR e.turn = $2)
    RETURNING e.url`,
);

/** Milliseconds until a run may try again; none for an endpoint that is deleted or disabled, or whose client is. */
const WAIT = statement(
  'webhook_wait',
  `SELECT (1000 * greatest(0, extract(epoch FROM
      greatest(e.paused_until, least(coalesce(e.turn_until, now()), now() + interval '${TURN_WAIT_SECONDS} seconds')) - now())))::float8 AS ms
    FROM webhook_endpoints e WHERE e.id = $1 AND e.disabled_at IS NULL AND ${IS_SERVED}`,
);

/**
 * The events of a job that are still as they were handed over, or as its last run left them: with so many attempts ($4), because
 * another run may have had its turn before. Null for a job of an older release: its claims alone decide.
 */
const LETTERS = statement(
  'webhook_letters',
  `SELECT e.id, e.type, e.happened_at AS "happenedAt", e.data, d.claim, d.attempts
    FROM unnest($2::uuid[], $3::int[]) AS h (event_id, claim)
      JOIN webhook_deliveries d ON d.endpoint_id = $1 AND d.event_id = h.event_id AND d.claim = h.claim
      JOIN webhook_events e ON e.id = d.event_id
    WHERE $4::smallint IS NULL OR d.attempts = $4
    ORDER BY e.id`,
);

/**
 * An event can be dropped in the moment in which it is to be sent again. What is left of it would be due for ever, and before
 * everything else.
 */
const FORGET_DROPPED = statement(
  'webhook_forget_dropped',
  `DELETE FROM webhook_deliveries d USING unnest($2::uuid[]) AS h (event_id)
    WHERE d.endpoint_id = $1 AND d.event_id = h.event_id
      AND NOT EXISTS (SELECT 1 FROM webhook_events e WHERE e.id = d.event_id)`,
);

/** No row for a run that no longer has its endpoint: the client deleted it, disabled it or gave it another address. */
const SECRETS = statement(
  'webhook_secrets_of_turn',
  `SELECT s.id, s.secret FROM webhook_endpoints e JOIN webhook_secrets s ON s.endpoint_id = e.id
    WHERE e.id = $1 AND e.turn = $2 AND e.disabled_at IS NULL AND ${IS_SERVED} AND (s.ends_at IS NULL OR s.ends_at > now())
    ORDER BY s.ends_at IS NOT NULL, s.created_at DESC`,
);

/**
 * Writes attempts down; what was sent, or will be sent no more, waits no longer. This statement, PUT_BACK and replays lock
 * the rows of an endpoint in the order of their events, so that they do not deadlock with one another.
 */
const SETTLE = statement(
  'webhook_settle',
  `WITH results AS MATERIALIZED (
      SELECT * FROM unnest($2::uuid[], $3::int[], $4::smallint[], $5::timestamptz[], $6::int[], $7::smallint[], $8::text[],
        $9::text[], $10::float8[]) AS r (event_id, claim, attempt, at, ms, status, fault, response, wait_ms)
    ), written AS (
      INSERT INTO webhook_attempts (event_id, endpoint_id, attempt, at, ms, status, fault, response)
      SELECT event_id, $1, attempt, at, ms, status, fault, response FROM results
    ), held AS MATERIALIZED (
      SELECT d.event_id, r.attempt, r.wait_ms FROM webhook_deliveries d JOIN results r
        ON d.event_id = r.event_id AND d.claim = r.claim
      WHERE d.endpoint_id = $1 ORDER BY d.event_id FOR UPDATE OF d
    ), over AS (
      DELETE FROM webhook_deliveries d USING held h
      WHERE d.endpoint_id = $1 AND d.event_id = h.event_id AND h.wait_ms IS NULL
    )
    UPDATE webhook_deliveries d SET attempts = h.attempt,
      due_at = now() + make_interval(secs => ${GRACE_SECONDS} + h.wait_ms / 1000)
    FROM held h
    WHERE d.endpoint_id = $1 AND d.event_id = h.event_id AND h.wait_ms IS NOT NULL`,
);

const PUT_BACK = statement(
  'webhook_put_back',
  `WITH held AS MATERIALIZED (
      SELECT d.event_id FROM webhook_deliveries d JOIN unnest($2::uuid[], $3::int[]) AS h (event_id, claim)
        ON d.event_id = h.event_id AND d.claim = h.claim
      WHERE d.endpoint_id = $1 ORDER BY d.event_id FOR UPDATE OF d
    )
    UPDATE webhook_deliveries d SET due_at = now() FROM held h
    WHERE d.endpoint_id = $1 AND d.event_id = h.event_id`,
);

/** SQL: it has failed for so long that its run ($3 is how it went) disables it, for which it keeps the turn. */
const IS_LOST = `$3 IN ('fails', 'hangs') AND e.failing_since <= now() - interval '${WEBHOOK_FAILING_DAYS} days'`;
/** Seconds without requests after a run to which nothing was answered, which grow with the time since it began. */
const HANGING_SECONDS = { least: 5, most: 60 };

const END_TURN = statement(
  'webhook_end_turn',
  `UPDATE webhook_endpoints e SET
      turn = CASE WHEN ${IS_LOST} THEN e.turn END, turn_until = CASE WHEN ${IS_LOST} THEN e.turn_until END,
      failing_since = CASE WHEN $3 = 'works' THEN NULL WHEN $3 IN ('fails', 'hangs') THEN coalesce(e.failing_since, now())
        ELSE e.failing_since END,
      paused_until = CASE WHEN $4::float8 > 0 THEN now() + make_interval(secs => $4::float8 / 1000)
        WHEN $3 = 'hangs' THEN now() + make_interval(secs => least(${HANGING_SECONDS.most},
          ${HANGING_SECONDS.least} + coalesce(extract(epoch FROM now() - e.failing_since), 0)::float8 / 10))
        ELSE e.paused_until END
    WHERE e.id = $1 AND e.turn = $2
    RETURNING e.turn IS NOT NULL AS "isLost"`,
);

/** The other endpoints of the client are told, and so is the feed. */
const DISABLE = statement(
  'webhook_disable',
  `WITH disabled AS (
      UPDATE webhook_endpoints SET disabled_at = now(), disabled_by = $2, turn = NULL, turn_until = NULL
      WHERE id = $1 AND turn = $3 AND disabled_at IS NULL RETURNING id, client_id, disabled_by
    ), ${tell({
      from: 'disabled',
      says: `SELECT 'endpoint.disabled' AS type, now() AS happened_at,
          jsonb_build_object('endpointId', x.id, 'reason', x.disabled_by) AS data`,
    })}
    SELECT id FROM disabled`,
);

const FORGET = statement('webhook_forget', 'DELETE FROM webhook_deliveries WHERE endpoint_id = $1');

/** One event that is handed to the queue. */
export type Handed = Pick<WebhookDelivery, 'endpointId' | 'eventId' | 'claim' | 'attempts'> & { turn: string };

/** One event to be sent. */
export type Letter = Pick<WebhookEvent, 'id' | 'type' | 'happenedAt' | 'data'> &
  Pick<WebhookDelivery, 'claim' | 'attempts'>;

/** A secret of an endpoint, encrypted. */
export type KeptSecret = Pick<WebhookSecret, 'id' | 'secret'>;

/** How an endpoint did in a run; `hangs`: nothing was answered in time. */
export type Health = 'works' | 'fails' | 'hangs' | 'unknown';

/**
 * What became of a turn: it is free; or the run still has it, to disable an endpoint that has failed for too long; or the run
 * had it no more, because the client changed the endpoint.
 */
export type TurnEnd = 'freed' | 'kept' | 'taken';

/** The outcome of one attempt; `waitMs` until the next one, null if there is none. */
export type Settled = Pick<WebhookAttempt, 'eventId' | 'attempt' | 'at' | 'ms' | 'status' | 'fault' | 'response'> & {
  claim: number;
  waitMs: number | null;
};

/** What is still to be sent, and what became of each attempt. */
@Injectable()
export class SendingStore {
  constructor(private readonly database: Database) {}

  /** Hands over what is due. */
  async handOver(): Promise<Handed[]> {
    return this.database.rows<Handed>(HAND_OVER, []);
  }

  /** Reserves an endpoint for a run; undefined while another one has it, and when nothing may be sent to it. */
  async takeTurn(endpointId: string, turn: string): Promise<Pick<WebhookEndpoint, 'url'> | undefined> {
    return (await this.database.rows<Pick<WebhookEndpoint, 'url'>>(TAKE_TURN, [endpointId, turn]))[0];
  }

  /** Milliseconds until a run may try again; undefined for an endpoint that is disabled or deleted. */
  async waitOf(endpointId: string): Promise<number | undefined> {
    const [row] = await this.database.rows<{ ms: number }>(WAIT, [endpointId]);
    return row?.ms;
  }

  /** Reads the events of a job that are still to be sent by it, the oldest first. */
  async letters(
    { endpointId, eventIds, claims }: Pick<WebhookJob, 'endpointId' | 'eventIds' | 'claims'>,
    attempts: number | null,
  ): Promise<Letter[]> {
    return this.database.rows<Letter>(LETTERS, [endpointId, eventIds, claims, attempts]);
  }

  /** Deletes what waits for those of these events that are no longer kept. */
  async forgetDropped(endpointId: string, eventIds: readonly string[]): Promise<void> {
    await this.database.changed(FORGET_DROPPED, [endpointId, eventIds]);
  }

  /** The secrets that sign now, the present one first; none if the run may no longer send to the endpoint. */
  async secrets(endpointId: string, turn: string): Promise<KeptSecret[]> {
    return this.database.rows<KeptSecret>(SECRETS, [endpointId, turn]);
  }

  async settle(endpointId: string, results: readonly Settled[]): Promise<void> {
    const values = [
      endpointId,
      results.map(({ eventId }) => eventId),
      results.map(({ claim }) => claim),
      results.map(({ attempt }) => attempt),
      results.map(({ at }) => at),
      results.map(({ ms }) => ms),
      results.map(({ status }) => status),
      results.map(({ fault }) => fault),
      results.map(({ response }) => response),
      results.map(({ waitMs }) => waitMs),
    ];
    await this.database.sharedRows(SETTLE, values, null);
  }

  /** Makes what a run did not get to due again, where something had it wait for that run. */
  async putBack(endpointId: string, eventIds: readonly string[], claims: readonly number[]): Promise<void> {
    await this.database.changed(PUT_BACK, [endpointId, eventIds, claims]);
  }

  /** Frees an endpoint, and says what became of the turn. */
  async endTurn(endpointId: string, turn: string, health: Health, pauseMs: number): Promise<TurnEnd> {
    const [row] = await this.database.rows<{ isLost: boolean }>(END_TURN, [endpointId, turn, health, pauseMs]);
    if (!row) return 'taken';
    return row.isLost ? 'kept' : 'freed';
  }

  /**
   * Disables an endpoint for good, until its client enables it; what waits for it is dropped. Returns false, and changes
   * nothing, if the run no longer has the endpoint: its client changed it meanwhile.
   */
  async disable(endpointId: string, turn: string, by: 'gone' | 'failures'): Promise<boolean> {
    return this.database.transaction(async (session) => {
      const disabled = await session.rows(DISABLE, [endpointId, by, turn]);
      if (disabled.length > 0) await session.rows(FORGET, [endpointId]);
      return disabled.length > 0;
    });
  }
}
