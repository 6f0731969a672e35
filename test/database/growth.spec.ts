import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { DataSource } from 'typeorm';
import { BoundOfPast1764280000000 } from '../../migrations/1764280000000-bound-of-past.ts';
import { dataSourceOptions } from '../../config/data-source.ts';
import { migrate } from '../../config/migrate.ts';
import '../../src/authentication/not-me.ts';
import '../../src/authentication/open.store.ts';
import '../../src/authentication/phone-code.store.ts';
import '../../src/authentication/start.store.ts';
import '../../src/authentication/subscription-log.ts';
import '../../src/authentication/client-log.store.ts';
import '../../src/authentication/past-authentications.ts';
import '../../src/authenticators/registrations/registration.store.ts';
import '../../src/carrier/events/carrier-event.store.ts';
import '../../src/delivery/delivery.store.ts';
import '../../src/delivery/push-answer.store.ts';
import '../../src/delivery/text-message.store.ts';
import '../../src/figures/figure.store.ts';
import '../../src/sms-permissions/sms-permission.store.ts';
import { randomId } from '../../src/crypto/random.ts';
import type { Simulated } from '../../src/commands/capacity/scenarios.ts';
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
const BY_MONTH = ['past_authentications', 'past_carrier_events', 'text_messages', 'disclosures'];

let service: TestService;

const monthsAgo = (months: number, day = 1): Date => {
  const now = new Date();
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - months, day));
};
const daysAgo = (days: number): Date => new Date(Date.now() - days * 86_400_000);
const partitionOf = (time: Date, table = 'past_authentications'): string => {
  const [year, month, day] = time.toISOString().slice(0, 10).split('-');
  return `${table}_${year}${month}${table === 'push_answers' ? day : ''}`;
};
/** Throws where there are none: a table without partitions has lost none and gained none. */
const partitions = async (table = 'past_authentications'): Promise<string[]> => {
  const { rows } = await service.database.pool.query<{ name: string }>(
    `SELECT c.relname AS name FROM pg_inherits JOIN pg_class c ON c.oid = inhrelid
      WHERE inhparent = $1::regclass ORDER BY 1`,
    [table],
  );
  if (rows.length === 0) throw new Error(`${table} has no partition`);
  return rows.map(({ name }) => name);
};
const addPartition = (time: Date, table = 'past_authentications'): Promise<unknown> =>
  service.database.pool.query('SELECT add_partition($1, $2, $3)', [
    table,
    time,
    table === 'push_answers' ? 'day' : 'month',
  ]);
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
    .flatMap(
      (line) =>
        / Scan .*?\bon ((?:past_authentications|push_answers|past_carrier_events|text_messages|disclosures)_(?:\d+|first))\b/.exec(
          line,
        )?.[1] ?? [],
    )
    .filter((name, at, all) => all.indexOf(name) === at);

beforeAll(async () => {
  service = await TestService.start({ HISTORY_DAYS: '420' });
  const { pool } = service.database;
  // In one transaction, so that the tasks of the service never see some of them alone.
  for (const table of ['push_answers', ...BY_MONTH]) {
    const [unit, from, to] = table === 'push_answers' ? ['day', 0, 15] : ['month', 1, 13];
    await pool.query(
      `SELECT drop_partition('${table}', '${table}_first');
       SELECT add_partition('${table}', now() - interval '1 ${unit}' * n, '${unit}') FROM generate_series(${from}, ${to}) n`,
    );
  }
  // In the first days of a month, four weeks ahead is the same month, so the service has to add that one, too.
  for (const table of BY_MONTH) {
    await eventually(`this month of ${table}`, async () =>
      (await partitions(table)).includes(partitionOf(daysAgo(0), table)),
    );
  }
  for (let month = MONTHS; month > 0; month -= 1) {
    const from = monthsAgo(month).getTime();
    await add(
      'past_authentications',
      Array.from({ length: ROWS_A_MONTH }, (_, at) => randomId(from + at * 3_600_000)),
    );
  }
  await pool.query('VACUUM ANALYZE past_authentications');
});
afterAll(async () => {
  await service.stop();
});

/** Expects a plan that finds every authentication by the condition of an index that is of few rows. */
function expectKeys(plan: string, lookUps: number): void {
  const lines = plan.split('\n');
  const scans = lines.flatMap((line, at) =>
    / Scan .*\bauthentications/.test(line) && !/CTE|Bitmap Heap/.test(line) ? [`${line} ${lines[at + 1]}`] : [],
  );
  const byKey = scans.filter((scan) => / authentications_(pkey|one_pending|history|due) .*Index Cond/.test(scan));
  expect(byKey.length).toBeGreaterThanOrEqual(lookUps);
  expect(scans.filter((scan) => !byKey.includes(scan))).toEqual([]);
}

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

  it.each([
    ['authentication_start', 2],
    ['authentication_pending', 1],
    ['authentication_close_pending', 3],
    ['authentication_expire', 2],
    ['registration_revoke_own', 1],
    ['registration_revoke_by_client', 1],
    ['sms_permission_end', 1],
  ])('%s looks authentications up by a key, planned while few of many are open', async (name, lookUps) => {
    const { pool } = service.database;
    const ids = Array.from({ length: 3000 }, () => randomId());
    await add('authentications', ids, randomId());
    try {
      await pool.query(
        `UPDATE authentications SET state = 'pending', closed_at = NULL, person = '\\x00', person_index = id::text::bytea,
           expires_at = now() + interval '1 hour' WHERE id = $1`,
        [ids[0]],
      );
      await pool.query('ANALYZE authentications');
      expectKeys(await planOf(pool, name), lookUps);
    } finally {
      await pool.query('DELETE FROM authentications WHERE id = ANY($1::uuid[])', [ids]);
    }
  });

  it.each([
    ['carrier_event_record', 'carrier_events'],
    ['push_answer_record', 'push_answers'],
    ['text_message_record', 'text_messages'],
  ])('%s looks into no partition of %s', async (name, table) => {
    const plan = await planOf(service.database.pool, name);
    expect(plan).toMatch(new RegExp(`Insert on ${table}\\b`));
    expect(readBy(plan)).toEqual([]);
  });

  it('a receipt looks for its text message in no month that ended before the last days', async () => {
    const read = readBy(await planOf(service.database.pool, 'text_message_settle', ['{unknown}']));
    expect(read).toContain(partitionOf(daysAgo(0), 'text_messages'));
    expect(read.filter((name) => name < partitionOf(daysAgo(8), 'text_messages'))).toEqual([]);
  });

  it('the count of an hour reads the answers of push services of one day', async () => {
    const hour = new Date(daysAgo(3).setUTCHours(12, 0, 0, 0));
    const ids = [hour.toISOString(), lowestIdAt(hour), lowestIdAt(hour)];
    const read = readBy(await planOf(service.database.pool, 'figure_count_hour', ids));
    expect(read.filter((name) => name.startsWith('push_answers'))).toEqual([partitionOf(hour, 'push_answers')]);
  });

  const month = monthsAgo(5);
  const hour = monthsAgo(5, 9);
  const id = randomId(hour.getTime());
  it.each<[string, (string | number | null)[]]>([
    ['authentication_see_past', [id, PAST_CLIENT, '{api}']],
    ['client_log_find', [PAST_CLIENT, id]],
    ['subscription_log_find', [randomUUID(), id, 730]],
    ['not_me_of', [id, randomUUID(), null]],
  ])('%s, which asks for one id of the past, reads its month alone', async (name, values) => {
    expect(readBy(await planOf(service.database.pool, name, values))).toEqual([partitionOf(month)]);
  });

  it('a request of the past, for which a phone asks, is looked for in its month alone', async () => {
    const { phone } = await service.subscriber();
    const plan = await planOf(service.database.pool, 'authentication_past_request_of', [phone.deviceId, id]);
    expect(readBy(plan)).toEqual([partitionOf(month)]);
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
    // It lives until its month is dropped, and is shown no longer than the guides say.
    await service.database.pool.query(
      `UPDATE past_authentications SET requested_at = requested_at - interval '421 days' WHERE id = $1`,
      [declined],
    );
    expect((await phone.history()).map((one) => one.id)).toEqual([open, id]);
    // What is open did not move.
    const request = (await phone.pending()).find((one) => one.id === open)!;
    await phone.open(request, TEST_PIN);
  });
});

describe('the tasks of the past', () => {
  it('move what has ended to its month, add the next month, and drop those that are over', async () => {
    const [old, young] = [partitionOf(monthsAgo(16)), partitionOf(monthsAgo(13))];
    await addPartition(monthsAgo(16));
    const now = Date.now();
    const [ended, recent, unkept] = [randomId(now - 40 * 60_000), randomId(now - 60_000), randomUUID()];
    await add('authentications', [ended, recent, unkept.replace(/^./, 'f')]);
    await eventually('the old month to be gone', async () => !(await partitions()).includes(old));
    await eventually('four weeks ahead', async () => (await partitions()).includes(partitionOf(daysAgo(-27))));
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

describe('the answers of push services', () => {
  it('are recorded in their day, whose days are added a week ahead and dropped after a fortnight', async () => {
    const old = partitionOf(daysAgo(20), 'push_answers');
    await addPartition(daysAgo(20), 'push_answers');
    await eventually('the old day to be gone', async () => !(await partitions('push_answers')).includes(old));
    await eventually('next week', async () =>
      (await partitions('push_answers')).includes(partitionOf(daysAgo(-6), 'push_answers')),
    );
    const subscriber = await service.subscriber();
    const { id } = (await service.start(subscriber.person)).body;
    await service.rows.deliveries.untilDone(id);
    const { deviceId } = subscriber.phone;
    await eventually('an answer', async () => (await service.rows.deliveries.answersOf(deviceId)) > 0);
    const look = async () =>
      (
        await service.call<{ pushes: unknown[] }>(
          'GET',
          `/operator/v1/subscriptions/${subscriber.subscriptionId}/phone`,
          undefined,
          { scope: 'operator', headers: { 'Audit-Reason': 'inquiry' } },
        )
      ).body.pushes;
    expect(await look()).not.toEqual([]);
    // Their day is dropped up to a day later than they are shown.
    await service.rows.deliveries.ageAnswers(deviceId, 14);
    expect(await look()).toEqual([]);
    expect(await service.rows.deliveries.answersOf(deviceId)).toBeGreaterThan(0);
  });
});

describe('a text message', () => {
  it('is recorded in its month, whose months are added four weeks ahead and dropped after HISTORY_DAYS', async () => {
    const old = partitionOf(monthsAgo(16), 'text_messages');
    await addPartition(monthsAgo(16), 'text_messages');
    const person = await service.addLine();
    const { id } = (await service.start(person)).body;
    await service.textedCode(person.phoneNumber);
    await eventually('the record', async () => (await service.rows.textMessages.statesOf(id)).length === 1);
    await eventually('the old month to be gone', async () => !(await partitions('text_messages')).includes(old));
    const ahead = partitionOf(daysAgo(-27), 'text_messages');
    await eventually('four weeks ahead', async () => (await partitions('text_messages')).includes(ahead));
  });
});

describe('an answer about a person', () => {
  it('has a month, which is added four weeks ahead and dropped after HISTORY_DAYS', async () => {
    const [old, ahead] = [partitionOf(monthsAgo(16), 'disclosures'), partitionOf(daysAgo(-27), 'disclosures')];
    await addPartition(monthsAgo(16), 'disclosures');
    await eventually('the old month to be gone', async () => !(await partitions('disclosures')).includes(old));
    await eventually('four weeks ahead', async () => (await partitions('disclosures')).includes(ahead));
  });
});

describe('an event of a carrier', () => {
  const age = (id: string, days: number) =>
    service.database.pool.query(
      'UPDATE carrier_events SET received_at = received_at - make_interval(days => $2) WHERE event_id = $1',
      [id, days],
    );
  const placeOf = async (id: string) =>
    (
      await service.database.pool.query<{ place: string }>(
        `SELECT tableoid::regclass::text AS place FROM carrier_events WHERE event_id = $1
          UNION ALL SELECT tableoid::regclass::text FROM past_carrier_events WHERE event_id = $1 ORDER BY 1`,
        [id],
      )
    ).rows.map(({ place }) => place);

  it('has its effect once in 90 days by source and id, later moves to its month, and is stale when it comes again', async () => {
    const { lineId } = (await service.subscriber()).person;
    const [old, young, kept] = [randomUUID(), randomUUID(), randomUUID()];
    const send = (id: string, sequence: number, line = lineId) =>
      service.sendEvent(line, 'plan-changed', { plan: 'postpaid' }, sequence, { id });
    expect([await send(old, 1), await send(young, 2), await send(kept, 1, 'unheard-of')]).toEqual([
      'applied',
      'applied',
      'unknown_line',
    ]);
    await age(old, 91);
    await age(young, 89);
    await age(kept, 91);
    await eventually('the move', async () => (await placeOf(old))[0] !== 'carrier_events');
    expect(await placeOf(old)).toEqual([partitionOf(daysAgo(91), 'past_carrier_events')]);
    expect([await send(young, 2), await send(old, 1), await send(old, 1)]).toEqual(['duplicate', 'stale', 'duplicate']);
    expect(await placeOf(old)).toEqual(['carrier_events', partitionOf(daysAgo(91), 'past_carrier_events')]);
    // What may be replayed stays, since it would be recorded anew.
    expect(await placeOf(kept)).toEqual(['carrier_events']);
    expect(await send(kept, 1, 'unheard-of')).toBe('unknown_line');
  });

  it('is dropped with its month, and its months are added ahead', async () => {
    const old = partitionOf(monthsAgo(16), 'past_carrier_events');
    await addPartition(monthsAgo(16), 'past_carrier_events');
    await eventually('the old month to be gone', async () => !(await partitions('past_carrier_events')).includes(old));
    const ahead = partitionOf(daysAgo(-27), 'past_carrier_events');
    await eventually('four weeks ahead', async () => (await partitions('past_carrier_events')).includes(ahead));
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

  it('simulates the peak on the machines that are given, and refuses no machine', async () => {
    const given = ['--subscribers=100000', '--simulate', '--minutes=5', '--machines=3', '--cores=2', '--seed=4'];
    const { stdout } = await capacity(...given);
    expect(stdout).toMatch(/^3 machines of the service with 2 cores each, 1 cores of PostgreSQL, seed 4$/m);
    expect(stdout).toMatch(/^ +peak +burst +burst, no quota +machine less +both of these +failover$/m);
    expect(stdout).toMatch(/^requests answered 503 +0 +0 +0 +0 +0 +\d+$/m);
    const { machines, outcomes } = JSON.parse((await capacity(...given, '--json')).stdout) as Simulated;
    expect(machines).toBe(3);
    expect(outcomes).toHaveLength(6);
    await expect(capacity(...given, '--cores=0')).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^Give --cores as a whole number from 1 to 10000\./),
    });
  });
});

describe('the versions that partition a table', () => {
  it('copies no row of the past, and goes on with the statements that run meanwhile', async () => {
    const own = await createTestDatabase();
    const source = await new DataSource(dataSourceOptions(own.url, 2)).initialize();
    try {
      const isApplied = async (name: string) =>
        (await own.pool.query('SELECT FROM migrations WHERE name = $1', [name])).rows.length > 0;
      const undo = async (name: string) => {
        while (await isApplied(name)) await source.undoLastMigration();
      };
      await undo(BoundOfPast1764280000000.name);
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
      // These statements are those of the release before.
      const answer = (at: Date) => ({
        name: 'answer',
        text: `INSERT INTO push_answers (device_id, delivery_id, kind, push_service, outcome, attempt, answered_at, took_ms)
          VALUES (gen_random_uuid(), 1, 'wake', 'fcm', 'accepted', 1, $1, 1)`,
        values: [at],
      });
      const event = (id: string) => ({
        name: 'event',
        text: `INSERT INTO carrier_events AS e (id, outcome) VALUES ($1, 'applied')
          ON CONFLICT (id) DO UPDATE SET outcome = excluded.outcome WHERE e.kept IS NOT NULL RETURNING id`,
        values: [id],
      });
      const text = (at: Date) => ({
        name: 'text',
        text: `INSERT INTO text_messages (authentication_id, state, sent_at) VALUES ($1, 'accepted', $2)`,
        values: [old[0], at],
      });
      for (let day = 20; day > 0; day -= 1) {
        await own.pool.query(answer(daysAgo(day)));
        await own.pool.query(text(daysAgo(day * 40)));
      }
      await own.pool.query(event('old'));
      const before = [await file('authentications'), await file('push_answers'), await file('text_messages')];

      let done = false;
      const written: string[] = [];
      let [answers, texts, events] = [20, 20, 1];
      const write = [
        async () => {
          const id = randomId();
          await own.pool.query(insert(id, null));
          written.push(id);
        },
        async () => own.pool.query(answer(new Date())).then(() => (answers += 1)),
        async () => own.pool.query(event(`event ${events}`)).then(() => (events += 1)),
      ];
      const writing = write.map(async (one) => {
        while (!done) await one();
      });
      await migrate(own.url).finally(() => (done = true));
      await Promise.all(writing);
      for (const one of write) await one();
      await own.pool.query(text(new Date()));
      texts += 1;

      const after = ['past_authentications_first', 'push_answers_first', 'text_messages_first'].map(file);
      expect(await Promise.all(after)).toEqual(before);
      const count = async () =>
        (
          await own.pool.query<{ answers: number; ids: number; texts: number; events: number }>(
            `SELECT (SELECT count(*)::int FROM push_answers) AS answers, (SELECT max(id)::int FROM push_answers) AS ids,
              (SELECT count(*)::int FROM text_messages) AS texts, (SELECT count(*)::int FROM carrier_events) AS events`,
          )
        ).rows[0];
      // Ids go on where they were.
      expect(await count()).toEqual({ answers, ids: answers, texts, events });
      const again = await own.pool.query<{ id: string }>(event('old'));
      expect(again.rows).toEqual([]);
      await own.pool.query(
        `DELETE FROM text_messages WHERE id = ANY(ARRAY(SELECT id FROM text_messages
          WHERE authentication_id IS NOT NULL AND sent_at < now() - make_interval(days => 730) ORDER BY sent_at LIMIT 5000))`,
      );
      texts -= 2;
      await own.pool.query(
        `DELETE FROM push_answers WHERE id IN (
          SELECT id FROM (SELECT id, answered_at FROM push_answers ORDER BY id LIMIT 5000) oldest
          WHERE answered_at < now() - interval '14 days')`,
      );
      expect(await count()).toEqual({ answers: answers - 7, ids: answers, texts, events });
      const ids = async (table: string) =>
        (await own.pool.query<{ id: string }>(`SELECT id FROM ${table} ORDER BY id`)).rows.map((row) => row.id);
      expect(await ids('past_authentications')).toEqual([...old].sort());
      expect(await ids('authentications')).toEqual([open, ...written].sort());
      // Back: with every row, and with the constraint that a new version validates again.
      await undo(BoundOfPast1764280000000.name);
      expect((await count())?.answers).toBe(answers - 7);
      expect(await ids('authentications')).toEqual([...old, open, ...written].sort());
      await migrate(own.url);
      expect(await ids('authentication_records')).toEqual([...old, open, ...written].sort());
    } finally {
      await source.destroy();
      await own.drop();
    }
  });
});
