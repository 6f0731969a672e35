import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { CAMARA_SCOPES } from '../../src/http/client.guard.ts';
import { eventually } from '../support/eventually.ts';
import { answerOf, startProcess, type Answer, type ServiceProcess } from '../support/service.ts';
import { WebhookReceiver } from '../support/webhook-receiver.ts';
import { Context } from './context.ts';

/** CAMARA Sim Swap Subscriptions 0.3.0: what the service adds to the scenarios of the specification. */

const BASE = '/sim-swap-subscriptions/v0.3/subscriptions';
const TYPE = 'org.camaraproject.sim-swap-subscriptions.v0';
const CREATE = `sim-swap-subscriptions:${TYPE}.swapped:create`;
const UNKNOWN = '+821000000002';

let context: Context;
/** The process that takes the place of one that was killed. */
let next: ServiceProcess | undefined;

beforeAll(async () => {
  context = await Context.start();
});
afterAll(async () => {
  await next?.stop();
  await context.stop();
});

interface Shown {
  id: string;
  startsAt: string;
  expiresAt: string;
  status: string;
  config: { subscriptionDetail: object; subscriptionMaxEvents?: number };
}
interface Asked {
  token?: string;
  sink?: string;
  credential?: object;
  config?: object;
  other?: object;
}

async function call(
  method: string,
  path = '',
  { token = context.token(), body }: { token?: string; body?: object } = {},
): Promise<Answer> {
  const response = await fetch(`${context.service.issuer}${BASE}${path}`, {
    method,
    headers: { Authorization: `Bearer ${token}`, ...(body && { 'Content-Type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  return answerOf(response);
}

/** Asks for a subscription to a number, or to the line of the token. */
function ask(phoneNumber: string | undefined, { token, sink, credential, config, other }: Asked = {}): Promise<Answer> {
  const body = {
    protocol: 'HTTP',
    sink: sink ?? context.receiver.url('/unread'),
    types: [`${TYPE}.swapped`],
    config: { subscriptionDetail: { ...(phoneNumber !== undefined && { phoneNumber }) }, ...config },
    ...(credential && { sinkCredential: credential }),
    ...other,
  };
  return call('POST', '', { ...(token !== undefined && { token }), body });
}

async function subscribed(...of: Parameters<typeof ask>): Promise<Shown> {
  const { status, body } = await ask(...of);
  expect({ status, body }).toEqual({ status: 201, body: expect.anything() });
  return body as unknown as Shown;
}

const idsOf = async (token?: string, page = ''): Promise<string[]> =>
  ((await call('GET', page, token === undefined ? {} : { token })).body as unknown as Shown[]).map(({ id }) => id);

const inAnHour = (): string => new Date(Date.now() + 3_600_000).toISOString();
const bearer = (accessToken: string, accessTokenExpiresUtc = inAnHour()) => ({
  credentialType: 'ACCESSTOKEN',
  accessTokenType: 'bearer',
  accessToken,
  accessTokenExpiresUtc,
});

/** The kinds of the events that arrived at a path, in their order, with why the subscription ended. */
const arrived = (path: string): unknown[] =>
  context.receiver.at(path).map(({ event }) => event.data['terminationReason'] ?? event.type.replace(`${TYPE}.`, ''));

const swap = (lineId: string, sequence: number): Promise<string> =>
  context.service.sendEvent(lineId, 'sim-swapped', undefined, sequence);

const untilEnded = (path: string) => context.receiver.got(path, `${TYPE}.subscription-ended`);

describe('a subscription to changes of a SIM', () => {
  it('is told of its start, of each change and of its end, by CloudEvents with the token of the sink, and kept no longer', async () => {
    const { receiver, service } = context;
    const line = await context.line();
    const [path, token] = [`/${randomUUID()}`, randomUUID()];
    const sink = receiver.url(path);
    const made = await subscribed(line.phoneNumber, {
      token: context.token({ scopes: [...CAMARA_SCOPES, 'dpv:FraudPreventionAndDetection'] }),
      sink,
      credential: bearer(token),
      config: { subscriptionMaxEvents: 2, subscriptionExpireTime: '2099-01-17T13:18:23.682+09:00' },
    });
    expect(made).toEqual({
      id: expect.any(String),
      protocol: 'HTTP',
      sink,
      types: [`${TYPE}.swapped`],
      config: {
        subscriptionDetail: { phoneNumber: line.phoneNumber },
        subscriptionMaxEvents: 2,
        subscriptionExpireTime: '2099-01-17T04:18:23.682Z',
      },
      startsAt: expect.any(String),
      expiresAt: expect.any(String),
      status: 'ACTIVE',
    });
    // The token of the sink ends before what was asked for, and its last minute is for the telling of the end.
    expect(Date.parse(made.expiresAt)).toBeLessThan(Date.now() + 3_540_000);
    expect((await call('GET', `/${made.id}`)).body).toEqual(made);
    expect(await idsOf()).toContain(made.id);
    const kept = await service.rows.swaps.textOf(made.id);
    expect(kept).not.toContain(token);
    expect(kept).not.toContain(line.phoneNumber.slice(3));

    const started = await receiver.got(path, `${TYPE}.subscription-started`, made.id);
    expect(started.event.data).toEqual({
      subscriptionId: made.id,
      phoneNumber: line.phoneNumber,
      initiationReason: 'SUBSCRIPTION_CREATED',
    });
    const time = new Date(Date.now() - 5_000).toISOString();
    expect(await service.sendEvent(line.lineId, 'sim-swapped', undefined, 1, { time })).toBe('applied');
    const swapped = await receiver.got(path, `${TYPE}.swapped`, made.id);
    expect(swapped.headers).toMatchObject({
      'content-type': 'application/cloudevents+json',
      authorization: `Bearer ${token}`,
    });
    expect(swapped.event).toEqual({
      specversion: '1.0',
      id: expect.any(String),
      source: `${service.issuer}/sim-swap-subscriptions/v0.3`,
      type: `${TYPE}.swapped`,
      datacontenttype: 'application/json',
      time,
      data: { subscriptionId: made.id, phoneNumber: line.phoneNumber },
    });
    await swap(line.lineId, 2);
    const ended = await untilEnded(path);
    expect(ended.event.data).toMatchObject({ subscriptionId: made.id, terminationReason: 'MAX_EVENTS_REACHED' });
    await swap(line.lineId, 3);
    expect((await call('GET', `/${made.id}`)).status).toBe(404);
    await eventually('the end of what is kept', async () => (await service.rows.swaps.textOf(made.id)) === undefined);
    expect(arrived(path).sort()).toEqual(['MAX_EVENTS_REACHED', 'subscription-started', 'swapped', 'swapped']);
    expect(await service.rows.customers.disclosedOfLine(line.lineId)).toEqual([
      'sim-swap-subscriptions/create',
      'sim-swap-subscriptions/swapped',
      'sim-swap-subscriptions/swapped',
    ]);
    expect(service.process.log()).not.toContain(line.phoneNumber.slice(3));
  });

  it('ends by its client, by its time and by the token of its sink, and is told nothing after that', async () => {
    const { receiver, service } = context;
    const line = await context.line();
    const ends = ['SUBSCRIPTION_DELETED', 'SUBSCRIPTION_EXPIRED', 'ACCESS_TOKEN_EXPIRED'];
    const [deleted, expired, tokenless] = await Promise.all(
      ends.map((reason) => {
        const config = { subscriptionExpireTime: inAnHour() };
        return subscribed(line.phoneNumber, { sink: receiver.url(`/${reason}`), credential: bearer('a'), config });
      }),
    );
    expect(await call('DELETE', `/${deleted!.id}`)).toMatchObject({ status: 204, body: {} });
    expect((await call('DELETE', `/${deleted!.id}`)).status).toBe(404);
    await service.rows.swaps.expire(expired!.id, 'expire_time');
    expect((await call('GET', `/${expired!.id}`)).status).toBe(404);
    await service.rows.swaps.expire(tokenless!.id, 'token_expires_at');
    await swap(line.lineId, 1);
    for (const reason of ends) expect((await untilEnded(`/${reason}`)).event.data['terminationReason']).toBe(reason);
    for (const reason of ends) expect(arrived(`/${reason}`)).not.toContain('swapped');
    expect(await idsOf()).not.toContain(tokenless!.id);
  });

  it.each([
    ['owner-changed', { owner: { birthDate: '850505', genderDigit: '2' } }],
    ['terminated', undefined],
    ['number-changed', { phoneNumber: '+821000070001' }],
    ['ported-out', { newCarrier: 'KT' }],
  ])('ends with %s, without a word about it, and tells nothing of who comes next', async (kind, data) => {
    const { receiver, service } = context;
    const line = await context.line();
    const path = `/${kind}`;
    await subscribed(line.phoneNumber, { sink: receiver.url(path) });
    expect(await service.sendEvent(line.lineId, kind, data, 1)).toBe('applied');
    await swap(line.lineId, 2);
    const { event } = await untilEnded(path);
    expect(event.data).toMatchObject({
      terminationReason: 'NETWORK_TERMINATED',
      terminationDescription: 'The service sends no further events of this subscription.',
    });
    expect(arrived(path)).not.toContain('swapped');
    expect(await service.rows.customers.disclosedOfLine(line.lineId)).toEqual(['sim-swap-subscriptions/create']);
  });

  it('ends with a new owner also where the clock of the carrier went back, and a change of the former one is not told to later ones', async () => {
    const { receiver, service } = context;
    const line = await context.line();
    const born = (birthDate: string) => ({ owner: { birthDate, genderDigit: '1' } });
    const time = (minutes: number) => ({ time: new Date(Date.now() - minutes * 60_000).toISOString() });
    await service.sendEvent(line.lineId, 'owner-changed', born('850505'), 1, time(10));
    const [first, second] = ['/first-owner', '/second-owner'];
    await subscribed(line.phoneNumber, { sink: receiver.url(first) });
    await service.sendEvent(line.lineId, 'owner-changed', born('860606'), 2, time(20));
    expect((await untilEnded(first)).event.data['terminationReason']).toBe('NETWORK_TERMINATED');
    const { id } = await subscribed(line.phoneNumber, { sink: receiver.url(second) });
    await service.sendEvent(line.lineId, 'sim-swapped', undefined, 3, time(30));
    await service.sendEvent(line.lineId, 'sim-swapped', undefined, 4, time(5));
    await call('DELETE', `/${id}`);
    await untilEnded(second);
    expect(arrived(second)).not.toContain('swapped');
  });

  it.each([
    ['owner-changed', { owner: { birthDate: '850505', genderDigit: '2' } }],
    ['terminated', undefined],
    ['ported-out', { newCarrier: 'KT' }],
  ])('ends with %s also where that comes after a later event, for what began before it alone', async (kind, data) => {
    const { receiver, service } = context;
    const line = await context.line();
    const [before, after] = [`/before-late-${kind}`, `/after-late-${kind}`];
    await subscribed(line.phoneNumber, { sink: receiver.url(before) });
    const time = new Date().toISOString();
    await subscribed(line.phoneNumber, { sink: receiver.url(after) });
    expect(await service.sendEvent(line.lineId, 'resumed', undefined, 2)).toBe('applied');
    expect(await service.sendEvent(line.lineId, kind, data, 1, { time })).toBe('stale');
    expect((await untilEnded(before)).event.data['terminationReason']).toBe('NETWORK_TERMINATED');
    await swap(line.lineId, 3);
    await receiver.got(after, `${TYPE}.swapped`);
    expect([arrived(before), arrived(after)]).toEqual([
      expect.not.arrayContaining(['swapped']),
      expect.not.arrayContaining(['NETWORK_TERMINATED']),
    ]);
  });

  it('of the token of a person names no number to anybody, and no other person’s token reaches it', async () => {
    const { receiver, service, subscriber, personalToken: token } = context;
    const path = '/personal';
    const { id, config } = await subscribed(undefined, { token, sink: receiver.url(path) });
    expect(config).toEqual({ subscriptionDetail: {} });
    await swap(subscriber.person.lineId, 1);
    const { event } = await receiver.got(path, `${TYPE}.swapped`, id);
    expect(event.data).toEqual({ subscriptionId: id });
    const shop = {
      id: await service.rows.clients.idOf('demo-shop'),
      clientId: 'demo-shop',
      scopes: [...CAMARA_SCOPES],
    };
    await service.rows.clients.limitStarts('demo-shop', 100_000);
    // Its reading is no question about the number, of which there are a hundred a day.
    for (let time = 0; time < 100; time += 10)
      await Promise.all(Array.from({ length: 10 }, () => call('GET', `/${id}`, { token })));
    expect((await call('GET', `/${id}`, { token })).status).toBe(200);
    // The client itself sees it, and may delete it, without the number.
    expect((await call('GET', `/${id}`, { token: context.token(shop) })).body['config']).toEqual(config);
    // What the client subscribed to by the number of another line is not that person’s.
    const other = await context.line();
    const named = await subscribed(other.phoneNumber, { token: context.token(shop) });
    expect(await idsOf(token)).toEqual([id]);
    for (const method of ['GET', 'DELETE'])
      expect([method, (await call(method, `/${named.id}`, { token })).body['code']]).toEqual([method, 'NOT_FOUND']);
    expect(await service.rows.customers.disclosuresOf(subscriber.subscriptionId)).toMatchObject([
      { api: 'sim-swap-subscriptions/create' },
      { api: 'sim-swap-subscriptions/swapped' },
    ]);
  });

  it('tells at once of a change of the last ten days where that is asked for, by a client that may ask for the date', async () => {
    const { receiver, service } = context;
    const [recent, old] = [await context.line({ sim: 200 }), await context.line({ sim: 300 })];
    const config = { initialEvent: true, subscriptionMaxEvents: 1 };
    const sink = (path: string) => ({ sink: receiver.url(path), config });
    const told = await subscribed(recent.phoneNumber, sink('/recent'));
    const { id, status } = await subscribed(old.phoneNumber, sink('/old'));
    expect([told.status, status]).toEqual(['EXPIRED', 'ACTIVE']);
    await untilEnded('/recent');
    const { event } = await receiver.got('/recent', `${TYPE}.swapped`);
    const hours = (Date.now() - Date.parse((event as unknown as { time: string }).time)) / 3_600_000;
    expect(Math.round(hours)).toBe(200);
    expect(await service.rows.customers.disclosedOfLine(recent.lineId)).toContain('sim-swap-subscriptions/swapped');
    expect((await call('GET', `/${id}`)).body).toMatchObject({ config: { initialEvent: true }, status: 'ACTIVE' });
    const token = context.token({ scopes: [CREATE, 'sim-swap:check'] });
    expect((await ask(old.phoneNumber, { token, config })).body['code']).toBe('PERMISSION_DENIED');
  });

  it('is listed in pages, and also where its key is lost, so that its client can delete it', async () => {
    const { phoneNumber } = await context.line();
    const [older, newer] = [await subscribed(phoneNumber), await subscribed(phoneNumber)];
    const page = await idsOf(undefined, `?before=${newer.id}`);
    expect([page.includes(older.id), page.includes(newer.id)]).toEqual([true, false]);
    expect((await call('GET', '?before=me')).body['code']).toBe('INVALID_ARGUMENT');
    await context.service.rows.swaps.takeSealed(older.id);
    expect(await idsOf()).toEqual(expect.arrayContaining([older.id, newer.id]));
    expect((await call('GET', `/${older.id}`)).body['config']).toEqual({ subscriptionDetail: {} });
    expect((await call('DELETE', `/${older.id}`)).status).toBe(204);
  });

  it('a client has five for one line at a time, also where it asks for all of them at once', async () => {
    const { phoneNumber } = await context.line();
    const asked = await Promise.all(Array.from({ length: 9 }, () => ask(phoneNumber)));
    const made = asked.filter(({ status }) => status === 201).map(({ body }) => body['id'] as string);
    for (const { status, body } of asked.filter((one) => one.status !== 201))
      expect([status, body['code']]).toEqual([429, 'QUOTA_EXCEEDED']);
    expect(new Set(made).size).toBe(5);
    expect((await ask(phoneNumber)).body['code']).toBe('QUOTA_EXCEEDED');
    await call('DELETE', `/${made[0]}`);
    await subscribed(phoneNumber);
    // One whose time is over makes room, also before the task that ends it has run.
    await context.service.rows.swaps.expire(made[1]!, 'expire_time');
    await subscribed(phoneNumber);
  });

  it('a client that lost the scope, or was disabled, is told nothing, and nothing is kept for one that was disabled', async () => {
    const { receiver, service } = context;
    const scopes = [...CAMARA_SCOPES];
    const line = await context.line();
    const ids = new Map<string, string>();
    for (const clientId of ['without-scope', 'disabled', 'as-before']) {
      const id = await service.rows.clients.register({ clientId, secret: 'a-secret-of-this-test', scopes });
      const token = context.token({ id, clientId, scopes });
      const made = await subscribed(line.phoneNumber, { token, sink: receiver.url(`/${clientId}`) });
      ids.set(clientId, made.id);
      await receiver.got(`/${clientId}`, `${TYPE}.subscription-started`);
      if (clientId === 'disabled') await service.rows.clients.disable(id);
      if (clientId === 'without-scope') await service.rows.clients.setScopes(clientId, ['sim-swap']);
    }
    await swap(line.lineId, 1);
    await receiver.got('/as-before', `${TYPE}.swapped`);
    expect([arrived('/disabled'), arrived('/without-scope')]).toEqual([
      ['subscription-started'],
      ['subscription-started'],
    ]);
    expect(await service.rows.customers.disclosedOfLine(line.lineId)).toHaveLength(4);
    const kept = (clientId: string) => service.rows.swaps.textOf(ids.get(clientId)!);
    await eventually('the end of what is kept', async () => (await kept('disabled')) === undefined);
    expect(await kept('without-scope')).toBeDefined();
  });
});

describe('what is refused', () => {
  it.each([
    ['INVALID_PROTOCOL', 'another protocol', { other: { protocol: 'AMQP' } }],
    [
      'INVALID_CREDENTIAL',
      'another credential',
      { credential: { credentialType: 'PLAIN', identifier: 'a', secret: 'b' } },
    ],
    ['INVALID_TOKEN', 'another type of token', { credential: { ...bearer('a'), accessTokenType: 'mac' } }],
    ['INVALID_ARGUMENT', 'half of a credential', { credential: { credentialType: 'ACCESSTOKEN', accessToken: 'a' } }],
    ['INVALID_ARGUMENT', 'a token with a line of its own', { credential: bearer('a\r\nx-other: b') }],
    [
      'INVALID_ARGUMENT',
      'a token that ends within two minutes',
      { credential: bearer('a', new Date(Date.now() + 60_000).toISOString()) },
    ],
    ['INVALID_ARGUMENT', 'a token that ends at no time', { credential: bearer('a', 'tomorrow') }],
    ['INVALID_ARGUMENT', 'a token that ends on 30 February', { credential: bearer('a', '2099-02-30T00:00:00Z') }],
    ['INVALID_ARGUMENT', 'no address', { sink: 'nowhere' }],
    ['INVALID_ARGUMENT', 'two types', { other: { types: [`${TYPE}.swapped`, `${TYPE}.swapped`] } }],
    ['INVALID_ARGUMENT', 'headers', { other: { protocolSettings: { headers: { 'x-other': 'b' } } } }],
    ['INVALID_ARGUMENT', 'an end in the past', { config: { subscriptionExpireTime: '2001-01-01T00:00:00Z' } }],
    ['INVALID_ARGUMENT', 'an end without a time zone', { config: { subscriptionExpireTime: '2099-01-01T00:00:00' } }],
    ['INVALID_ARGUMENT', 'an end on 30 February', { config: { subscriptionExpireTime: '2099-02-30T00:00:00Z' } }],
    ['INVALID_ARGUMENT', 'a number as its end', { config: { subscriptionExpireTime: 4_073_500_800 } }],
    ['OUT_OF_RANGE', 'no event', { config: { subscriptionMaxEvents: 0 } }],
    ['INVALID_ARGUMENT', 'half an event', { config: { subscriptionMaxEvents: 1.5 } }],
  ] as [string, string, Asked][])('%s answers a request with %s', async (code, _what, asked) => {
    expect((await ask(UNKNOWN, asked)).body).toEqual({ status: 400, code, message: expect.stringMatching(/^.{10,}$/) });
  });

  it.each([
    ['a private address', 'http://10.0.0.1/sink'],
    ['an address without TLS', 'http://sink.example.com/'],
    ['an address with a password', 'https://user:password@sink.example.com/'],
  ])('INVALID_SINK answers a request with %s, once the number was found', async (_what, sink) => {
    const { phoneNumber } = await context.line();
    expect((await ask(phoneNumber, { sink })).body).toEqual({
      status: 400,
      code: 'INVALID_SINK',
      message: expect.stringMatching(/^.{10,}$/),
    });
    expect((await ask(UNKNOWN, { sink })).body['code']).toBe('IDENTIFIER_NOT_FOUND');
  });

  it('ABORTED answers where the line is changed at the same moment', async () => {
    const { pool } = context.service.database;
    const line = await context.line();
    const other = await pool.connect();
    try {
      await other.query('BEGIN');
      await other.query('UPDATE lines SET version = version + 1 WHERE id = $1', [line.lineId]);
      const asked = ask(line.phoneNumber);
      const waiting = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
        AND query LIKE '%INSERT INTO swap_subscriptions%'`;
      await eventually('the request to wait', async () => (await pool.query(waiting)).rows.length > 0);
      await other.query('COMMIT');
      expect(await asked).toMatchObject({ status: 409, body: { code: 'ABORTED' } });
    } finally {
      other.release(true);
    }
  });

  it('answers tokens, numbers and addresses as the other APIs do', async () => {
    const { personalToken, service } = context;
    const scoped = (...scopes: string[]) => ({ token: context.token({ scopes }) });
    const id = randomUUID();
    const foreign = await service.addLine({ carrier: 'KT' });
    const ofAll = CAMARA_SCOPES.filter((one) => !one.startsWith('sim-swap-subscriptions'));
    const codes = async (...answers: Promise<Answer>[]) =>
      (await Promise.all(answers)).map((one) => `${one.status} ${String(one.body['code'])}`);
    expect(
      await codes(
        ask(UNKNOWN, scoped(...ofAll, 'sim-swap-subscriptions:read', 'sim-swap-subscriptions:delete')),
        call('GET', '', scoped(...ofAll, CREATE, 'sim-swap-subscriptions:delete')),
        call('GET', `/${id}`, scoped(...ofAll, CREATE, 'sim-swap-subscriptions:delete')),
        call('DELETE', `/${id}`, scoped(...ofAll, CREATE, 'sim-swap-subscriptions:read')),
        ask(UNKNOWN, { token: context.token({ test: true }) }),
      ),
    ).toEqual(Array.from({ length: 5 }, () => '403 PERMISSION_DENIED'));
    expect(
      await codes(
        ask(UNKNOWN, { token: 'no-token' }),
        ask(UNKNOWN),
        ask(foreign.phoneNumber),
        ask(undefined),
        ask(UNKNOWN, { token: personalToken }),
        call('GET', '/not-an-id'),
        call('GET', `/${id}`),
        call('PUT'),
      ),
    ).toEqual([
      '401 UNAUTHENTICATED',
      '404 IDENTIFIER_NOT_FOUND',
      '404 IDENTIFIER_NOT_FOUND',
      '422 MISSING_IDENTIFIER',
      '422 UNNECESSARY_IDENTIFIER',
      '404 NOT_FOUND',
      '404 NOT_FOUND',
      '405 METHOD_NOT_ALLOWED',
    ]);
  });
});

describe('a notification', () => {
  it('is sent again under its id while its receiver fails, and a receiver that is gone ends the subscription in silence', async () => {
    const { receiver, service } = context;
    const line = await context.line();
    receiver.reply('/failing', { status: 503 }, { status: 204 });
    receiver.reply('/gone', { status: 204 }, { status: 410 });
    await subscribed(line.phoneNumber, { sink: receiver.url('/failing') });
    const gone = await subscribed(line.phoneNumber, { sink: receiver.url('/gone') });
    await receiver.got('/gone', `${TYPE}.subscription-started`);
    await swap(line.lineId, 1);
    await eventually('the end of what is kept', async () => (await service.rows.swaps.textOf(gone.id)) === undefined);
    expect((await call('GET', `/${gone.id}`)).status).toBe(404);
    expect(arrived('/gone')).toEqual(['subscription-started', 'swapped']);
    await eventually('a second attempt', () => arrived('/failing').length === 3);
    const started = receiver.at('/failing', `${TYPE}.subscription-started`);
    const ids = receiver.at('/failing').map(({ event }) => (event as unknown as { id: string }).id);
    expect([ids.length, new Set(ids).size, started.length <= 2]).toEqual([3, 2, true]);
  });

  it('of a change comes before all that waits of its client, of which no more than eight are under way', async () => {
    const { service } = context;
    const scopes = [...CAMARA_SCOPES];
    const id = await service.rows.clients.register({ clientId: 'slow', secret: 'a-secret-of-this-test', scopes });
    const token = context.token({ id, clientId: 'slow', scopes });
    // Each subscription has a host of its own, which tells what of it is under way.
    const hosts = await Promise.all(Array.from({ length: 5 }, () => WebhookReceiver.start()));
    try {
      const made = await Promise.all(
        hosts.map(async (host) => subscribed((await context.line()).phoneNumber, { token, sink: host.url('/slow') })),
      );
      await eventually('nothing to be sent', async () =>
        (await Promise.all(made.map((one) => service.rows.swaps.waiting(one.id)))).every((waits) => waits.length === 0),
      );
      for (const host of hosts) host.reply('/slow', 'never');
      const [first, swapped, ...others] = made.map((one) => one.id);
      await service.rows.swaps.backlog([
        { id: first!, kind: 'started', count: 1 },
        ...others.map((one) => ({ id: one, kind: 'started' as const, count: 4 })),
        { id: swapped!, kind: 'swapped', count: 1 },
      ]);
      const open = () => hosts.map((host) => host.open.get('/slow')?.now ?? 0);
      await eventually('eight under way', () => open().reduce((sum, one) => sum + one) >= 8);
      expect(open()).toEqual([1, 1, 4, 2, 0]);
      hosts[0]!.release('/slow', 204);
      await eventually('another one', () => open()[3] === 3);
      // What another client is told shows that the service looked again.
      await subscribed((await context.line()).phoneNumber, { sink: context.receiver.url('/beside-slow') });
      await context.receiver.got('/beside-slow', `${TYPE}.subscription-started`);
      expect(open()).toEqual([0, 1, 4, 3, 0]);
    } finally {
      await service.rows.clients.disable(id);
      await Promise.all(hosts.map((host) => host.stop()));
    }
  });

  it('is sent at once, also while the receivers of as many clients hang as could take every place', async () => {
    const { receiver, service } = context;
    const scopes = [...CAMARA_SCOPES];
    const ids: string[] = [];
    // Each on a host of its own: connections to one are bounded too.
    const hosts = await Promise.all(Array.from({ length: 8 }, () => WebhookReceiver.start()));
    try {
      const hang = async (host: WebhookReceiver, at: number) => {
        const clientId = `hanging-${at}`;
        const id = await service.rows.clients.register({ clientId, secret: 'a-secret-of-this-test', scopes });
        ids.push(id);
        const asked = { token: context.token({ id, clientId, scopes }), sink: host.url('/hanging') };
        const made = await subscribed((await context.line()).phoneNumber, asked);
        await host.got('/hanging', `${TYPE}.subscription-started`);
        host.reply('/hanging', 'never');
        return { id: made.id, kind: 'swapped' as const, count: 8 };
      };
      await service.rows.swaps.backlog(await Promise.all(hosts.map(hang)));
      const open = () => hosts.map((host) => host.open.get('/hanging')?.now);
      const seven = hosts.map(() => 7);
      await eventually('seven of each', () => isDeepStrictEqual(open(), seven));
      await subscribed((await context.line()).phoneNumber, { sink: receiver.url('/beside-hanging') });
      await receiver.got('/beside-hanging', `${TYPE}.subscription-started`);
      // None of them had met its deadline.
      expect(open()).toEqual(seven);
    } finally {
      await Promise.all(ids.map((id) => service.rows.clients.disable(id)));
      await Promise.all(hosts.map((host) => host.stop()));
    }
  });

  it('that one process cannot decrypt is left to another one, or to the next start', async () => {
    const { receiver, service } = context;
    const line = await context.line();
    const path = '/unreadable';
    const { id } = await subscribed(line.phoneNumber, { sink: receiver.url(path) });
    await receiver.got(path, `${TYPE}.subscription-started`);
    await eventually('nothing to be sent', async () => (await service.rows.swaps.waiting(id)).length === 0);
    const sealed = await service.rows.swaps.takeSealed(id);
    await swap(line.lineId, 1);
    await eventually('an attempt', async () => (await service.rows.swaps.waiting(id))[0]?.attempts !== 0);
    expect(await service.rows.swaps.waiting(id)).toMatchObject([{ kind: 'swapped' }]);
    await service.rows.swaps.putSealed(id, sealed);
    await receiver.got(path, `${TYPE}.swapped`);
  });

  it('that nobody took in three days ends the subscription, which is told where the receiver comes back', async () => {
    const { receiver, service } = context;
    const line = await context.line();
    const path = '/away';
    receiver.reply(path, { status: 204 }, { status: 503 }, { status: 503 }, { status: 204 });
    const { id } = await subscribed(line.phoneNumber, { sink: receiver.url(path) });
    await receiver.got(path, `${TYPE}.subscription-started`);
    await eventually('nothing to be sent', async () => (await service.rows.swaps.waiting(id)).length === 0);
    await swap(line.lineId, 1);
    await eventually('an attempt', async () => {
      const [one] = await service.rows.swaps.waiting(id);
      return one?.attempts === 1 && (receiver.open.get(path)?.now ?? 0) === 0;
    });
    await service.rows.swaps.lastAttempt(id);
    expect((await untilEnded(path)).event.data['terminationReason']).toBe('NETWORK_TERMINATED');
    expect((await call('GET', `/${id}`)).status).toBe(404);
    expect(arrived(path)).toEqual(['subscription-started', 'swapped', 'swapped', 'NETWORK_TERMINATED']);
  });

  it('of a change is owed also where the receiver is gone for the end, which is sent after it', async () => {
    const { receiver } = context;
    const line = await context.line();
    const path = '/gone-for-the-end';
    receiver.reply(path, { status: 204 }, { status: 503 }, { status: 410 }, { status: 204 });
    await subscribed(line.phoneNumber, { sink: receiver.url(path), config: { subscriptionMaxEvents: 1 } });
    await receiver.got(path, `${TYPE}.subscription-started`);
    await swap(line.lineId, 1);
    await eventually('a second attempt', () => receiver.at(path).length === 4);
    expect(arrived(path)).toEqual(['subscription-started', 'swapped', 'MAX_EVENTS_REACHED', 'swapped']);
  });

  it('outlives the process that sends it', async () => {
    const { receiver, service } = context;
    const line = await context.line();
    receiver.reply('/hanging', { status: 204 }, 'never', { status: 204 });
    const { id } = await subscribed(line.phoneNumber, { sink: receiver.url('/hanging') });
    await receiver.got('/hanging', `${TYPE}.subscription-started`);
    await swap(line.lineId, 1);
    await eventually('a request without an answer', () => receiver.open.get('/hanging')?.now === 1);
    await service.process.kill();
    expect(await service.rows.swaps.waiting(id)).toEqual([{ kind: 'swapped', attempts: 1 }]);
    next = await startProcess(service.env);
    await service.rows.swaps.makeDue();
    await eventually('the second attempt', () => receiver.at('/hanging', `${TYPE}.swapped`).length === 2);
    await eventually('the end of it', async () => (await service.rows.swaps.waiting(id)).length === 0);
    // One that stops in order leaves at once to others what has no answer yet.
    receiver.reply('/hanging', 'never');
    await service.rows.swaps.backlog([{ id, kind: 'swapped', count: 1 }]);
    await eventually('a request without an answer', () => receiver.open.get('/hanging')?.now === 1);
    await next.stop();
    next = undefined;
    expect(await service.rows.swaps.due(id)).toEqual(['swapped']);
  });
});
