import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { DurablePostgres } from '../support/durable-postgres.ts';
import { eventually } from '../support/eventually.ts';
import { packed, TEST_PIN, TestService, type Subscriber } from '../support/service.ts';
import { StandbyPostgres } from '../support/standby-postgres.ts';
import { StatementTap } from '../support/statement-tap.ts';

let primary: DurablePostgres;
let standby: StandbyPostgres;
let tap: StatementTap;
let service: TestService;
let subscriber: Subscriber;

beforeAll(async () => {
  primary = await DurablePostgres.start();
  standby = await StandbyPostgres.of({ url: primary.url, dataDir: primary.directory });
  tap = await StatementTap.start(standby.url);
  service = await TestService.start({ DATABASE_READ_URL: tap.url }, primary);
  subscriber = await service.subscriber();
});
afterAll(async () => {
  // The service drops its database, which the standby follows.
  await standby.stop();
  await tap.stop();
  await service.stop();
});

/** Starts an authentication; the history then shows it in the end. Returns the server that answered last. */
async function shown(): Promise<'standby' | 'primary'> {
  const { id } = (await service.start(subscriber.person)).body;
  await service.call('DELETE', `/v1/authentications/${id}`);
  return eventually('the authentication in the history', async () => {
    tap.take();
    const history = await subscriber.phone.history();
    if (!history.some((entry) => entry.id === id)) return undefined;
    return tap.take().includes('history_latest') ? 'standby' : 'primary';
  });
}

/** Asks until this server answers. */
async function untilAnsweredBy(server: 'standby' | 'primary'): Promise<void> {
  await eventually(`an answer by the ${server}`, async () => {
    tap.take();
    await subscriber.phone.history();
    return tap.take().includes('history_latest') === (server === 'standby');
  });
}

describe('with a standby for reads', () => {
  it('reads histories there, with what was written a moment ago', async () => {
    await untilAnsweredBy('standby');
    expect(await shown()).toBe('standby');
  });

  it('reads nothing there on which a decision rests', async () => {
    tap.take();
    const { id } = (await service.start(subscriber.person)).body;
    const [pending] = await subscriber.phone.pending();
    await subscriber.phone.open(pending!, TEST_PIN);
    const answered = await service.call('GET', `/v1/authentications/${id}`);
    expect(answered.body).toMatchObject({ state: 'opened' });
    expect(tap.take().filter((name) => !name.startsWith('standby_'))).toEqual([]);
  });

  it('is known to the doctor', async () => {
    const run = promisify(execFile)(process.execPath, [packed('commands/doctor'), '--json'], {
      env: { PATH: process.env['PATH'], NODE_ENV: 'test', ...service.env },
    });
    const { stdout } = await run.catch((ended: unknown) => ended as { stdout: string });
    expect(stdout).toContain('leads to a standby that has caught up');
  });

  it('reads from the primary while the standby does not follow, and there again afterwards', async () => {
    await standby.pause();
    expect(await shown()).toBe('primary');
    await untilAnsweredBy('primary');
    await standby.resume();
    await untilAnsweredBy('standby');
  });

  it('asks no server that was made a primary', async () => {
    await standby.promote();
    await untilAnsweredBy('primary');
    expect(await shown()).toBe('primary');
  });

  it('goes on when the standby ends', async () => {
    await standby.kill();
    expect(await shown()).toBe('primary');
  });
});
