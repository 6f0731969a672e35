import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { SilentProxy } from '../support/silent-proxy.ts';
import { TestService } from '../support/service.ts';

/**
 * Seconds from the end of the silence until everything goes on, far fewer than the minutes after which TCP gives a
 * connection up. On an idle machine they are fewer than ten.
 */
const RECOVERY_SECONDS = 30;

let database: TestDatabase;
let proxy: SilentProxy;
let service: TestService;

beforeAll(async () => {
  database = await createTestDatabase();
  proxy = await SilentProxy.start(database.url);
  service = await TestService.start({ DATABASE_URL: proxy.url }, database);
});
afterAll(async () => {
  await service.stop();
  await proxy.stop();
});

/** A start and its push or text message: by the queue, or by the sweep. */
async function goesOn(): Promise<boolean> {
  const person = await service.addLine();
  const { status, body } = await service.start(person).catch(() => ({ status: 0, body: { id: '' } }));
  if (status !== 201) return false;
  await service.textedCode(person.phoneNumber);
  return (await service.call('GET', `/v1/authentications/${body.id}`)).body['state'] === 'pending';
}

const statusOf = async (path: string) => (await fetch(service.process.announcement.management + path)).status;

/** Makes each kind of use while the database is silent; none of the answers is awaited. */
function useEverything(): Promise<unknown>[] {
  const starts = Array.from({ length: 30 }, async () => service.start(await service.addLine()));
  return starts.map((start) => start.then(({ status }) => status).catch(() => 0));
}

describe.each([1, 3, 25])('a database connection that is silent for %i seconds', (seconds) => {
  it(`everything goes on within ${RECOVERY_SECONDS} seconds after the database was silent for ${seconds} seconds`, async () => {
    expect(await goesOn()).toBe(true);
    const begun = performance.now();
    expect(await goesOn()).toBe(true);
    // What the same takes on this machine at this time, when nothing is wrong.
    const usual = performance.now() - begun;

    proxy.silence();
    const answers = useEverything();
    await delay(seconds * 1000);
    proxy.speak();
    const spoken = performance.now();
    await eventually('a start and its text message', goesOn);
    await eventually('readiness', async () => (await statusOf('/health/ready')) === 200);
    expect(performance.now() - spoken).toBeLessThan(RECOVERY_SECONDS * 1000 + 10 * usual);

    // Every caller has an answer, and those whose start was lost were told to come again.
    expect([...new Set(await Promise.all(answers))].filter((status) => ![201, 503].includes(status as number))).toEqual(
      [],
    );
    expect(await statusOf('/health/live')).toBe(200);
  });
});

it('a process whose database is silent says that it is not ready, and is ready again after it', async () => {
  proxy.silence();
  await eventually('not ready', async () => (await statusOf('/health/ready')) === 503);
  expect(await statusOf('/health/live')).toBe(200);
  proxy.speak();
  await eventually('ready', async () => (await statusOf('/health/ready')) === 200);
});

it('an outage of the database is one line in the log, and no stack, whatever the number of requests', async () => {
  const about = () => service.process.log().split('\n');
  proxy.silence();
  await Promise.all(useEverything());
  proxy.speak();
  await eventually('a start and its text message', goesOn);
  expect(about().filter((line) => /^\s+at /.test(line))).toEqual([]);
  expect(about().filter((line) => line.includes('answered 503')).length).toBeLessThan(5);
});
