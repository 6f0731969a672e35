import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.ts';
import { expectFaults } from '../support/problem.ts';
import { startProcess, TestService } from '../support/service.ts';

const FEE = 1_100;

let service: TestService;

beforeAll(async () => {
  // Starts no worker yet, because it would close the months before the test has added subscriptions.
  service = await TestService.start({ ROLE: 'api' });
});
afterAll(async () => {
  await service.stop();
});

/** Starts this many workers. Each one checks at its start whether months must be closed. Returns the closed months. */
async function closing(workers: number): Promise<string[]> {
  const env = { ...service.env, ISSUER: service.issuer, ROLE: 'worker', PORT: '0', MONTHLY_FEE: String(FEE) };
  const started = await Promise.all(Array.from({ length: workers }, () => startProcess(env)));
  const closed = () => service.rows.charges.closedMonths();
  try {
    await eventually('the last month to be closed', async () => (await closed()).at(-1) === lastOver());
    return await closed();
  } finally {
    await Promise.all(started.map((worker) => worker.stop()));
  }
}

/** Adds a subscription with these states, each from a Seoul time; returns its id. */
async function subscriptionWith(...history: [state: string, at: string][]): Promise<string> {
  const { lineId } = await service.addLine();
  const at = (text: string) => `${text.replace(' ', 'T')}+09:00`;
  const states = history.map(([state, since]) => ({ state, at: at(since) }));
  return service.rows.subscriptions.addWithHistory(lineId, [
    { state: 'awaiting_device', at: states[0]!.at },
    ...states,
  ]);
}

const readCharges = (query: string, headers: Record<string, string> = { 'Audit-Reason': 'billing' }) =>
  service.call('GET', `/operator/v1/charges?${query}`, undefined, { scope: 'operator', headers });
const chargesOf = async (month: string, id: string) => {
  const { body } = await readCharges(`month=${month}`);
  type Row = { subscriptionId: string; month: string; days: number; amount: number };
  return (body['charges'] as Row[])
    .filter(({ subscriptionId }) => subscriptionId === id)
    .map(({ month: of, days, amount }) => [of, days, amount]);
};

describe('the charges of a month', () => {
  it('the charges of a month are final once the month is closed; the next month corrects them', async () => {
    // January 2026: 31 days. 10th to 20th: 11 days, 1100 * 11 / 31 = 390.3.
    const left = await subscriptionWith(['active', '2026-01-10 09:00'], ['cancelled', '2026-01-20 18:00']);
    // All of January and February (28 days).
    const stays = await subscriptionWith(['active', '2026-01-01 00:00']);
    // The 5th, then the 8th to the end: suspended wholly on the 6th and 7th. 1 + 24 = 25 days, 887.09.
    const paused = await subscriptionWith(
      ['active', '2026-01-05 12:00'],
      ['suspended', '2026-01-05 18:00'],
      ['active', '2026-01-08 07:00'],
    );
    const closed = await closing(3);
    expect(closed[0]).toBe('2026-01');
    expect(await chargesOf('2026-01', left)).toEqual([['2026-01', 11, 390]]);
    expect(await chargesOf('2026-01', stays)).toEqual([['2026-01', 31, 1_100]]);
    expect(await chargesOf('2026-01', paused)).toEqual([['2026-01', 25, 887]]);
    expect(await chargesOf('2026-02', left)).toEqual([]);
    expect(await chargesOf('2026-02', stays)).toEqual([['2026-02', 28, 1_100]]);

    // Three workers closed the months, yet no subscription is charged twice.
    expect(await service.rows.charges.chargedTwice()).toBe(0);
    const before = (await readCharges('month=2026-01')).body;
    // In the current month the carrier reports that the line was suspended at noon on the 10th of the previous month.
    const last = closed.at(-1)!;
    await service.rows.subscriptions.suspendSince(stays, `${last}-10T12:00:00+09:00`);
    expect((await readCharges('month=2026-01')).body).toEqual(before);
    expect(await chargesOf(last, stays)).toEqual([[last, expect.any(Number), 1_100]]);
    const daysOfLast = new Date(Number(last.slice(0, 4)), Number(last.slice(5)), 0).getDate();
    const right = Math.floor((FEE * 10) / daysOfLast);
    const running = nextMonth(last);
    expect(await chargesOf(running, stays)).toEqual([[last, 10 - daysOfLast, right - 1_100]]);
  });

  it('a day of a line is charged once, however often it was cancelled and joined anew', async () => {
    const { lineId } = await service.addLine();
    const at = (time: string) => `2026-10-${time}:00+09:00`;
    const joined = (from: string, until: string) =>
      service.rows.subscriptions.addWithHistory(lineId, [
        { state: 'awaiting_device', at: at(from) },
        { state: 'active', at: at(from) },
        { state: 'cancelled', at: at(until) },
      ]);
    const ids = [
      await joined('05T09:00', '10T10:00'),
      await joined('10T11:00', '10T12:00'),
      await joined('10T13:00', '10T14:00'),
      await joined('10T23:59', '12T00:00'),
    ];
    // October is closed already, so the running month corrects it.
    const corrected = await Promise.all(ids.map((id) => chargesOf(seoulMonth(), id)));
    expect(corrected.map((rows) => rows.map(([month, days]) => [month, days]))).toEqual([
      [['2026-10', 6]],
      [],
      [],
      [['2026-10', 2]],
    ]);
  });

  it('the charges of the running month are shown up to today', async () => {
    const id = await subscriptionWith(['active', '2026-10-01 00:00']);
    const { body } = await readCharges(`month=${seoulMonth()}`);
    expect(body).toMatchObject({ month: seoulMonth(), closedAt: null });
    const days = Number(new Date(Date.now() + 9 * 3_600_000).toISOString().slice(8, 10));
    expect((await chargesOf(seoulMonth(), id)).at(-1)).toEqual([seoulMonth(), days, expect.any(Number)]);
  });

  it('the charges of a month are available as CSV', async () => {
    const id = await subscriptionWith(['active', '2026-10-05 00:00']);
    await service.rows.lines.touchOf(id);
    const response = await fetch(`${service.issuer}/operator/v1/charges?month=${seoulMonth()}`, {
      headers: {
        authorization: `Bearer ${await service.token('operator')}`,
        accept: 'text/csv',
        'audit-reason': 'billing',
      },
    });
    const [head, ...lines] = (await response.text()).trimEnd().split('\r\n');
    expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(response.headers.get('content-disposition')).toBe(`attachment; filename="charges-${seoulMonth()}.csv"`);
    expect(head).toBe('subscriptionId,lineId,month,days,amount');
    expect(lines.find((line) => line.startsWith(id) && line.includes(`,${seoulMonth()},`))).toMatch(
      new RegExp(`^${id},line-[\\w-]+,${seoulMonth()},\\d+,\\d+$`),
    );
  });

  it.each(['application/json', '*/*', 'text/csv;q=0, application/json', 'text/csv;q=0.5, application/json', ''])(
    'the charges of a month are JSON for a client that accepts %j',
    async (accept) => {
      const response = await fetch(`${service.issuer}/operator/v1/charges?month=${seoulMonth()}`, {
        headers: { authorization: `Bearer ${await service.token('operator')}`, accept, 'audit-reason': 'billing' },
      });
      expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
      expect(await response.json()).toMatchObject({ month: seoulMonth() });
    },
  );

  it.each(['month=2026-13', 'month=november', 'month=2026-1', ''])(
    'the charges of the month %j are refused',
    async (query) => {
      expectFaults(await readCharges(query), '/month');
    },
  );

  it('the charges of a month need a reason, and do not exist for a month to come', async () => {
    expectFaults(await readCharges('month=2026-01', {}), '/Audit-Reason');
    expect((await readCharges('month=2999-01')).body['charges']).toEqual([]);
    expect(await service.rows.operators.auditOfAction('charges 2999-01')).not.toHaveLength(0);
  });
});

/** A month stays open for two days after its end. */
function lastOver(): string {
  const seoul = new Date(Date.now() + 9 * 3_600_000 - 2 * 86_400_000);
  return new Date(Date.UTC(seoul.getUTCFullYear(), seoul.getUTCMonth() - 1, 1)).toISOString().slice(0, 7);
}

function seoulMonth(): string {
  return new Date(Date.now() + 9 * 3_600_000).toISOString().slice(0, 7);
}

function nextMonth(month: string): string {
  return new Date(Date.UTC(Number(month.slice(0, 4)), Number(month.slice(5)), 1)).toISOString().slice(0, 7);
}
