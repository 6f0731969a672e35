import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import type { ServiceKeys } from '../../../src/crypto/service-keys.ts';
import type { Sql } from './sql.ts';

/** Reads and changes what is kept about webhooks. */
export class WebhookRows {
  constructor(private readonly sql: Sql) {}

  /** Lets a client listen without an endpoint. */
  listen(clientId: string): Promise<unknown> {
    return this.sql('INSERT INTO webhook_listeners (client_id, epoch) VALUES ($1, 1)', [clientId]);
  }

  /** The types of the events of a client, oldest first. */
  async eventsOf(clientId: string): Promise<string[]> {
    type Row = { type: string };
    const rows = await this.sql<Row>('SELECT type FROM webhook_events WHERE client_id = $1 ORDER BY id', [clientId]);
    return rows.map(({ type }) => type);
  }

  /** Copies an endpoint so often, beyond the limit of a client, each to an address of its own; returns the ids. */
  async copy(endpointId: string, count: number, url: (id: string) => string, keys: ServiceKeys): Promise<string[]> {
    const ids = Array.from({ length: count }, () => randomUUID());
    for (const id of ids) {
      await this.sql(
        `INSERT INTO webhook_endpoints (id, client_id, url, types)
           SELECT $2, client_id, $3, types FROM webhook_endpoints WHERE id = $1`,
        [endpointId, id, url(id)],
      );
      const secret = keys.fields.encrypt(Buffer.alloc(32), `webhook_secrets:secret:${id}`);
      await this.sql(
        `INSERT INTO webhook_secrets (id, endpoint_id, client_id, secret)
           SELECT id, id, client_id, $2 FROM webhook_endpoints WHERE id = $1`,
        [id, secret],
      );
    }
    return ids;
  }

  /** Events that still wait for an endpoint. */
  async waiting(endpointId: string): Promise<number> {
    const [row] = await this.sql<{ count: number }>(
      'SELECT count(*)::int AS count FROM webhook_deliveries WHERE endpoint_id = $1',
      [endpointId],
    );
    return row?.count ?? 0;
  }

  /** Leaves what was to be sent of so many events of this age that are no longer kept. */
  async lose(endpointId: string, count: number, days = 0): Promise<void> {
    await this.sql(
      `INSERT INTO webhook_deliveries (endpoint_id, event_id)
         SELECT $1, (lpad(to_hex((extract(epoch FROM now() - make_interval(days => $3)) * 1000)::bigint), 12, '0')
           || right(replace(gen_random_uuid()::text, '-', ''), 20))::uuid
         FROM generate_series(1, $2::int)`,
      [endpointId, count, days],
    );
  }

  /** Has an event wait for an endpoint. */
  async leaveWaiting(endpointId: string, eventId: string): Promise<void> {
    await this.sql('INSERT INTO webhook_deliveries (endpoint_id, event_id) VALUES ($1, $2::uuid)', [
      endpointId,
      eventId.replace(/^msg_/, ''),
    ]);
  }

  /** Events that wait for an endpoint and are not due yet. */
  async postponed(endpointId: string): Promise<number> {
    const [row] = await this.sql<{ count: number }>(
      'SELECT count(*)::int AS count FROM webhook_deliveries WHERE endpoint_id = $1 AND due_at > now()',
      [endpointId],
    );
    return row?.count ?? 0;
  }

  /** Runs `work` while an event is being deleted; `isWaiting` tells whether a statement waits for that. */
  async whileItGoes<Result>(
    pool: pg.Pool,
    eventId: string,
    work: (isWaiting: () => Promise<boolean>) => Promise<Result>,
  ): Promise<Result> {
    const deleting = await pool.connect();
    try {
      await deleting.query('BEGIN');
      await deleting.query('DELETE FROM webhook_events WHERE id = $1::uuid', [eventId.replace(/^msg_/, '')]);
      const result = await work(async () => {
        const [row] = await this.sql<{ waits: boolean }>(
          `SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
             AND query LIKE '%webhook_events%') AS waits`,
          [],
        );
        return row?.waits ?? false;
      });
      await deleting.query('COMMIT');
      return result;
    } finally {
      await deleting.query('ROLLBACK');
      deleting.release();
    }
  }

  /** Gives what waits for an endpoint so many attempts before, and makes it due. */
  async hurry(endpointId: string, attempts?: number): Promise<void> {
    await this.sql(
      'UPDATE webhook_deliveries SET due_at = now(), attempts = coalesce($2, attempts) WHERE endpoint_id = $1',
      [endpointId, attempts ?? null],
    );
  }

  /** Lets an endpoint fail for so many hours already. */
  async age(endpointId: string, hours: number): Promise<void> {
    await this.sql('UPDATE webhook_endpoints SET failing_since = now() - make_interval(hours => $2) WHERE id = $1', [
      endpointId,
      hours,
    ]);
  }

  /** Deletes the endpoints and events of all clients but one. */
  async clear(spared = ''): Promise<void> {
    const others = 'client_id NOT IN (SELECT id FROM clients WHERE client_id = $1)';
    await this.sql(
      `DELETE FROM webhook_deliveries WHERE endpoint_id IN (SELECT id FROM webhook_endpoints WHERE ${others})`,
      [spared],
    );
    for (const table of ['endpoints', 'events', 'listeners'])
      await this.sql(`DELETE FROM webhook_${table} WHERE ${others}`, [spared]);
  }

  /** The number of recorded events of a client. */
  async recorded(clientId: string): Promise<number> {
    const [row] = await this.sql<{ count: number }>(
      `SELECT count(*)::int AS count FROM webhook_events WHERE client_id = (SELECT id FROM clients WHERE client_id = $1)`,
      [clientId],
    );
    return row?.count ?? 0;
  }

  /** Records so many events of a client; their data has their number. */
  async record(clientId: string, count: number): Promise<void> {
    await this.sql(
      `INSERT INTO webhook_events (client_id, epoch, type, happened_at, data)
         SELECT l.client_id, l.epoch, 'test', now(), jsonb_build_object('number', n)
         FROM webhook_listeners l, generate_series(1, $2::int) n
         WHERE l.client_id = (SELECT id FROM clients WHERE client_id = $1)`,
      [clientId, count],
    );
  }

  /** Records so many events that wait for an endpoint. */
  async queue(endpointId: string, count: number): Promise<void> {
    await this.sql(
      `WITH events AS (
         INSERT INTO webhook_events (client_id, epoch, type, happened_at, data)
         SELECT l.client_id, l.epoch, 'test', now(), jsonb_build_object('number', n)
         FROM webhook_listeners l JOIN webhook_endpoints e ON e.client_id = l.client_id, generate_series(1, $2::int) n
         WHERE e.id = $1 RETURNING id)
       INSERT INTO webhook_deliveries (endpoint_id, event_id) SELECT $1, id FROM events`,
      [endpointId, count],
    );
  }

  /** True while a job sends to an endpoint. */
  async isServed(endpointId: string): Promise<boolean> {
    const [row] = await this.sql<{ served: boolean }>(
      `SELECT EXISTS (SELECT 1 FROM bullmq.job WHERE queue = 'webhooks' AND state = 'active'
         AND data ->> 'endpointId' = $1) AS served`,
      [endpointId],
    );
    return row?.served ?? false;
  }

  /** A secret as it is stored. */
  async secretOf(endpointId: string): Promise<Buffer> {
    const [row] = await this.sql<{ secret: Buffer }>('SELECT secret FROM webhook_secrets WHERE endpoint_id = $1', [
      endpointId,
    ]);
    return row!.secret;
  }

  /** Makes an event so many days older, whose id begins with its milliseconds; returns the new id. */
  async agePast(eventId: string, days: number): Promise<string> {
    const was = eventId.replace(/^msg_/, '');
    const at = (parseInt(was.slice(0, 12), 16) - days * 86_400_000).toString(16).padStart(12, '0');
    const is = at + was.slice(12);
    await this.sql('UPDATE webhook_events SET id = $2::uuid WHERE id = $1::uuid', [was, is]);
    await this.sql('UPDATE webhook_attempts SET event_id = $2::uuid WHERE event_id = $1::uuid', [was, is]);
    return `msg_${is}`;
  }

  /** Ends of authentications and registrations of clients that listen which were not told exactly once. */
  untold(): Promise<{ id: string; state: string; told: number }[]> {
    const ends = (table: string, prefix: string) =>
      `SELECT r.id, r.state, count(e.id)::int AS told FROM ${table} r JOIN webhook_listeners l ON l.client_id = r.client_id
         LEFT JOIN webhook_events e ON e.client_id = r.client_id AND e.type = '${prefix}.' || r.state
           AND e.data->>'id' = r.id::text
       WHERE r.closed_at > l.since GROUP BY r.id, r.state HAVING count(e.id) <> 1`;
    return this.sql(`${ends('authentications', 'authentication')} UNION ALL ${ends('registrations', 'registration')}`);
  }

  /** Runs `work` while every entry of the audit waits; `isWaiting` tells whether one does. */
  async whileAuditWaits<Result>(
    pool: pg.Pool,
    work: (isWaiting: () => Promise<boolean>) => Promise<Result>,
  ): Promise<Result> {
    const holding = await pool.connect();
    try {
      await holding.query('BEGIN; SELECT * FROM audit_head FOR UPDATE');
      return await work(async () => {
        const [row] = await this.sql<{ waits: boolean }>(
          `SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
             AND query LIKE '%audit_head%') AS waits`,
          [],
        );
        return row?.waits ?? false;
      });
    } finally {
      await holding.query('ROLLBACK');
      holding.release();
    }
  }
}
