import { fork } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { randomId, randomSecret } from '../../src/crypto/random.ts';
import { accessToken, seedTemplate, serviceCandidate } from './candidates.ts';
import { call } from './flow.ts';
import { alternate, flowsPerSecondOf, PROCESSES } from './measure.ts';
import type { Plan } from './plan.ts';
import type { Person } from './population.ts';
import type { ReceiverMessage } from './receiver.ts';
import { processorTime, tellsProcessorTime } from './processor.ts';
import { median, report } from './report.ts';
import { ended, type Stage } from './stage.ts';

/** Endpoints to which events are sent at the same time. */
const ENDPOINTS = 50;
const HANGING = '/hanging';

/**
 * Reports what webhooks cost the main flow, in turns with a service that nobody asked for any; and how many are sent a
 * second, also while one endpoint of fifty never answers.
 */
export async function reportWebhooks(stage: Stage, plan: Plan, people: readonly Person[]): Promise<void> {
  const port = await startReceiver(stage);
  await seedTemplate(stage, 'hooked', people);
  const [without, withThem] = [
    await stage.createDatabase('unhooked', 'hooked'),
    await stage.createDatabase('hooks', 'hooked'),
  ];
  const plain = await serviceCandidate(stage, 'without_webhooks', people, { databaseUrl: without });
  const hooked = await serviceCandidate(stage, 'with_webhooks', people, { databaseUrl: withThem });
  const headers = {
    authorization: `Bearer ${await accessToken(hooked.served)}`,
    'content-type': 'application/json',
  };
  const body = JSON.stringify({ url: `http://127.0.0.1:${port}/all`, types: ['*'] });
  await call(hooked.served.http, 201, { method: 'POST', path: '/v1/webhook-endpoints', headers, body });
  const measured = await alternate(stage, plan, [plain, hooked]);
  for (const one of measured) {
    report(`service.flows_${one.candidate.name}`, flowsPerSecondOf(one), 'flows/s');
    for (const process of PROCESSES) {
      report(`${one.candidate.name}.processor.${process}_us`, median(one.processor[process]), 'µs/flow');
    }
  }
  const [off, on] = measured.map(flowsPerSecondOf);
  report('ratio.flows_with_webhooks', (on ?? Number.NaN) / (off ?? Number.NaN), 'ratio');
  await untilSent(stage, withThem, 0);
  await reportDeliveries(stage, { databaseUrl: withThem, port, server: hooked.served.pid });
}

/** Sends the same events to fifty endpoints, then again while one of them never answers. */
async function reportDeliveries(
  stage: Stage,
  { databaseUrl, port, server }: { databaseUrl: string; port: number; server: number },
): Promise<void> {
  const postgres = await stage.postgresPid();
  const insert = (id: string, path: string, secret: Buffer) =>
    stage.sql(
      databaseUrl,
      `INSERT INTO webhook_endpoints (id, client_id, url, types)
        SELECT '${id}', client_id, 'http://127.0.0.1:${port}${path}', '{test}' FROM webhook_endpoints LIMIT 1`,
      `INSERT INTO webhook_secrets (id, endpoint_id, client_id, secret)
        SELECT id, id, client_id, '\\x${secret.toString('hex')}' FROM webhook_endpoints WHERE id = '${id}'`,
    );
  const ids = Array.from({ length: ENDPOINTS }, () => randomId());
  for (const [at, id] of ids.entries()) {
    const secret = stage.keys.fields.encrypt(randomSecret(32), `webhook_secrets:secret:${id}`);
    await insert(id, at === 0 ? HANGING : `/${at}`, secret);
  }
  const answering = ids.slice(1);
  for (const [name, chosen] of [
    ['webhook.deliveries_per_second', answering],
    ['webhook.deliveries_per_second_one_hanging', ids],
  ] as const) {
    const list = chosen.map((id) => `'${id}'`).join(', ');
    const startedAt = performance.now();
    const before = { server: processorTime(server), postgres: processorTime(postgres) };
    const [row] = await stage.sql<{ count: number }>(
      databaseUrl,
      `WITH queued AS (
          INSERT INTO webhook_deliveries (endpoint_id, event_id)
          SELECT p.id, e.id FROM (SELECT id FROM webhook_events ORDER BY id DESC LIMIT 400) e, webhook_endpoints p
          WHERE p.id IN (${list}) RETURNING endpoint_id
        ) SELECT count(*)::int AS count FROM queued WHERE endpoint_id <> '${ids[0] ?? ''}'`,
    );
    await untilSent(stage, databaseUrl, 0, ids[0]);
    const sent = row?.count ?? 0;
    report(name, sent / ((performance.now() - startedAt) / 1000), 'webhooks/s');
    if (!tellsProcessorTime()) continue;
    const processor = name.replace('deliveries_per_second', 'processor');
    report(`${processor}.server_us`, (processorTime(server) - before.server) / sent, 'µs/webhook');
    report(`${processor}.postgres_us`, (processorTime(postgres) - before.postgres) / sent, 'µs/webhook');
  }
}

/** Resolves when so many webhooks or fewer wait, not counting one endpoint. */
async function untilSent(stage: Stage, databaseUrl: string, left: number, besides = randomId()): Promise<void> {
  for (;;) {
    const [row] = await stage.sql<{ count: number }>(
      databaseUrl,
      `SELECT count(*)::int AS count FROM webhook_deliveries WHERE endpoint_id <> '${besides}'`,
    );
    if ((row?.count ?? 0) <= left) return;
    await delay(20);
  }
}

export async function startReceiver(stage: Stage): Promise<number> {
  const child = fork(process.argv[1] ?? '', ['receiver'], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  stage.onStrike(() => ended(child));
  return new Promise((resolve) => {
    child.once('message', ({ port }: ReceiverMessage) => {
      resolve(port);
    });
  });
}
