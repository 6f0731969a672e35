import { afterAll, beforeAll, beforeEach, expect, it, describe } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { eventually } from '../support/eventually.ts';
import { describeWith, REDIS_SERVER } from '../support/programs.ts';
import { RedisServer } from '../support/redis.ts';
import { startProcess, TestService, type ServiceProcess } from '../support/service.ts';
import { WebhookReceiver } from '../support/webhook-receiver.ts';

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
    // Every one of the others got each event once.
    for (const id of others) expect(receiver.at(`/${id}`)).toHaveLength(ids.length);
  });
}

describe('webhooks by a queue on PostgreSQL', () => {
  beforeAll(async () => {
    await startAll({ ROLE: 'api' });
    await Promise.all([startWorker(), startWorker()]);
  });
  afterAll(stopAll);
  itDelivers();

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
    expect(Date.now() - began).toBeLessThan(12_000);
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
