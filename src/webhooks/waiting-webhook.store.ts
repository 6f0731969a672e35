import { Injectable } from '@nestjs/common';
import { Database, type Session } from '../database/database.ts';
import { statement } from '../database/statement.ts';
import type { WebhookAttempt } from './webhook-attempt.entity.ts';
import type { WebhookDelivery } from './webhook-delivery.entity.ts';
import type { WebhookEndpoint } from './webhook-endpoint.entity.ts';

/** The webhooks that wait for one endpoint. */
export type WaitingEndpoint = Pick<WebhookEndpoint, 'disabledAt' | 'disabledBy' | 'failingSince' | 'pausedUntil'> & {
  endpointId: WebhookEndpoint['id'];
  waiting: number;
  due: number;
  oldest: Date | null;
  attempts: number;
};

/** The last attempt of an event that is sent no more. It has no word of the answer, which may be personal. */
export type FailedWebhook = Pick<WebhookAttempt, 'eventId' | 'endpointId' | 'attempt' | 'at' | 'status' | 'fault'>;

/** The newest attempts that are looked through for failures: the table has no index by outcome. */
const LOOKED_THROUGH = 50_000;

const ENDPOINTS = statement(
  'webhook_waiting_endpoints',
  `SELECT d.endpoint_id AS "endpointId", count(*)::int AS waiting, count(*) FILTER (WHERE d.due_at <= now())::int AS due,
      min(v.happened_at) AS oldest, max(d.attempts)::int AS attempts, e.disabled_at AS "disabledAt",
      e.disabled_by AS "disabledBy", e.failing_since AS "failingSince", e.paused_until AS "pausedUntil"
    FROM webhook_deliveries d JOIN webhook_endpoints e ON e.id = d.endpoint_id
      LEFT JOIN webhook_events v ON v.id = d.event_id
    GROUP BY d.endpoint_id, e.id ORDER BY d.endpoint_id`,
);

const FAILED = statement(
  'webhook_failed_list',
  `SELECT a.event_id AS "eventId", a.endpoint_id AS "endpointId", a.attempt, a.at, a.status, a.fault
    FROM (SELECT * FROM webhook_attempts ORDER BY id DESC LIMIT ${LOOKED_THROUGH}) a
    WHERE (a.status IS NULL OR a.status NOT BETWEEN 200 AND 299)
      AND NOT EXISTS (SELECT 1 FROM webhook_deliveries d WHERE d.endpoint_id = a.endpoint_id AND d.event_id = a.event_id)
      AND NOT EXISTS (SELECT 1 FROM webhook_attempts l
        WHERE l.event_id = a.event_id AND l.endpoint_id = a.endpoint_id AND l.id > a.id)
    ORDER BY a.id DESC LIMIT $1::int`,
);

/**
 * SQL: the rows that are meant and whose endpoint no run serves, locked in the order in which runs and replays lock them.
 * An event whose row is gone is meant whenever it happened.
 */
const MEANT = `SELECT d.endpoint_id, d.event_id FROM webhook_deliveries d JOIN webhook_endpoints e ON e.id = d.endpoint_id
      WHERE ($1::uuid IS NULL OR d.endpoint_id = $1) AND ($2::uuid[] IS NULL OR d.event_id = ANY($2))
        AND (e.turn_until IS NULL OR e.turn_until <= now())
        AND NOT EXISTS (SELECT 1 FROM webhook_events v
          WHERE v.id = d.event_id AND v.happened_at > now() - make_interval(secs => $3::float8))
      ORDER BY d.endpoint_id, d.event_id FOR UPDATE OF d`;

/** The claim rises, so that a job of the queue with an earlier one sends nothing twice. */
const RETRY = statement(
  'webhook_retry_now',
  `WITH meant AS MATERIALIZED (${MEANT})
    UPDATE webhook_deliveries d SET due_at = now(), claim = d.claim + 1 FROM meant m
    WHERE d.endpoint_id = m.endpoint_id AND d.event_id = m.event_id RETURNING d.event_id AS "eventId"`,
);

const DROP = statement(
  'webhook_drop_waiting',
  `WITH meant AS MATERIALIZED (${MEANT})
    DELETE FROM webhook_deliveries d USING meant m
    WHERE d.endpoint_id = m.endpoint_id AND d.event_id = m.event_id RETURNING d.event_id AS "eventId"`,
);

/** Webhooks that wait. */
@Injectable()
export class WaitingWebhookStore {
  constructor(private readonly database: Database) {}

  async endpoints(): Promise<WaitingEndpoint[]> {
    return this.database.rows<WaitingEndpoint>(ENDPOINTS, []);
  }

  async failed(limit: number): Promise<FailedWebhook[]> {
    return this.database.rows<FailedWebhook>(FAILED, [limit]);
  }

  async retry(session: Session, endpointId: string | null, ids: string[] | null, seconds: number): Promise<number> {
    return (await session.rows<Pick<WebhookDelivery, 'eventId'>>(RETRY, [endpointId, ids, seconds])).length;
  }

  async drop(session: Session, endpointId: string | null, ids: string[] | null, seconds: number): Promise<number> {
    return (await session.rows<Pick<WebhookDelivery, 'eventId'>>(DROP, [endpointId, ids, seconds])).length;
  }
}
