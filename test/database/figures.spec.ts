import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { randomBytes, randomUUID } from 'node:crypto';
import type { DataSource } from 'typeorm';
import { randomId } from '../../src/crypto/random.ts';
import { CHANNELS, type Channel } from '../../src/domain/authentication.ts';
import { ENDS, HOUR_MS, hourOf, pointsOf, SPANS, type Span } from '../../src/domain/figures.ts';
import { FigureStore } from '../../src/figures/figure.store.ts';
import { Figures, type ServiceTotals, type Totals } from '../../src/figures/figures.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { Rows } from '../support/rows/rows.ts';
import { connectedDatabase } from '../support/service-parts.ts';

/** An authentication of the naive count. */
interface One {
  clientId: string;
  startedAt: number;
  channel: Channel;
  /** Null while it is open. */
  end: (typeof ENDS)[number] | null;
  /** Milliseconds from the start to the end. */
  took: number;
  /** When the person said in the history that it was not them. */
  notMeAt: number | null;
  held: boolean;
  opened: boolean;
  /** When a push service accepted the wake-up, after one that it did not take; null: never. */
  handedAt: number | null;
}

const TABLES = 'authentications, figures, service_figures, counted_hours, not_me_counts, push_answers';

let database: TestDatabase;
let source: DataSource;
let store: FigureStore;
let figures: Figures;
let clients: string[];

beforeAll(async () => {
  database = await createTestDatabase();
  const connected = await connectedDatabase(database.url);
  source = connected.source;
  store = new FigureStore(connected.database);
  figures = new Figures(store);
  const rows = new Rows(database.pool);
  const register = () => rows.clients.register({ clientId: `client-${randomUUID()}`, secret: randomUUID() });
  clients = [await register(), await register(), await register()];
});
beforeEach(async () => {
  await database.pool.query(`TRUNCATE ${TABLES} CASCADE`);
});
afterAll(async () => {
  await source.destroy();
  await database.drop();
});

/** Adds authentications as the service leaves them, with the answers that it counts in the same statements. */
async function add(all: readonly One[]): Promise<void> {
  const rows = all.map((one) => ({
    ...one,
    id: randomId(one.startedAt),
    state: one.end?.replace(/_.*/, '') ?? 'pending',
    reason: one.end?.startsWith('declined_') ? one.end.slice('declined_'.length) : null,
    person: randomBytes(16).toString('hex'),
    closed: one.end === null ? null : one.startedAt + one.took,
    openedAt: one.opened ? one.startedAt + 1 : null,
  }));
  await database.pool.query(
    `INSERT INTO authentications (id, client_id, person_index, channel, state, decline_reason, texts, nonce, person, sent_at,
       requested_at, expires_at, closed_at, not_me_at, transaction, held, opened_at, match_digits, match_proven)
     SELECT id, "clientId", decode(person, 'hex'), channel, state, reason, '\\x00', '\\x00',
       CASE WHEN state IN ('pending', 'verified') THEN '\\x00'::bytea END, started, started,
       started + interval '180 seconds', to_timestamp(closed / 1000.0), to_timestamp("notMeAt" / 1000.0),
       CASE WHEN channel = 'sign' AND state = 'pending' THEN '\\x00'::bytea END, held, to_timestamp("openedAt" / 1000.0),
       CASE WHEN channel = 'approve' THEN '47' END, channel = 'approve'
     FROM jsonb_to_recordset($1) AS r (id uuid, "clientId" uuid, person text, channel text, state text, reason text,
       "startedAt" bigint, closed bigint, "notMeAt" bigint, held boolean, "openedAt" bigint), LATERAL (SELECT to_timestamp("startedAt" / 1000.0) AS started) t`,
    [JSON.stringify(rows)],
  );
  await addPushes(
    rows.flatMap(({ id, handedAt: at }) =>
      at === null
        ? []
        : [
            { id, at, kind: 'wake', service: 'fcm', outcome: 'retry' },
            { id, at, kind: 'wake', service: 'fcm', outcome: 'accepted' },
            { id, at, kind: 'wake', service: 'fcm', outcome: 'accepted' },
          ],
    ),
  );
  for (const one of all) {
    for (const at of answersOf(one)) {
      await database.pool.query(
        `INSERT INTO not_me_counts AS n (client_id, hour, answers) VALUES ($1, $2, 1)
         ON CONFLICT (client_id, hour) DO UPDATE SET answers = n.answers + 1`,
        [one.clientId, hourOf(new Date(at))],
      );
    }
  }
}

interface Push {
  id: string | null;
  at: number;
  kind: string;
  service: string;
  outcome: string;
}

/** Adds answers of push services. */
async function addPushes(all: readonly Push[]): Promise<void> {
  await database.pool.query(
    `INSERT INTO push_answers (device_id, delivery_id, authentication_id, kind, push_service, outcome, attempt, took_ms, answered_at)
     SELECT gen_random_uuid(), 1, id, kind, service, outcome, 1, 5, to_timestamp(at / 1000.0)
     FROM jsonb_to_recordset($1) AS r (id uuid, kind text, service text, outcome text, at bigint)`,
    [JSON.stringify(all)],
  );
}

/** The figures of the service that belong to no relying party, counted row by row. */
function naiveOfService(all: readonly One[], from: number, to: number) {
  const within = (at: number) => at >= from && at < to;
  const started = all.filter(({ channel, startedAt }) => channel === 'push' && within(startedAt));
  const count = (is: (one: One) => boolean) => started.filter(is).length;
  const handed = all.filter(({ handedAt }) => handedAt !== null && within(handedAt)).length;
  return {
    requests: {
      started: started.length,
      held: count(({ held }) => held),
      handed: count(({ handedAt }) => handedAt !== null),
      answered: count(({ opened, end }) => opened || end?.startsWith('declined') === true),
      opened: count(({ opened }) => opened),
      verified: count(({ end }) => end === 'verified'),
    },
    fcm: { accepted: 2 * handed, unregistered: 0, rejected: 0, retry: handed },
    pushFailureShare: handed === 0 ? null : 1 / 3,
  };
}

function expectServiceTotals(totals: ServiceTotals, all: readonly One[], from: number, to: number, now: number): void {
  const { requests, pushes, pushFailureShare, ...ofAll } = totals;
  expectTotals(ofAll, naive(all, from, to, now));
  expect({ requests, fcm: pushes.fcm, pushFailureShare }).toEqual(naiveOfService(all, from, to));
}

async function expectDay(all: readonly One[]): Promise<void> {
  const { from, countedUntil, today, hours, compared } = await figures.day();
  const [midnight, now] = [from.getTime(), countedUntil.getTime()];
  const weekMs = 7 * 24 * HOUR_MS;
  expectServiceTotals(today, all, midnight, now, now);
  expect(hours).toHaveLength(24);
  for (const [at, hour] of hours.entries()) {
    const start = midnight + at * HOUR_MS;
    expect(hour.from.getTime()).toBe(start);
    expect(hour.today === null).toBe(start >= now);
    if (hour.today) expectTotals(hour.today, naive(all, start, Math.min(start + HOUR_MS, now), now));
    expectTotals(hour.lastWeek, naive(all, start - weekMs, start - weekMs + HOUR_MS, now));
  }
  const until = hourOf(countedUntil).getTime();
  expect(compared?.until.getTime() ?? midnight).toBe(until);
  if (compared) {
    expectServiceTotals(compared.today, all, midnight, until, now);
    expectServiceTotals(compared.lastWeek, all, midnight - weekMs, until - weekMs, now);
  }
}

function answersOf({ end, startedAt, took, notMeAt }: One): number[] {
  return [...(end === 'declined_not_me' ? [startedAt + took] : []), ...(notMeAt === null ? [] : [notMeAt])];
}

/** The same figures, counted row by row. */
function naive(all: readonly One[], from: number, to: number, now: number) {
  const started = all.filter(({ startedAt }) => startedAt >= from && startedAt < to);
  const endOf = (one: One) => one.end ?? (one.startedAt + 180_000 <= now ? 'expired' : null);
  const ended = started.filter((one) => endOf(one) !== null);
  const count = (of: readonly One[], is: (one: One) => boolean) => of.filter(is).length;
  const verified = ended.filter(({ end }) => end === 'verified');
  const times = verified.map(({ took }) => took).sort((one, other) => one - other);
  const at = (share: number) => times[Math.ceil(times.length * share) - 1] ?? null;
  return {
    counts: {
      starts: started.length,
      verified: verified.length,
      share: ended.length === 0 ? null : verified.length / ended.length,
      ends: Object.fromEntries(ENDS.map((end) => [end, count(ended, (one) => endOf(one) === end)])),
      channels: Object.fromEntries(
        CHANNELS.map((channel) => [channel, count(started, (one) => one.channel === channel)]),
      ),
      smsShare: started.length === 0 ? null : count(started, ({ channel }) => channel === 'sms') / started.length,
      notMe: all.flatMap(answersOf).filter((said) => said >= from && said < to).length,
    },
    p50: at(0.5),
    p95: at(0.95),
  };
}

function expectTotals(totals: Totals, expected: ReturnType<typeof naive>): void {
  const { p50Seconds, p95Seconds, ...counts } = totals;
  expect(counts).toEqual(expected.counts);
  for (const [read, exact] of [
    [p50Seconds, expected.p50],
    [p95Seconds, expected.p95],
  ] as const) {
    expect(read === null).toBe(exact === null);
    if (read !== null && exact !== null) expect(Math.abs((read * 1_000) / exact - 1)).toBeLessThan(0.05);
  }
}

async function expectEqual(all: readonly One[], clientId: string | null, span: Span): Promise<void> {
  const found = await figures.of(clientId, span);
  const own = all.filter((one) => clientId === null || one.clientId === clientId);
  const now = found.countedUntil.getTime();
  const points = pointsOf(span, found.countedUntil).map((point) => point.getTime());
  expect(found.from.getTime()).toBe(points[0]);
  expectTotals(found.totals, naive(own, points[0] ?? 0, now, now));
  expect(found.series.map(({ from }) => from.getTime())).toEqual(points);
  for (const [at, { from: _, ...totals }] of found.series.entries()) {
    expectTotals(totals, naive(own, points[at] ?? 0, points[at + 1] ?? now, now));
  }
}

async function countAll(): Promise<void> {
  while (await figures.countNext());
}

const rowOf = (other: Partial<One> = {}): One => ({
  clientId: clients[0] ?? '',
  startedAt: Date.now() - 2 * HOUR_MS,
  channel: 'push',
  end: 'verified',
  took: 20_000,
  notMeAt: null,
  held: false,
  opened: false,
  handedAt: null,
  ...other,
});

/** Authentications of 31 days, many of them beside the border of an hour or of a Seoul day, and in the last minutes. */
function someRows(now: number): fc.Arbitrary<One[]> {
  const [midnight = 0] = pointsOf('today', new Date(now)).map((point) => point.getTime());
  const startedAt = fc.oneof(
    fc.integer({ min: now - 31 * 24 * HOUR_MS, max: now - 1 }),
    fc.integer({ min: now - 3 * HOUR_MS, max: now - 1 }),
    fc
      .tuple(fc.integer({ min: 0, max: 30 }), fc.integer({ min: -3, max: 3 }))
      .map(([days, ms]) => Math.min(now - 1, midnight - days * 24 * HOUR_MS + ms)),
    fc
      .tuple(fc.integer({ min: 0, max: 30 }), fc.integer({ min: -3, max: 3 }))
      .map(([hours, ms]) => Math.min(now - 1, hourOf(new Date(now)).getTime() - hours * HOUR_MS + ms)),
  );
  const one = fc
    .record({
      client: fc.nat({ max: 1 }),
      startedAt,
      channel: fc.constantFrom(...CHANNELS),
      end: fc.constantFrom(...ENDS, 'verified', null),
      took: fc.integer({ min: 100, max: 180_000 }),
      held: fc.boolean(),
      opened: fc.boolean(),
      handedAfter: fc.option(fc.integer({ min: 0, max: 180_000 })),
      saidAfter: fc.option(fc.integer({ min: 0, max: 5 * 24 * HOUR_MS }), { freq: 4 }),
    })
    .map(({ client, saidAfter, handedAfter, ...rest }): One => {
      const took = Math.min(rest.took, Math.max(100, now - rest.startedAt));
      const notMeAt = saidAfter === null || rest.end === 'declined_not_me' ? null : rest.startedAt + saidAfter;
      return {
        ...rest,
        took,
        clientId: clients[client] ?? '',
        handedAt: handedAfter === null ? null : Math.min(now - 1, rest.startedAt + handedAfter),
        notMeAt: notMeAt !== null && notMeAt >= now ? null : notMeAt,
      };
    });
  return fc.array(one, { maxLength: 200 });
}

describe('the figures', () => {
  it('equal a count row by row, of each client and of all, of every span', async () => {
    await fc.assert(
      fc.asyncProperty(someRows(Date.now()), async (all) => {
        await database.pool.query(`TRUNCATE ${TABLES} CASCADE`);
        await add(all);
        // Nothing is counted yet, then everything is.
        await expectEqual(all, clients[0] ?? '', 'today');
        await countAll();
        await expectDay(all);
        for (const clientId of [...clients, null]) for (const span of SPANS) await expectEqual(all, clientId, span);
      }),
      // A smaller example would take minutes to find.
      { numRuns: 4, endOnFailure: true },
    );
  });

  it('of a client without authentications are zero, and have no share and no time', async () => {
    const { totals, series } = await figures.of(clients[2] ?? '', '7d');
    expect(totals).toMatchObject({ starts: 0, verified: 0, share: null, p50Seconds: null, p95Seconds: null, notMe: 0 });
    expect(series).toHaveLength(7);
  });

  it('of a client that began a moment ago are there at once', async () => {
    const all = [rowOf({ startedAt: Date.now() - 5_000, took: 4_000 })];
    await add(all);
    expect((await figures.of(clients[0] ?? '', '7d')).totals).toMatchObject({ starts: 1, verified: 1, share: 1 });
    for (const clientId of [clients[0] ?? '', null]) await expectEqual(all, clientId, 'today');
  });

  it('count nothing at once that would take too many rows, and say until when they are counted', async () => {
    await add([rowOf(), rowOf(), rowOf()]);
    const since = new Date(Date.now() - 3 * HOUR_MS);
    expect(await store.live(clients[0] ?? '', since, 3)).toHaveLength(1);
    expect(await store.live(clients[0] ?? '', since, 2)).toBeNull();
    expect(await store.live(null, since, 2)).toBeNull();
    expect(await store.liveOfService(since, 3)).toHaveLength(1);
    expect(await store.liveOfService(since, 2)).toBeNull();
    await addPushes(
      Array.from({ length: 4 }, () => ({
        id: null,
        at: Date.now(),
        kind: 'alert',
        service: 'apns',
        outcome: 'accepted',
      })),
    );
    expect(await store.liveOfService(since, 3)).toBeNull();
  });
});

describe('the counting of an hour', () => {
  const hour = hourOf(new Date(Date.now() - 5 * HOUR_MS));
  const ofService = async () => (await database.pool.query<object>('SELECT * FROM service_figures ORDER BY hour')).rows;
  const stored = async () => (await database.pool.query<object>('SELECT * FROM figures ORDER BY client_id, hour')).rows;

  beforeEach(async () => {
    const startedAt = hour.getTime() + 60_000;
    await add([
      rowOf({ startedAt, opened: true, handedAt: startedAt }),
      rowOf({ startedAt, end: 'expired', took: 180_000, channel: 'sms' }),
    ]);
  });
  const service = {
    hour,
    requests: { started: 1, held: 0, handed: 1, answered: 1, opened: 1, verified: 1 },
    pushes: { 'fcm retry': 1, 'fcm accepted': 2 },
  };

  it('counts nothing twice when it runs twice, also at the same moment', async () => {
    await Promise.all([store.count([hour]), store.count([hour])]);
    const once = await stored();
    expect(once).toHaveLength(2);
    expect(once[1]).toMatchObject({ starts: 2, channels: { push: 1, sms: 1 }, ends: { verified: 1, expired: 1 } });
    await store.count([hour]);
    expect(await stored()).toEqual(once);
    expect(await ofService()).toEqual([service]);
  });

  it('knows a push of its authentications that was answered in the next hour, and counts the answer there', async () => {
    const startedAt = hour.getTime() + HOUR_MS - 1_000;
    await add([rowOf({ startedAt, handedAt: startedAt + 2_000 })]);
    await store.count([hour, new Date(hour.getTime() + HOUR_MS)]);
    expect(await ofService()).toMatchObject([
      { requests: { started: 2, handed: 2, opened: 1 }, pushes: service.pushes },
      { requests: {}, pushes: service.pushes },
    ]);
  });

  it('leaves all as it was when it is killed in the middle, and the next run counts all', async () => {
    const blocker = await database.pool.connect();
    await blocker.query('BEGIN');
    await blocker.query(`INSERT INTO figures VALUES ($1, $2, 0, '{}', '{}', '{}', 0)`, [clients[0], hour]);
    const counting = store.count([hour]).catch((error: unknown) => error);
    await eventually('the counting to wait', async () => {
      const { rowCount } = await blocker.query(
        `SELECT pg_terminate_backend(pid) FROM pg_locks WHERE NOT granted AND pg_blocking_pids(pid) @> ARRAY[pg_backend_pid()]`,
      );
      return rowCount === 1;
    });
    expect(await counting).toBeInstanceOf(Error);
    await blocker.query('ROLLBACK');
    blocker.release();
    const { rows } = await database.pool.query('SELECT 1 FROM counted_hours');
    expect([rows, await stored(), await ofService()]).toEqual([[], [], []]);
    await countAll();
    expect(await ofService()).toContainEqual(service);
    expect(await stored()).toMatchObject([{ starts: 2 }, { starts: 2 }]);
  });

  it('is repeated once for what came late, and then no more', async () => {
    await store.count([hour]);
    await database.pool.query(`UPDATE counted_hours SET counted_at = hour + interval '1 hour 4 minutes'`);
    await add([rowOf({ startedAt: hour.getTime() + 120_000 })]);
    await countAll();
    expect(await stored()).toMatchObject([{ starts: 3 }, { starts: 3 }]);
    expect(await store.dueHours()).toEqual([]);
  });

  it('ends after four hundred days', async () => {
    await database.pool.query(`INSERT INTO counted_hours SELECT now() - interval '401 days', now()`);
    await database.pool.query(
      `INSERT INTO figures SELECT $1, now() - d * interval '1 day', 1, '{}', '{}', '{}', 0 FROM unnest(ARRAY[399, 401]) AS d`,
      [clients[0]],
    );
    await database.pool.query(
      `INSERT INTO service_figures SELECT now() - d * interval '1 day', '{}', '{}' FROM unnest(ARRAY[399, 401]) AS d`,
    );
    expect(await figures.purge()).toBe(false);
    expect(await stored()).toHaveLength(1);
    expect(await ofService()).toHaveLength(1);
    expect((await database.pool.query('SELECT 1 FROM counted_hours')).rowCount).toBe(0);
  });
});
