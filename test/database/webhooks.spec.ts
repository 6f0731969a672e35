import { afterAll, beforeAll, beforeEach, expect, it, describe } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import '../../src/webhooks/event.store.ts';
import { eventually } from '../support/eventually.ts';
import { planOf } from '../support/plan-of.ts';
import { describeWith, REDIS_SERVER } from '../support/programs.ts';
import { RedisServer } from '../support/redis.ts';
import { startProcess, TestService, type ServiceProcess } from '../support/service.ts';
import { WebhookReceiver } from '../support/webhook-receiver.ts';

/** The shortest time between SIGTERM and SIGKILL that the chart admits. */
const GRACE_MS = 30_000;

let service: TestService;
let receiver: WebhookReceiver;
const workers: ServiceProcess[] = [];

const startWorker = async () => {
  workers.push(await startProcess({ ...service.env, ISSUER: service.issuer, ROLE: 'worker' }));
};

async function startAll(env: Record<string, string>): Promise<void> {
  [service, receiver] = await Promise.all([TestService.start(env), WebhookReceiver.start()]);
}

async function stopAll(): Promise<void> {
  await receiver.stop();
  await Promise.all(workers.splice(0).map((worker) => worker.stop()));
  await service.stop();
}

/** Adds an endpoint of the shop; returns its path. */
async function add(): Promise<{ id: string; path: string }> {
  const path = `/${randomUUID()}`;
  const body = { url: receiver.url(path), types: ['authentication.cancelled'] };
  return { id: (await service.call<{ id: string }>('POST', '/v1/webhook-endpoints', body)).body.id, path };
}

/** Starts and cancels so many authentications; returns their ids. */
async function cancelled(count: number): Promise<string[]> {
  return Promise.all(
    Array.from({ length: count }, async (_, at) => {
      const phoneNumber = `+8210777${String(at).padStart(5, '0')}`;
      const { id } = (await service.start({ phoneNumber, birthDate: '900101', genderDigit: '1' })).body;
      expect((await service.call('DELETE', `/v1/authentications/${id}`)).status).toBe(204);
      return id;
    }),
  );
}

const arrivedAt = (path: string) => new Set(receiver.at(path).map(({ event }) => event.data['id']));
const all = (path: string, ids: readonly string[]) =>
  eventually(`${ids.length} events at ${path}`, () => ids.every((id) => arrivedAt(path).has(id)));

function itDelivers(): void {
  beforeEach(async () => {
    await service.rows.webhooks.clear();
    await service.rows.budgets.clearStarts();
  });

  it('one endpoint of fifty that never answers holds up none of the others, and has four requests at most', async () => {
    const hanging = await add();
    receiver.reply(hanging.path, 'never');
    const others = await service.rows.webhooks.copy(hanging.id, 49, (id) => receiver.url(`/${id}`), service.keys);
    const ids = await cancelled(40);
    for (const id of others) await all(`/${id}`, ids);
    expect(receiver.open.get(hanging.path)!.most).toBeLessThanOrEqual(4);
    for (const id of others) expect(receiver.open.get(`/${id}`)!.most).toBeLessThanOrEqual(4);
    // Every one of the others got each event. On a busy machine an answer may come too late, and the event is sent again.
    for (const id of others) {
      const sent = receiver.at(`/${id}`).map(({ headers }) => headers['webhook-id']);
      expect(new Set(sent).size).toBe(ids.length);
    }
  });
}

describe('webhooks by a queue on PostgreSQL', () => {
  beforeAll(async () => {
    await startAll({ ROLE: 'api' });
    await Promise.all([startWorker(), startWorker()]);
  });
  afterAll(stopAll);
  itDelivers();

  it('a rare type is found among many others without reading them, in the feed and in the log', async () => {
    const { pool } = service.database;
    const client = await service.rows.clients.register({ clientId: `busy-${randomUUID()}`, secret: 'any' });
    await pool.query('INSERT INTO webhook_listeners (client_id, epoch) VALUES ($1, 1)', [client]);
    await pool.query(
      `INSERT INTO webhook_events (client_id, epoch, transaction, type, happened_at, data)
         SELECT $1, n % 2, n, CASE WHEN n % 5000 = 0 THEN 'registration.revoked' ELSE 'authentication.verified' END,
           now() - make_interval(secs => n), '{}' FROM generate_series(1, 20000) n`,
      [client],
    );
    await pool.query('VACUUM ANALYZE webhook_events');
    for (const type of ['registration.revoked', 'window.closed']) {
      const feed = [client, 0, 0, '00000000-0000-0000-0000-000000000000', 100, type];
      const log = [client, null, null, null, null, 100, type];
      const plans = await Promise.all(
        (['generic', 'custom'] as const).flatMap((kind) => [
          planOf(pool, 'webhook_feed_of_type', feed, kind),
          planOf(pool, 'webhook_log_of_type', log, kind),
        ]),
      );
      for (const plan of plans) {
        expect(plan).toMatch(/webhook_events_(feed|log)_of_type/);
        expect(plan).not.toMatch(/Rows Removed by Filter|Sort/);
        const [, blocks = ''] = /shared hit=(\d+)/.exec(plan) ?? [];
        expect(Number(blocks)).toBeLessThan(40);
      }
    }
    await pool.query('DELETE FROM webhook_events WHERE client_id = $1', [client]);
  });

  it('a worker that is killed in the middle of sending loses no event', async () => {
    const { path } = await add();
    receiver.reply(path, 'never', { status: 204 });
    const ids = await cancelled(20);
    await eventually('a request without an answer', () => receiver.open.get(path)?.now === 1);
    await Promise.all(workers.splice(0).map((worker) => worker.kill()));
    await startWorker();
    await all(path, ids);
    // What came twice came with the same id.
    const seen = new Map<unknown, Set<unknown>>();
    for (const { event, headers } of receiver.at(path)) {
      seen.set(event.data['id'], (seen.get(event.data['id']) ?? new Set()).add(headers['webhook-id']));
    }
    expect([...seen.values()].every((of) => of.size === 1)).toBe(true);
  });

  it('a worker that is stopped while an endpoint hangs ends in time, and its event is sent by the next one', async () => {
    const { id, path } = await add();
    receiver.reply(path, 'never', { status: 204 });
    const [cancelledId] = await cancelled(1);
    await eventually('a request without an answer', () => receiver.open.get(path)?.now === 1);
    const began = Date.now();
    await Promise.all(workers.splice(0).map((worker) => worker.stop()));
    expect(Date.now() - began).toBeLessThan(GRACE_MS);
    // Not counted as an attempt: it was not the endpoint's fault.
    expect(await service.rows.webhooks.waiting(id)).toBe(1);
    await startWorker();
    await all(path, [cancelledId!]);
  });
});

describeWith(REDIS_SERVER, 'webhooks by a queue on Redis', () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await RedisServer.start();
    await startAll({ REDIS_URL: redis.url });
  });
  afterAll(async () => {
    await stopAll();
    await redis.remove();
  });
  itDelivers();
});
