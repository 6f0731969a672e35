import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../../config/data-source.ts';
import { migrate } from '../../config/migrate.ts';
import '../../src/authentication/not-me.ts';
import '../../src/authentication/open.store.ts';
import '../../src/authentication/phone-code.store.ts';
import '../../src/authentication/start.store.ts';
import '../../src/authentication/subscription-log.ts';
import '../../src/authentication/client-log.store.ts';
import '../../src/authentication/past-authentications.ts';
import '../../src/delivery/delivery.store.ts';
import { randomId } from '../../src/crypto/random.ts';
import { STATEMENTS } from '../../src/database/statement.ts';
import { lowestIdAt, HIGHEST_ID } from '../../src/domain/id-time.ts';
import { createTestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { planOf } from '../support/plan-of.ts';
import { otherThan, TEST_PIN, TestService } from '../support/service.ts';

/** Months before this one that have a partition and rows. */
const MONTHS = 12;
const ROWS_A_MONTH = 500;
const PAST_CLIENT = '018f0000-0000-7000-8000-000000000000';

let service: TestService;

const monthsAgo = (months: number, day = 1): Date => {
  const now = new Date();
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - months, day));
};
const partitionOf = (month: Date): string => `past_authentications_${month.toISOString().slice(0, 7).replace('-', '')}`;
const partitions = async (): Promise<string[]> => {
  const { rows } = await service.database.pool.query<{ name: string }>(
    `SELECT c.relname AS name FROM pg_inherits JOIN pg_class c ON c.oid = inhrelid
      WHERE inhparent = 'past_authentications'::regclass ORDER BY 1`,
  );
  return rows.map(({ name }) => name);
};
/** Adds closed authentications of a client, to the table of the present or to the past. */
const add = (table: string, ids: readonly string[], client = PAST_CLIENT): Promise<unknown> =>
  service.database.pool.query(
    `INSERT INTO ${table} (id, client_id, person_index, subscription_id, channel, state, texts, nonce, sent_at, requested_at,
       expires_at, closed_at)
     SELECT id, $2, '\\x01', md5(n::text)::uuid, 'push', 'expired', '\\x00', '\\x00', at, at, at, at
     FROM unnest($1::uuid[]) WITH ORDINALITY AS u (id, n),
       LATERAL (SELECT to_timestamp(('x' || translate(left(id::text, 13), '-', ''))::bit(48)::bigint / 1000.0) AS at) t`,
    [ids, client],
  );
/** Moves every authentication that has ended, as the task does half an hour later. */
const moveAll = (): Promise<unknown> =>
  service.database.pool.query(STATEMENTS.get('past_authentication_move')!.text, [lowestIdAt(new Date(0)), HIGHEST_ID]);

/** The partitions that a plan with ANALYZE has read. */
const readBy = (plan: string): string[] =>
  [...new Set(plan.split('\n').filter((line) => !line.includes('never executed')))]
    .flatMap((line) => / on (past_authentications_\d+)/.exec(line)?.[1] ?? [])
    .filter((name, at, all) => all.indexOf(name) === at);

beforeAll(async () => {
  service = await TestService.start({ HISTORY_DAYS: '420' });
  const { pool } = service.database;
  await pool.query(`SELECT drop_past_authentications('past_authentications_first')`);
  for (let month = 13; month >= 0; month -= 1) {
    await pool.query('SELECT add_past_authentications($1)', [monthsAgo(month)]);
  }
  for (let month = MONTHS; month > 0; month -= 1) {
    const from = monthsAgo(month).getTime();
    await add(
      'past_authentications',
      Array.from({ length: ROWS_A_MONTH }, (_, at) => randomId(from + at * 3_600_000)),
    );
  }
  await pool.query('VACUUM ANALYZE past_authentications');
}, 120_000);
afterAll(async () => {
  await service.stop();
});

describe('a statement of the hot path', () => {
  it.each([
    'authentication_start',
    'authentication_see',
    'authentication_states',
    'authentication_pending',
    'authentication_request_of',
    'authentication_count_pin',
    'authentication_open',
    'authentication_open_to_sign',
    'authentication_decline',
    'authentication_try_code',
    'phone_code_judged',
    'phone_code_try',
    'verification_answer_find',
    'authentication_cancel',
    'authentication_resend',
    'authentication_close_pending',
    'authentication_expire',
    'delivery_claim',
  ])('%s knows no partition, however many months there are', async (name) => {
    expect(await planOf(service.database.pool, name)).not.toContain('past_authentications');
  });

  const month = monthsAgo(5);
  const hour = monthsAgo(5, 9);
  const id = randomId(hour.getTime());
  it.each<[string, (string | number | null)[]]>([
    ['authentication_see_past', [id, PAST_CLIENT]],
    ['authentication_past_request_of', [randomUUID(), id]],
    ['client_log_find', [PAST_CLIENT, id]],
    ['subscription_log_find', [randomUUID(), id]],
    ['not_me_of', [id, randomUUID(), null]],
  ])('%s, which asks for one id of the past, reads one month at most', async (name, values) => {
    const plan = await planOf(service.database.pool, name, values);
    expect(plan).toMatch(/Subplans Removed|past_authentications/);
    expect([[], [partitionOf(month)]]).toContainEqual(readBy(plan));
  });
});

describe('an authentication that moved to its month', () => {
  it('answers its relying party, the phone and the call centre as it did before', async () => {
    const subscriber = await service.subscriber();
    const { person, phone, subscriptionId } = subscriber;
    const key = { headers: { 'Idempotency-Key': randomUUID() } };
    const { id } = (await service.start(person, key)).body;
    const code = await service.codeOf(subscriber, id);
    await service.verify(id, otherThan(code));
    expect((await service.verify(id, code)).status).toBe(200);
    const declined = (await service.start(person)).body.id;
    await phone.decline(declined, 'cancelled');
    const open = (await service.start(person)).body.id;
    const ask = async (path: string) => (await service.call('GET', `/v1/authentications/${path}`)).body;
    const look = async () => ({
      seen: await Promise.all([id, declined, open].map(ask)),
      history: await phone.history(),
      again: await service.verify(id, otherThan(code)),
      repeated: await service.start(person, key),
      cancelled: await service.call('DELETE', `/v1/authentications/${declined}`),
      envelope: await phone.envelope(id).catch((error: unknown) => (error as { code?: string }).code),
      desk: (
        await service.call('GET', `/operator/v1/subscriptions/${subscriptionId}/history`, undefined, {
          scope: 'operator',
          headers: { 'Audit-Reason': 'inquiry' },
        })
      ).body,
    });
    const before = await look();
    expect(before.seen.map(({ state }) => state)).toEqual(['verified', 'declined', 'pending']);
    await moveAll();
    const { rows } = await service.database.pool.query('SELECT id FROM authentications ORDER BY id');
    expect(rows).toEqual([{ id: open }]);
    const withoutTraces = (value: unknown) => JSON.stringify(value).replaceAll(/"(expires|retry)In":\d+/g, '');
    expect(withoutTraces(await look())).toBe(withoutTraces(before));

    await phone.notMe(declined);
    await phone.notMe(declined);
    expect(await phone.history()).toContainEqual(expect.objectContaining({ id: declined, flags: ['not_me'] }));
    // What is open did not move.
    const request = (await phone.pending()).find((one) => one.id === open)!;
    await phone.open(request, TEST_PIN);
  });
});

describe('the tasks of the past', () => {
  it('move what has ended to its month, add the next month, and drop those that are over', async () => {
    const [old, young] = [partitionOf(monthsAgo(16)), partitionOf(monthsAgo(13))];
    await service.database.pool.query('SELECT add_past_authentications($1)', [monthsAgo(16)]);
    const now = Date.now();
    const [ended, recent, unkept] = [randomId(now - 40 * 60_000), randomId(now - 60_000), randomUUID()];
    await add('authentications', [ended, recent, unkept.replace(/^./, 'f')]);
    await eventually('the old month to be gone', async () => !(await partitions()).includes(old));
    await eventually('the next month', async () => (await partitions()).includes(partitionOf(monthsAgo(-1))));
    await eventually('the move', async () => {
      const { rows } = await service.database.pool.query('SELECT FROM past_authentications WHERE id = $1', [ended]);
      return rows.length === 1;
    });
    expect(await partitions()).toContain(young);
    const { rows } = await service.database.pool.query(
      'SELECT id FROM authentications WHERE client_id = $1 ORDER BY id',
      [PAST_CLIENT],
    );
    // The one without a month stays, until it is purged by its age.
    expect(rows).toEqual([{ id: recent }, { id: unkept.replace(/^./, 'f') }]);
  });
});

describe('npm run capacity', () => {
  const capacity = (...given: string[]) =>
    promisify(execFile)(process.execPath, [join(process.cwd(), 'dist/src/commands/capacity.js'), ...given]);

  it('computes what the nation needs, and refuses a number that is none', async () => {
    const { stdout } = await capacity('--subscribers=20000000', '--a-day=1', '--days=365', '--json');
    const needs = JSON.parse(stdout) as Record<string, number>;
    expect(needs).toMatchObject({ authenticationsADay: 20_000_000 });
    expect(needs['pastGigabytesKept']! / needs['pastGigabytesADay']!).toBeCloseTo(365 + 31);
    expect((await capacity('--subscribers=20000000')).stdout).toMatch(/^authentications a day +10,000,000$/m);
    await expect(capacity('--subscribers=many')).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^Give --subscribers, --a-day and --days as numbers above zero\./),
    });
  });
});

describe('the version that gives authentications months', () => {
  it('copies no row of the past, and goes on with the statements that run meanwhile', async () => {
    const own = await createTestDatabase();
    const source = await new DataSource(dataSourceOptions(own.url, 2)).initialize();
    try {
      await source.undoLastMigration();
      await source.undoLastMigration();
      expect((await own.pool.query(`SELECT to_regclass('past_authentications') AS past`)).rows).toEqual([
        { past: null },
      ]);
      const now = Date.now();
      const insert = (id: string, closedAt: Date | null) => ({
        name: 'insert',
        text: `INSERT INTO authentications (id, client_id, person_index, person, channel, state, texts, nonce, sent_at,
            requested_at, expires_at, closed_at)
          SELECT $1, $1, '\\x01', CASE WHEN $2::timestamptz IS NULL THEN '\\x01'::bytea END, 'push',
            CASE WHEN $2 IS NULL THEN 'pending' ELSE 'expired' END, '\\x00', '\\x00', now(), now(), now(), $2`,
        values: [id, closedAt],
      });
      const old = Array.from({ length: 100 }, (_, at) => randomId(now - (at + 1) * 86_400_000));
      for (const id of old) await own.pool.query(insert(id, new Date()));
      const open = randomId(now - 60_000);
      await own.pool.query(insert(open, null));
      const file = async (table: string) =>
        (await own.pool.query<{ file: string }>('SELECT pg_relation_filenode($1::regclass) AS file', [table])).rows;
      const before = await file('authentications');

      let done = false;
      const written: string[] = [];
      const writing = [1, 2, 3].map(async () => {
        while (!done) {
          const id = randomId();
          await own.pool.query(insert(id, null));
          written.push(id);
        }
      });
      await migrate(own.url).finally(() => (done = true));
      await Promise.all(writing);

      expect(await file('past_authentications_first')).toEqual(before);
      const ids = async (table: string) =>
        (await own.pool.query<{ id: string }>(`SELECT id FROM ${table} ORDER BY id`)).rows.map((row) => row.id);
      expect(await ids('past_authentications')).toEqual([...old].sort());
      expect(await ids('authentications')).toEqual([open, ...written].sort());
      // Back: with every row, and with the constraint that a new version validates again.
      await source.undoLastMigration();
      await source.undoLastMigration();
      expect(await ids('authentications')).toEqual([...old, open, ...written].sort());
      await migrate(own.url);
      expect(await ids('authentication_records')).toEqual([...old, open, ...written].sort());
    } finally {
      await source.destroy();
      await own.drop();
    }
  });
});
