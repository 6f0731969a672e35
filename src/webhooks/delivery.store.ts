import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.ts';
import { statement } from '../database/statement.ts';
import type { WebhookAttempt } from './webhook-attempt.entity.ts';

/** An event at an endpoint, with the last attempt to send it: null before the first one. */
export interface DeliveryRow {
  eventId: string;
  endpointId: string;
  attempt: WebhookAttempt['attempt'] | null;
  status: WebhookAttempt['status'];
  fault: WebhookAttempt['fault'];
  /** When it is tried next; null if it is not, and while its endpoint is disabled. */
  dueAt: Date | null;
}

/** The last attempt of each event ($2) of a client ($1) at each endpoint, removed ones too, and when it is tried next. */
const OF_EVENTS = statement(
  'webhook_deliveries_of',
  `SELECT v.id AS "eventId", p.id AS "endpointId", a.attempt, a.status, a.fault,
      CASE WHEN d.due_at IS NOT NULL AND o.disabled_at IS NULL THEN greatest(d.due_at, o.paused_until, now()) END AS "dueAt"
    FROM webhook_events v CROSS JOIN LATERAL (
      SELECT e.id FROM webhook_endpoints e WHERE e.client_id = v.client_id
      UNION SELECT t.endpoint_id FROM webhook_attempts t WHERE t.event_id = v.id
    ) p
    LEFT JOIN webhook_endpoints o ON o.id = p.id
    LEFT JOIN webhook_deliveries d ON d.endpoint_id = p.id AND d.event_id = v.id
    LEFT JOIN LATERAL (
      SELECT attempt, status, fault FROM webhook_attempts t WHERE t.event_id = v.id AND t.endpoint_id = p.id
      ORDER BY t.id DESC LIMIT 1
    ) a ON true
    WHERE v.id = ANY($2::uuid[]) AND v.client_id = $1 AND (d.event_id IS NOT NULL OR a.attempt IS NOT NULL)
    ORDER BY v.id DESC, p.id`,
);

/** What became of events at endpoints. */
@Injectable()
export class DeliveryStore {
  constructor(private readonly database: Database) {}

  /** The rows of events of a client. */
  async of(clientId: string, eventIds: readonly string[]): Promise<DeliveryRow[]> {
    return this.database.rows<DeliveryRow>(OF_EVENTS, [clientId, eventIds]);
  }
}
