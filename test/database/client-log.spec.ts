import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { DataSource } from 'typeorm';
import { ClientLog } from '../../src/authentication/client-log.ts';
import { ClientLogStore } from '../../src/authentication/client-log.store.ts';
import { StartStore } from '../../src/authentication/start.store.ts';
import { randomId } from '../../src/crypto/random.ts';
import { STATEMENTS } from '../../src/database/statement.ts';
import { timelineOf, type LoggedAuthentication } from '../../src/domain/logged-authentication.ts';
import { FigureStore } from '../../src/figures/figure.store.ts';
import { Figures, type Totals } from '../../src/figures/figures.ts';
import { SmsPermissionStore } from '../../src/sms-permissions/sms-permission.store.ts';
import { TestLog } from '../../src/test-mode/test-log.ts';
import { TestLogStore } from '../../src/test-mode/test-log.store.ts';
import { eventually } from '../support/eventually.ts';
import { planOf } from '../support/plan-of.ts';
import { connectedDatabase } from '../support/service-parts.ts';
import { otherThan, TestService, type TestPerson } from '../support/service.ts';

let service: TestService;
let source: DataSource;
let log: ClientLog;
let testLog: TestLog;
let figures: Figures;
let shop: string;

beforeAll(async () => {
  service = await TestService.start();
  const connected = await connectedDatabase(service.database.url);
  source = connected.source;
  log = new ClientLog(new ClientLogStore(connected.database), service.keys);
  figures = new Figures(new FigureStore(connected.database));
  testLog = new TestLog(new TestLogStore(connected.database), service.keys);
  shop = await service.rows.clients.idOf('demo-shop');
});
afterAll(async () => {
  await source.destroy();
  await service.stop();
});

const started = async (person: TestPerson): Promise<string> => {
  const { status, body } = await service.start(person);
  expect(status).toBe(201);
  return body.id;
};
const found = async (id: string): Promise<LoggedAuthentication> => {
  const row = await log.find(shop, id);
  if (!row) throw new Error('the log has no such authentication');
  return row;
};
const expire = async (id: string): Promise<void> => {
  await service.rows.authentications.expire(id);
  await eventually(
    'the end of the authentication',
    async () => (await service.rows.authentications.endOf(id))?.state === 'expired',
  );
};
const newClient = (): Promise<string> =>
  service.rows.clients.register({ clientId: `client-${randomUUID()}`, secret: randomUUID() });
const stranger = (): TestPerson => ({
  phoneNumber: `+8210${String(Math.floor(Math.random() * 1e8)).padStart(8, '0')}`,
  birthDate: '900101',
  genderDigit: '1',
});

describe('the log of a relying party', () => {
  it('shows the number of a person in a hosted window after the verification alone, as the API does', async () => {
    const { person } = await service.subscriber();
    const id = await started(person);
    await service.rows.authentications.putIntoWindow(id);
    expect(await found(id)).toMatchObject({ byWindow: true, maskedPhoneNumber: null });
  });

  it('has an authentication with its times, its attempts and the masked number while there is a person', async () => {
    const subscriber = await service.subscriber();
    const id = await started(subscriber.person);
    const code = await service.codeOf(subscriber, id);
    await service.verify(id, otherThan(code));
    const before = await found(id);
    expect(before).toMatchObject({ state: 'opened', attempts: 1, closedAt: null, problems: ['code_mismatch'] });
    expect((await service.verify(id, code)).status).toBe(200);
    const row = await found(id);
    const { startedAt, openedAt, closedAt } = row;
    expect(row).toEqual({
      ...before,
      state: 'verified',
      attempts: 2,
      closedAt: expect.any(Date),
      verifiedAfterMs: closedAt!.getTime() - startedAt.getTime(),
      maskedPhoneNumber: expect.stringMatching(/^010-\*{4}-\d{4}$/),
    });
    expect(openedAt!.getTime()).toBeGreaterThan(startedAt.getTime());
    expect(closedAt!.getTime()).toBeGreaterThan(openedAt!.getTime());
    expect(timelineOf(row).steps.map(({ kind }) => kind)).toEqual([
      'started',
      'sent',
      'opened',
      'wrong_codes',
      'ended',
    ]);
  });

  it('says why a person declined, and names nobody after the end', async () => {
    const subscriber = await service.subscriber();
    const id = await started(subscriber.person);
    await subscriber.phone.decline(id, 'wrong_details');
    expect(await found(id)).toMatchObject({
      state: 'declined',
      declineReason: 'wrong_details',
      maskedPhoneNumber: null,
      problems: ['authentication_closed'],
    });
  });

  it('says when a transaction was opened to be signed, too', async () => {
    const { rows } = await service.database.pool.query<{ id: string }>(
      `INSERT INTO authentications (id, client_id, person_index, channel, state, texts, nonce, sent_at, requested_at,
         expires_at, closed_at, opened_at)
       VALUES ($1, $2, '\\x01', 'sign', 'expired', '\\x00', '\\x00', now(), now(), now(), now(), now()) RETURNING id`,
      [randomId(), shop],
    );
    expect(timelineOf(await found(rows[0]!.id)).failure).toBe('expired_after_opening');
  });

  it('never has a row of another relying party, by whatever id or cursor', async () => {
    const id = await started(stranger());
    const other = await newClient();
    expect(await log.find(other, id)).toBeUndefined();
    expect(await log.page(other, { limit: 10 })).toEqual({ rows: [], next: null });
    expect(await log.page(other, { limit: 10, after: id })).toEqual({ rows: [], next: null });
  });

  it.each(['', 'nonsense', "' OR true --", randomUUID(), 'ffffffff-ffff-ffff-ffff-ffffffffffff'])(
    'answers that there is no authentication %o',
    async (id) => {
      expect(await log.find(shop, id)).toBeUndefined();
    },
  );

  it('refuses a cursor that is none', async () => {
    await expect(log.page(shop, { limit: 10, after: 'nonsense' })).rejects.toMatchObject({ code: 'invalid_request' });
  });

  it('ends after thirty days', async () => {
    const client = await newClient();
    const [young, old] = [await addEnded(client, { days: 29.9 }), await addEnded(client, { days: 30.1 })];
    expect((await log.page(client, { limit: 10 })).rows.map(({ id }) => id)).toEqual([young]);
    expect([await log.find(client, young), await log.find(client, old)]).toEqual([expect.anything(), undefined]);
  });
});

/** Adds an authentication that ended. */
async function addEnded(client: string, { days }: { days: number }): Promise<string> {
  const id = randomId(Date.now() - days * 86_400_000);
  await service.database.pool.query(
    `INSERT INTO authentications (id, client_id, person_index, channel, state, texts, nonce, sent_at, requested_at,
       expires_at, closed_at)
     SELECT $1, $2, '\\x01', 'push', 'expired', '\\x00', '\\x00', at, at, at, at
     FROM (SELECT now() - make_interval(secs => $3) AS at) t`,
    [id, client, days * 86_400],
  );
  return id;
}

describe('the log of a relying party says no more of a person than the API:', () => {
  /** What is told of an authentication, but for its id, its times and the number that the relying party sent. */
  const told = (row: LoggedAuthentication): unknown => {
    const { steps, failure } = timelineOf(row);
    const after = (at: Date | null) => (at === null ? null : 'a time');
    return {
      ...row,
      id: '',
      startedAt: '',
      sentAt: row.sentAt.getTime() - row.startedAt.getTime() < 1_000,
      expiresAt: after(row.expiresAt),
      closedAt: after(row.closedAt),
      maskedPhoneNumber: row.maskedPhoneNumber?.length ?? null,
      steps: steps.map((step) => ({ ...step, at: after(step.at) })),
      failure,
    };
  };
  /** The same calls for each person: pending, with a wrong code, and after the end. */
  const shown = async (person: TestPerson, channel: string): Promise<unknown[]> => {
    const { body } = await service.start(person);
    expect(body.channel).toBe(channel);
    const fresh = told(await found(body.id));
    expect((await service.verify(body.id, '000000')).body['code']).toBe('code_mismatch');
    const tried = told(await found(body.id));
    await expire(body.id);
    return [fresh, tried, told(await found(body.id))];
  };

  it('a person without a line is as one who gets a code by text message', async () => {
    const real = await shown(await service.addLine(), 'sms');
    expect(await shown(stranger(), 'sms')).toEqual(real);
    expect(await shown({ ...(await service.addLine()), birthDate: '900102' }, 'sms')).toEqual(real);
    expect(real).toMatchObject([{ failure: null }, { problems: ['code_mismatch'] }, { failure: 'expired' }]);
  });

  it('a start that rang no phone, a suspended subscription and one without a phone are as any other', async () => {
    const real = await shown((await service.subscriber()).person, 'push');

    const quiet = await service.subscriber();
    await quiet.phone.decline(await started(quiet.person), 'not_me');
    expect(await shown(quiet.person, 'push')).toEqual(real);

    const suspended = await service.subscriber();
    await service.operate(suspended.subscriptionId, 'report-loss');
    expect(await shown(suspended.person, 'push')).toEqual(real);

    const without = await service.subscriber();
    const handset = { os: 'android', osVersion: '15', formFactor: 'phone', model: 'Another' };
    expect(await service.sendEvent(without.person.lineId, 'device-changed', handset, 1)).toBe('applied');
    expect(await shown(without.person, 'push')).toEqual(real);
    expect(real[2]).toMatchObject({ failure: 'expired_before_opening' });
  });

  it('one that the carrier ended is as one that the relying party ended', async () => {
    const [one, other] = [await service.subscriber(), await service.subscriber()];
    const [ended, cancelled] = [await started(one.person), await started(other.person)];
    await service.sendEvent(one.person.lineId, 'terminated', undefined, 1);
    await service.call('DELETE', `/v1/authentications/${cancelled}`);
    expect(told(await found(ended))).toEqual(told(await found(cancelled)));
  });
});

describe('the figures of a relying party', () => {
  it('count what happened through the API, and each “not me” once, at the phone or in the history', async () => {
    const { totals: before } = await figures.of(shop, '30d');
    const subscriber = await service.subscriber();
    const verified = await started(subscriber.person);
    await service.verify(verified, await service.codeOf(subscriber, verified));
    await subscriber.phone.notMe(verified);
    const declined = await started(await service.addLine());
    await service.call('DELETE', `/v1/authentications/${declined}`);
    await subscriber.phone.decline(await started(subscriber.person), 'not_me');
    const { totals } = await figures.of(shop, '30d');
    const more = (of: (one: Totals) => number) => of(totals) - of(before);
    expect({
      starts: more(({ starts }) => starts),
      verified: more((one) => one.verified),
      declined: more(({ ends }) => ends.declined_not_me),
      cancelled: more(({ ends }) => ends.cancelled),
      sms: more(({ channels }) => channels.sms),
      notMe: more(({ notMe }) => notMe),
    }).toEqual({ starts: 3, verified: 1, declined: 1, cancelled: 1, sms: 1, notMe: 2 });
  });
});

describe('the log of test mode', () => {
  it('has the same rows, of the client alone, with the times at which things happen by themselves', async () => {
    const client = await newClient();
    const [id, open] = [randomId(Date.now() - 20_000), randomId(Date.now() - 7_000)];
    const person = (of: string) =>
      service.keys.fields.encrypt(
        JSON.stringify({ phoneNumber: '+821000000002' }),
        `test_authentications:person:${of}`,
      );
    for (const [one, seconds] of [
      [id, 20],
      [open, 7],
    ] as const) {
      await service.database.pool.query(
        `INSERT INTO test_authentications (id, client_id, channel, person, person_digest, sent_at, started_at, opens_at,
           ends_at, ends_as, expires_at, next_at)
         SELECT $1, $2, 'push', $3, '\\x01', at, at, at + interval '5 seconds', at + interval '10 seconds', 'verified',
           at + interval '180 seconds', 'infinity' FROM (SELECT now() - make_interval(secs => $4) AS at) t`,
        [one, client, person(one), seconds],
      );
    }
    const { rows, next } = await testLog.page(client, { limit: 10 });
    expect(next).toBeNull();
    expect(rows).toEqual([
      expect.objectContaining({ id: open, state: 'opened', closedAt: null, verifiedAfterMs: null }),
      expect.objectContaining({ id, state: 'verified', verifiedAfterMs: 10_000, maskedPhoneNumber: '010-****-0002' }),
    ]);
    expect(timelineOf(rows[1]!).steps.map(({ kind }) => kind)).toEqual(['started', 'sent', 'opened', 'ended']);
    expect(await testLog.find(client, id)).toEqual(rows[1]);
    expect(await testLog.find(shop, id)).toBeUndefined();
    expect(await log.find(client, id)).toBeUndefined();
  });
});

describe('a page of a long log', () => {
  const ROWS = 20_000;
  let client: string;

  beforeAll(async () => {
    client = await newClient();
    const neighbour = await newClient();
    const now = Date.now();
    const ids = Array.from({ length: ROWS * 2 }, (_, at) => randomId(now - 60_000 - at * 60_000));
    // One in a thousand was declined, and of these one in ten came by text message.
    await service.database.pool.query(
      `INSERT INTO past_authentications (id, client_id, person_index, channel, state, decline_reason, texts, nonce, sent_at,
         requested_at, expires_at, closed_at)
       SELECT id::uuid, CASE n % 2 WHEN 0 THEN $2::uuid ELSE $3::uuid END, '\\x01',
         CASE WHEN n % 20000 = 0 THEN 'sms' ELSE 'push' END, CASE WHEN n % 2000 = 0 THEN 'declined' ELSE 'expired' END,
         CASE WHEN n % 2000 = 0 THEN 'cancelled' END, '\\x00', '\\x00', at, at, at, at
       FROM unnest($1::text[]) WITH ORDINALITY AS u (id, n),
         LATERAL (SELECT to_timestamp($4::double precision / 1000 - 60 - (n - 1) * 60) AS at) t`,
      [ids, client, neighbour, now],
    );
    await service.database.pool.query('VACUUM ANALYZE past_authentications');
  }, 120_000);

  it('is found by the index of the log, and reads no more rows than it returns', async () => {
    const bounds = [client, 'ffffffff-ffff-ffff-ffff-ffffffffffff', '00000000-0000-7000-8000-000000000000'];
    const page = await planOf(service.database.pool, 'client_log_page', [
      ...bounds,
      '1970-01-01',
      '9999-12-31',
      null,
      null,
      51,
    ]);
    expect(page).toMatch(
      /Index Scan Backward using past_authentications_first_client on past_authentications_first \S* ?\(actual rows=51(\.00)? /,
    );
    expect(page).not.toMatch(/Sort Method|Rows Removed by Filter/);
    const [, blocks = ''] = /shared hit=(\d+)/.exec(page) ?? [];
    expect(Number(blocks)).toBeLessThan(150);
    const { rows } = await log.page(client, { limit: 1 });
    const find = await planOf(service.database.pool, 'client_log_find', [client, rows[0]!.id]);
    expect(find).toMatch(
      /Index Scan using past_authentications_first_(client|pkey) on past_authentications_first \S* ?\(actual rows=1(\.00)? /,
    );
    expect(find).not.toMatch(/Rows Removed by Filter/);
  });

  it.each([...new Set([StartStore.name, SmsPermissionStore.name])])(
    'takes no statement of %s away from the index that it had',
    async (store) => {
      const names = [...STATEMENTS.keys()].filter((name) =>
        name.startsWith(store === StartStore.name ? 'authentication_start' : 'sms_permission'),
      );
      const plans = await Promise.all(names.map((name) => planOf(service.database.pool, name)));
      expect(plans.join('\n')).toMatch(/authentications_(one_pending|open|history)/);
      expect(plans.join('\n')).not.toContain('authentications_client');
    },
  );

  it('follows the one before it, to the last row, and misses none', async () => {
    const seen: string[] = [];
    const to = new Date(Date.now() - 100 * 3_600_000);
    for (let after: string | undefined; ;) {
      const page = await log.page(client, {
        limit: 100,
        to,
        from: new Date(to.getTime() - 10 * 3_600_000),
        ...(after && { after }),
      });
      seen.push(...page.rows.map(({ id }) => id));
      if (page.next === null) break;
      after = page.next;
    }
    expect(seen).toEqual([...new Set(seen)].sort().reverse());
    expect(seen).toHaveLength(300);
  });

  it('of a rare state looks at a bounded number of rows, and says where to go on', async () => {
    const seen: LoggedAuthentication[] = [];
    let pages = 0;
    for (let after: string | undefined; ;) {
      const page = await log.page(client, {
        limit: 100,
        states: ['declined'],
        channels: ['push'],
        ...(after && { after }),
      });
      pages += 1;
      seen.push(...page.rows);
      if (page.next === null) break;
      after = page.next;
    }
    expect(seen).toHaveLength(18);
    expect(seen.every(({ state, channel }) => state === 'declined' && channel === 'push')).toBe(true);
    expect(pages).toBe(5);
  });
});
