import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { monthBefore, monthOf } from '../../src/domain/fee.ts';
import { Member } from '../support/console.ts';
import { DeskBrowser } from '../support/desk.ts';
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
let supervisor: DeskBrowser;

const reason = '보고서 확인';
/** A client of the demonstration. */
const SHOP = 'demo-shop';

beforeAll(async () => {
  primary = await DurablePostgres.start();
  standby = await StandbyPostgres.of({ url: primary.url, dataDir: primary.directory });
  tap = await StatementTap.start(standby.url);
  service = await TestService.start({ DATABASE_READ_URL: tap.url }, primary);
  subscriber = await service.subscriber();
  supervisor = await new DeskBrowser(service).signIn('supervisor');
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

/** Reads as a program of the call centre. */
async function asOperator<Body>(path: string): Promise<Body> {
  const read = { scope: 'operator', headers: { 'Audit-Reason': 'report' } } as const;
  const { status, body } = await service.call<Body>('GET', `/operator/v1/${path}`, undefined, read);
  expect(status).toBe(200);
  return body;
}

async function shownTo(browser: DeskBrowser | Member, path: string): Promise<void> {
  expect((await browser.get(path)).status).toBe(200);
}

const lastMonth = () => monthBefore(monthOf(new Date()));
type Charges = { charges: { subscriptionId: string; amount: number }[] };

/** What shows lists and figures, and those of its statements that may be two seconds old. */
const LISTS: [what: string, statements: string[], read: () => Promise<unknown>][] = [
  ['the overview of a program', ['overview_counts', 'not_me_last_day'], () => asOperator('overview')],
  [
    'the overview and the figures of supervisors',
    ['overview_counts', 'overview_work', 'figure_standing', 'figure_of', 'figure_of_service', 'figure_live_of_all'],
    () => shownTo(supervisor, '/operator/overview'),
  ],
  [
    'the history on the page of a subscription',
    ['history_latest', 'history_held'],
    async () => {
      const page = `/operator/subscriptions/${subscriber.subscriptionId}`;
      await supervisor.post(`${page}/reason`, { reason });
      await shownTo(supervisor, page);
    },
  ],
  ['the charges of the running month', ['charge_billed'], () => asOperator(`charges?month=${monthOf(new Date())}`)],
  [
    'the figures and the log of a client',
    ['figure_standing', 'figure_live', 'client_log_page'],
    async () => {
      const member = await Member.of(service, { [SHOP]: 'owner' });
      await shownTo(member, `/console/clients/${SHOP}/figures`);
      await shownTo(member, `/console/clients/${SHOP}/log`);
    },
  ],
  ['the events of a client', ['webhook_log'], () => service.call('GET', '/v1/webhook-events')],
];

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

  it.each(LISTS)('reads %s there', async (_what, statements, read) => {
    const isThere = async (): Promise<boolean> => {
      tap.take();
      await read();
      const asked = new Set(tap.take());
      return statements.every((name) => asked.has(name));
    };
    await eventually('an answer by the standby', isThere);
  });

  it('shows a decision at once where people decide, although the standby does not know it yet', async () => {
    const { subscriptionId } = await service.subscriber();
    const agent = await new DeskBrowser(service).signIn('agent');
    await untilAnsweredBy('standby');
    await standby.pause();
    try {
      await agent.post(`/operator/subscriptions/${subscriptionId}/ask-cancel`, { reason });
      const approval = await supervisor.approvalOf(subscriptionId);
      expect(approval).toHaveLength(36);
      await supervisor.post(`/operator/approvals/${approval}/refuse`, { reason });
      expect((await supervisor.get('/operator/approvals')).html).not.toContain(
        `/operator/approvals/${approval}/refuse`,
      );
    } finally {
      await standby.resume();
    }
  });

  it('bills a month that was closed a moment ago in full, although the standby does not show it yet', async () => {
    const month = lastMonth();
    await untilAnsweredBy('standby');
    await standby.pause();
    try {
      await service.rows.charges.close(month, { subscriptionId: subscriber.subscriptionId, amount: 710 });
      const { charges } = await asOperator<Charges>(`charges?month=${month}`);
      expect(charges).toEqual([expect.objectContaining({ subscriptionId: subscriber.subscriptionId, amount: 710 })]);
    } finally {
      await standby.resume();
    }
    await eventually('the charges of the month by the standby', async () => {
      tap.take();
      const { charges } = await asOperator<Charges>(`charges?month=${month}`);
      return charges.length === 1 && tap.take().includes('charge_of_month');
    });
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
