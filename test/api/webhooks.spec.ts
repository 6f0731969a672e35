import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { BANK } from '../support/authenticators.ts';
import { eventually } from '../support/eventually.ts';
import { expectFaults, expectProblem } from '../support/problem.ts';
import { TestService, type Answer } from '../support/service.ts';
import { verifyWebhook, WebhookReceiver } from '../support/webhook-receiver.ts';

let service: TestService;
let receiver: WebhookReceiver;

/** A client of whose events one is 31 days old from the beginning of these tests on, and one 29 days. */
const SECURITIES = { clientId: 'demo-securities' };
const aged = { old: '', young: '', before: '', disabled: '' };

beforeAll(async () => {
  [service, receiver] = await Promise.all([TestService.start({ WEBHOOK_MOST_EVENTS: '100' }), WebhookReceiver.start()]);
  aged.before = (await list('?after=', SECURITIES)).body.after!;
  const endpoint = await add(['*'], SECURITIES);
  // What is left there of an event that is no longer kept meets no run.
  aged.disabled = (await add(['window.closed'], SECURITIES)).id;
  await call('PATCH', `${ENDPOINTS}/${aged.disabled}`, { disabled: true }, SECURITIES);
  await service.rows.webhooks.lose(aged.disabled, 1, 31);
  for (const [which, days] of [
    ['old', 31],
    ['young', 29],
  ] as const) {
    const id = await sendTest(endpoint, 'test', SECURITIES);
    await attempted(id, 1, SECURITIES);
    aged[which] = await service.rows.webhooks.agePast(id, days);
  }
});
afterAll(async () => {
  await service.stop();
  await receiver.stop();
});
// One endpoint of the last test must not get the events of the next one.
beforeEach(() => service.rows.webhooks.clear(SECURITIES.clientId));

type Json = Record<string, unknown>;
type Options = Parameters<TestService['call']>[3];

const ENDPOINTS = '/v1/webhook-endpoints';
const EVENTS = '/v1/webhook-events';
const call = <Body = Json>(method: string, path: string, body?: object, options?: Options) =>
  service.call<Body>(method, path, body, options);
const newPath = () => `/${randomUUID()}`;

interface Endpoint extends Json {
  id: string;
  secret: string;
  path: string;
}

/** Adds an endpoint at a path of its own. */
async function add(types: string[] = ['*'], options: Options = {}, more: object = {}): Promise<Endpoint> {
  const path = newPath();
  const answer = await call('POST', ENDPOINTS, { url: receiver.url(path), types, ...more }, options);
  expect(answer.status).toBe(201);
  return { ...answer.body, path } as Endpoint;
}

/** Sends a test event; returns its id. */
async function sendTest({ id }: Endpoint, type = 'test', options: Options = {}): Promise<string> {
  const answer = await call<{ id: string }>('POST', `${ENDPOINTS}/${id}/test`, { type }, options);
  expect(answer.status).toBe(202);
  return answer.body.id;
}

const attemptsOf = async (eventId: string, options: Options = {}) =>
  (await call<{ attempts: Json[] }>('GET', `${EVENTS}/${eventId}/attempts`, undefined, options)).body.attempts;
const attempted = (eventId: string, count: number, options: Options = {}) =>
  eventually(`${count} attempts`, async () => {
    const attempts = await attemptsOf(eventId, options);
    return attempts.length >= count && attempts;
  });
interface Page extends Json {
  events: { id: string; type: string; timestamp: string; data: Json }[];
  cursor: string | null;
  after: string | null;
}
const list = (query = '', options: Options = {}): Promise<Answer<Page>> =>
  call<Page>('GET', `${EVENTS}${query}`, undefined, options);

/** Starts and cancels authentications of people whom nobody knows; returns the ids. */
async function cancelled(count: number, options: Options = {}): Promise<string[]> {
  const ids: string[] = [];
  for (let at = 0; at < count; at += 1) {
    await service.rows.budgets.clearStarts();
    const { id } = (
      await service.start({ phoneNumber: '+821099990000', birthDate: '900101', genderDigit: '1' }, options)
    ).body;
    expect((await call('DELETE', `/v1/authentications/${id}`, undefined, options)).status).toBe(204);
    ids.push(id);
  }
  return ids;
}

describe('endpoints', () => {
  it('POST /v1/webhook-endpoints answers the endpoint with its secret, which no other answer shows', async () => {
    const url = receiver.url('/hook');
    const { status, body } = await call('POST', ENDPOINTS, {
      url,
      types: ['authentication.verified', 'window.closed'],
      description: '결제',
    });
    expect(status).toBe(201);
    const seen = {
      id: expect.stringMatching(/^[\w-]{16,}$/),
      url,
      types: ['authentication.verified', 'window.closed'],
      description: '결제',
      disabled: false,
      disabledBy: null,
      failingSince: null,
      createdAt: expect.stringMatching(/Z$/),
    };
    expect(body).toEqual({ ...seen, secret: expect.stringMatching(/^whsec_[\w+/]{43}=$/) });
    expect((await call('GET', `${ENDPOINTS}/${String(body['id'])}`)).body).toEqual(seen);
    expect((await call('GET', ENDPOINTS)).body).toEqual([seen]);
    // The database has it in no readable form.
    const stored = await service.rows.webhooks.secretOf(String(body['id']));
    const bytes = Buffer.from(String(body['secret']).slice('whsec_'.length), 'base64');
    expect(stored.includes(bytes)).toBe(false);
  });

  it.each<[string, Json, string]>([
    ['without an address', { url: undefined }, '/url'],
    ['without types', { types: undefined }, '/types'],
    ['with no type', { types: [] }, '/types'],
    ['with an unknown type', { types: ['authentication.lost'] }, '/types'],
    ['with a type twice', { types: ['test', 'test'] }, '/types'],
    ['with types that are no list', { types: 'test' }, '/types'],
    ['with a description of two lines', { description: 'a\nb' }, '/description'],
    ['with a description of 201 characters', { description: 'a'.repeat(201) }, '/description'],
    ['with an unknown member', { secret: 'whsec_mine' }, '/secret'],
  ])('POST /v1/webhook-endpoints refuses an endpoint %s', async (_case, change, pointer) => {
    expectFaults(await call('POST', ENDPOINTS, { url: receiver.url('/hook'), types: ['*'], ...change }), pointer);
  });

  it.each([
    'http://shop.example/hook',
    'https://user:pass@shop.example/hook',
    'https://shop.example/hook#x',
    'https://shop.example:22/hook',
    'https://169.254.169.254/latest/meta-data',
    'http://2852039166/latest/meta-data',
    'https://0xa9.0xfe.0xa9.0xfe/latest',
    'https://[::ffff:10.0.0.1]/hook',
    'https://10.0.0.1/hook',
    'ftp://shop.example/hook',
    'nonsense',
  ])('POST /v1/webhook-endpoints refuses %s with webhook_url_refused, and so does PATCH', async (url) => {
    const errors = [{ pointer: '/url', detail: expect.stringMatching(/\S/) }];
    expectProblem(await call('POST', ENDPOINTS, { url, types: ['*'] }), 422, 'webhook_url_refused', { errors });
    const { id } = await add();
    expectProblem(await call('PATCH', `${ENDPOINTS}/${id}`, { url }), 422, 'webhook_url_refused', { errors });
  });

  it('a client has at most ten endpoints, also when it adds twelve at the same time', async () => {
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => call('POST', ENDPOINTS, { url: receiver.url(newPath()), types: ['*'] })),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(10);
    for (const answer of answers.filter(({ status }) => status !== 201))
      expectProblem(answer, 409, 'webhook_endpoint_limit');
    const [first] = (await call<{ id: string }[]>('GET', ENDPOINTS)).body;
    expect((await call('DELETE', `${ENDPOINTS}/${first!.id}`)).status).toBe(204);
    await add();
  });

  it('the same Idempotency-Key and body give the same endpoint and secret; another body is refused', async () => {
    const headers = { 'Idempotency-Key': randomUUID() };
    const body = { url: receiver.url('/once'), types: ['*'] };
    const [one, other] = [
      await call('POST', ENDPOINTS, body, { headers }),
      await call('POST', ENDPOINTS, body, { headers }),
    ];
    expect(other.body).toEqual(one.body);
    expect((await call<Json[]>('GET', ENDPOINTS)).body).toHaveLength(1);
    expectProblem(
      await call('POST', ENDPOINTS, { ...body, types: ['test'] }, { headers }),
      422,
      'idempotency_key_reused',
    );
    // The key of another client is another key.
    expect((await call('POST', ENDPOINTS, body, { ...BANK, headers })).body['id']).not.toBe(one.body['id']);
  });

  it('one key makes one secret, also when it rotates two endpoints at the same time', async () => {
    const endpoints = [await add(), await add()];
    const options = { headers: { 'Idempotency-Key': randomUUID() } };
    const rotated = await Promise.all(
      endpoints.map(({ id }) => call('POST', `${ENDPOINTS}/${id}/secret/rotate`, {}, options)),
    );
    expectProblem(
      rotated.find(({ status }) => status !== 200)!,
      422,
      'idempotency_key_reused',
    );
    expect(rotated.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  it('PATCH changes what is given and leaves the rest', async () => {
    const { id, path } = await add(['test'], {}, { description: 'first' });
    const changed = await call('PATCH', `${ENDPOINTS}/${id}`, { types: ['authentication.verified'] });
    expect(changed.status).toBe(200);
    expect(changed.body).toMatchObject({
      types: ['authentication.verified'],
      description: 'first',
      url: receiver.url(path),
    });
    expect((await call('PATCH', `${ENDPOINTS}/${id}`, { description: '' })).body).toMatchObject({ description: null });
    expectFaults(await call('PATCH', `${ENDPOINTS}/${id}`, { types: [] }), '/types');
  });

  it('PATCH with null removes the description, and is refused for what an endpoint cannot be without', async () => {
    const { id, path } = await add(['test'], {}, { description: 'first' });
    const patch = (body: object) => call('PATCH', `${ENDPOINTS}/${id}`, body);
    for (const name of ['url', 'types', 'disabled']) expectFaults(await patch({ [name]: null }), `/${name}`);
    expect((await patch({})).body).toMatchObject({ description: 'first', url: receiver.url(path), disabled: false });
    expect((await patch({ description: null })).body).toMatchObject({ description: null, types: ['test'] });
  });

  it('every client reaches its own endpoints, events and attempts, and no other client’s', async () => {
    const endpoint = await add();
    const eventId = await sendTest(endpoint);
    await receiver.got(endpoint.path, 'test');
    const path = `${ENDPOINTS}/${endpoint.id}`;
    const since = { since: '2020-01-01T00:00:00Z' };
    expect((await call('GET', ENDPOINTS, undefined, BANK)).body).toEqual([]);
    expect((await list('', BANK)).body.events).toEqual([]);
    expect((await list('?after=', BANK)).body.events).toEqual([]);
    for (const [method, tail, body] of [
      ['GET', '', undefined],
      ['PATCH', '', { disabled: true }],
      ['DELETE', '', undefined],
      ['POST', '/secret/rotate', {}],
      ['POST', '/test', { type: 'test' }],
      ['POST', '/recover', since],
      ['POST', '/replay-missing', since],
    ] as const)
      expectProblem(await call(method, path + tail, body, BANK), 404, 'webhook_endpoint_not_found');
    const own = await add(['*'], BANK);
    for (const [method, tail, body] of [
      ['GET', '/attempts', undefined],
      ['POST', '/resend', { endpointId: own.id }],
    ] as const)
      expectProblem(await call(method, `${EVENTS}/${eventId}${tail}`, body, BANK), 404, 'webhook_event_not_found');
    expectProblem(await list(`?after=${eventId}`, BANK), 404, 'webhook_event_not_found');
    expectProblem(
      await call('POST', `${EVENTS}/${eventId}/resend`, { endpointId: own.id }),
      404,
      'webhook_endpoint_not_found',
    );
    expect((await call('GET', path)).status).toBe(200);
    expect(receiver.at(own.path)).toEqual([]);
  });

  it('an id that is none is unknown, and a client of the carrier has no webhooks', async () => {
    expectProblem(await call('GET', `${ENDPOINTS}/none`), 404, 'webhook_endpoint_not_found');
    expectProblem(await call('GET', `${EVENTS}/none/attempts`), 404, 'webhook_event_not_found');
    expectProblem(await call('GET', ENDPOINTS, undefined, { scope: 'carrier' }), 403, 'insufficient_scope');
  });
});

describe('what is sent', () => {
  it('a webhook is signed as Standard Webhooks has it, and its library accepts it', async () => {
    const endpoint = await add();
    const id = await sendTest(endpoint, 'authentication.verified');
    const received = await receiver.got(endpoint.path, 'authentication.verified');
    expect(received.method).toBe('POST');
    expect(received.headers).toMatchObject({
      'content-type': 'application/json',
      'user-agent': 'Pushguard-Webhooks/1',
      'webhook-id': id,
      'webhook-timestamp': expect.stringMatching(/^\d{10}$/),
      'webhook-signature': expect.stringMatching(/^v1,[\w+/]{43}=$/),
    });
    expect(id).toMatch(/^msg_[\da-zA-Z]{26,}$/);
    expect(verifyWebhook(received, endpoint.secret)).toEqual({
      type: 'authentication.verified',
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      data: expect.objectContaining({ state: 'verified', test: true }),
    });
    expect(() =>
      verifyWebhook({ ...received, body: received.body.replace('verified', 'declined') }, endpoint.secret),
    ).toThrow();
    const attempts = await attempted(id, 1);
    expect(attempts).toEqual([
      {
        endpointId: endpoint.id,
        attempt: 1,
        at: expect.stringMatching(/Z$/),
        ms: expect.any(Number),
        outcome: 'accepted',
        status: 204,
        fault: null,
        response: '',
      },
    ]);
  });

  it('after a rotation both secrets sign, and without a grace the new one alone', async () => {
    const endpoint = await add();
    const rotate = (body: object, headers = {}) =>
      call<{ secret: string; formerSecretUntil: string }>('POST', `${ENDPOINTS}/${endpoint.id}/secret/rotate`, body, {
        headers,
      });
    const headers = { 'Idempotency-Key': randomUUID() };
    const first = await rotate({}, headers);
    expect(first.status).toBe(200);
    expect((await rotate({}, headers)).body.secret).toBe(first.body.secret);
    expect(first.body.secret).not.toBe(endpoint.secret);
    await sendTest(endpoint);
    const signedTwice = await receiver.got(endpoint.path, 'test');
    expect(String(signedTwice.headers['webhook-signature']).split(' ')).toHaveLength(2);
    verifyWebhook(signedTwice, endpoint.secret);
    verifyWebhook(signedTwice, first.body.secret);

    const second = (await rotate({ gracePeriodHours: 0 })).body.secret;
    await sendTest(endpoint, 'endpoint.disabled');
    const signed = await receiver.got(endpoint.path, 'endpoint.disabled');
    verifyWebhook(signed, second);
    // Nor does the first one of all, which had its grace still: without a grace there is one secret.
    expect(() => verifyWebhook(signed, endpoint.secret)).toThrow();
    expect(() => verifyWebhook(signed, first.body.secret)).toThrow();
    expectFaults(await rotate({ gracePeriodHours: 169 }), '/gracePeriodHours');
    const path = `${ENDPOINTS}/${endpoint.id}/secret/rotate`;
    expect((await call('POST', path)).status).toBe(200);
  });

  it('an endpoint gets the types that it chose, and one that chose * gets all', async () => {
    const [all, chosen, other] = [
      await add(['*']),
      await add(['authentication.cancelled']),
      await add(['window.closed']),
    ];
    const [id] = await cancelled(1);
    const received = await receiver.got(chosen.path, 'authentication.cancelled', id);
    expect(received.event.data).toEqual({ id, state: 'cancelled', channel: 'sms', closedAt: received.event.timestamp });
    const same = await receiver.got(all.path, 'authentication.cancelled', id);
    expect(same.body).toBe(received.body);
    expect(same.headers['webhook-id']).toBe(received.headers['webhook-id']);
    expect(receiver.at(other.path)).toEqual([]);
  });

  it('a failed event comes again with the same webhook-id and body, five seconds later at first', async () => {
    const endpoint = await add();
    receiver.reply(
      endpoint.path,
      { status: 500, body: '문제\0' + 'x'.repeat(3_000) },
      { status: 302, headers: { location: '/' } },
      { status: 200 },
    );
    const id = await sendTest(endpoint);
    const [first] = await attempted(id, 1);
    expect(first).toMatchObject({ attempt: 1, outcome: 'failed', status: 500 });
    expect(Buffer.byteLength(String(first!['response']))).toBeLessThanOrEqual(1_024 + 3);
    expect(String(first!['response'])).toMatch(/^문제\ufffdx/);
    expect((await call('GET', `${ENDPOINTS}/${endpoint.id}`)).body['failingSince']).toMatch(/Z$/);
    const second = (await attempted(id, 2))[0]!;
    expect(second).toMatchObject({ attempt: 2, outcome: 'failed', status: 302 });
    const wait = Date.parse(String(second['at'])) - Date.parse(String(first!['at']));
    expect(wait).toBeGreaterThanOrEqual(4_000);
    // What is left of an event that is no longer kept is due before the others. It holds up none of them.
    await service.rows.webhooks.lose(endpoint.id, 1);
    await eventually('the lost one to be gone', async () => (await service.rows.webhooks.waiting(endpoint.id)) === 1);
    // The third attempt is minutes away.
    await service.rows.webhooks.hurry(endpoint.id);
    expect((await attempted(id, 3))[0]).toMatchObject({ attempt: 3, outcome: 'accepted', status: 200 });
    const sent = receiver.at(endpoint.path);
    expect(new Set(sent.map(({ headers }) => headers['webhook-id']))).toEqual(new Set([id]));
    expect(new Set(sent.map(({ body }) => body)).size).toBe(1);
    for (const one of sent) verifyWebhook(one, endpoint.secret);
    await eventually('the endpoint to work', async () => {
      return (await call('GET', `${ENDPOINTS}/${endpoint.id}`)).body['failingSince'] === null;
    });
  });

  it('after the tenth attempt an event is given up, and recover sends it again', async () => {
    const endpoint = await add();
    receiver.reply(endpoint.path, { status: 500 }, { status: 500 }, { status: 204 });
    const [authentication] = await cancelled(1);
    const id = (await receiver.got(endpoint.path, 'authentication.cancelled', authentication)).headers['webhook-id'];
    await attempted(String(id), 1);
    await service.rows.webhooks.hurry(endpoint.id, 9);
    expect((await attempted(String(id), 2))[0]).toMatchObject({ attempt: 10, outcome: 'failed' });
    await eventually('nothing to wait', async () => (await service.rows.webhooks.waiting(endpoint.id)) === 0);

    const span = { since: new Date(Date.now() - 60_000).toISOString() };
    const recovered = await call('POST', `${ENDPOINTS}/${endpoint.id}/recover`, span);
    expect(recovered.status).toBe(202);
    expect(recovered.body).toEqual({ events: 1, next: null });
    expect((await attempted(String(id), 3))[0]).toMatchObject({ attempt: 1, outcome: 'accepted' });
    expect((await call('POST', `${ENDPOINTS}/${endpoint.id}/recover`, span)).body).toEqual({ events: 0, next: null });
    expectFaults(await call('POST', `${ENDPOINTS}/${endpoint.id}/recover`, { since: 'yesterday' }), '/since');
    expectFaults(await call('POST', `${ENDPOINTS}/${endpoint.id}/recover`, {}), '/since');
    const impossible = { since: '2026-11-28T00:00:00Z', until: '2026-02-30T00:00:00Z' };
    expectFaults(await call('POST', `${ENDPOINTS}/${endpoint.id}/recover`, impossible), '/until');
  });

  it('Retry-After pauses the endpoint: what comes meanwhile is not tried before', async () => {
    const endpoint = await add();
    receiver.reply(endpoint.path, { status: 429, headers: { 'retry-after': '1' } }, { status: 204 });
    const first = await sendTest(endpoint);
    const [refused] = await attempted(first, 1);
    const second = await sendTest(endpoint);
    const [later] = await attempted(second, 1);
    expect(later).toMatchObject({ outcome: 'accepted' });
    const wait = Date.parse(String(later!['at'])) - Date.parse(String(refused!['at']));
    expect(wait).toBeGreaterThanOrEqual(1_000);
  });

  it('an endpoint that answers 410 is disabled at once, and the others of the client are told', async () => {
    const [gone, other] = [await add(), await add(['endpoint.disabled'])];
    receiver.reply(gone.path, { status: 410 });
    await sendTest(gone);
    const { event } = await receiver.got(other.path, 'endpoint.disabled', gone.id);
    expect(event.data).toEqual({ endpointId: gone.id, reason: 'gone' });
    expect((await call('GET', `${ENDPOINTS}/${gone.id}`)).body).toMatchObject({ disabled: true, disabledBy: 'gone' });
    expectProblem(
      await call('POST', `${ENDPOINTS}/${gone.id}/test`, { type: 'test' }),
      409,
      'webhook_endpoint_disabled',
    );
    expect(receiver.at(gone.path, 'endpoint.disabled')).toEqual([]);
  });

  it('what a former address answers does not disable the endpoint at its new one', async () => {
    const [endpoint, path] = [await add(), newPath()];
    receiver.reply(endpoint.path, 'never');
    const first = await sendTest(endpoint);
    await eventually('a request without an answer', () => receiver.open.get(endpoint.path)?.now === 1);
    expect((await call('PATCH', `${ENDPOINTS}/${endpoint.id}`, { url: receiver.url(path) })).status).toBe(200);
    receiver.release(endpoint.path, 410);
    expect((await attempted(first, 1))[0]).toMatchObject({ status: 410 });
    expect((await attempted(await sendTest(endpoint), 1))[0]).toMatchObject({ outcome: 'accepted' });
    expect(receiver.at(path)).toHaveLength(1);
    const { body } = await call('GET', `${ENDPOINTS}/${endpoint.id}`);
    expect(body).toMatchObject({ disabled: false, failingSince: null });
    // The event that met the former address is not lost.
    expect((await attempted(first, 2))[0]).toMatchObject({ outcome: 'accepted' });
  });

  it.each<[string, boolean, (endpoint: Endpoint, path: string) => Promise<Answer>]>([
    ['deletes', false, ({ id }) => call('DELETE', `${ENDPOINTS}/${id}`)],
    ['disables', false, ({ id }) => call('PATCH', `${ENDPOINTS}/${id}`, { disabled: true })],
    ['moves', true, ({ id }, path) => call('PATCH', `${ENDPOINTS}/${id}`, { url: receiver.url(path) })],
  ])('a client that %s a slow endpoint gets next to nothing more there', async (_case, moves, change) => {
    const [endpoint, path] = [await add(), newPath()];
    receiver.reply(endpoint.path, { status: 204, afterMs: 250 });
    await service.rows.webhooks.queue(endpoint.id, 40);
    await eventually('the first requests', () => receiver.at(endpoint.path).length >= 6);
    expect((await change(endpoint, path)).status).toBeLessThan(300);
    const before = receiver.at(endpoint.path).length;
    if (moves) await eventually('the others', () => receiver.at(path).length + receiver.at(endpoint.path).length >= 40);
    else await eventually('the end of the run', async () => !(await service.rows.webhooks.isServed(endpoint.id)));
    // Four that were under way and had not arrived, and in half a second two more in each of four lanes.
    expect(receiver.at(endpoint.path).length - before).toBeLessThanOrEqual(12);
    expect(receiver.open.get(endpoint.path)!.most).toBeLessThanOrEqual(4);
  });

  it('a secret that is replaced without a grace soon signs nothing more of a run that is under way', async () => {
    const endpoint = await add();
    receiver.reply(endpoint.path, { status: 204, afterMs: 250 });
    await service.rows.webhooks.queue(endpoint.id, 40);
    await eventually('the first requests', () => receiver.at(endpoint.path).length >= 6);
    const rotated = await call<{ secret: string }>('POST', `${ENDPOINTS}/${endpoint.id}/secret/rotate`, {
      gracePeriodHours: 0,
    });
    const before = receiver.at(endpoint.path).length;
    const all = await eventually('all of them', () => {
      const received = receiver.at(endpoint.path);
      return received.length === 40 && received;
    });
    for (const one of all.slice(before + 12)) verifyWebhook(one, rotated.body.secret);
    expect(receiver.open.get(endpoint.path)!.most).toBeLessThanOrEqual(4);
  });

  it('an endpoint that failed for five days is disabled, and enabled again by its client', async () => {
    const [failing, other] = [await add(), await add(['endpoint.disabled'])];
    receiver.reply(failing.path, { status: 503 }, { status: 503 }, { status: 204 });
    const first = await sendTest(failing);
    await attempted(first, 1);
    await service.rows.webhooks.age(failing.id, 119);
    await attempted(await sendTest(failing), 1);
    await service.rows.webhooks.age(failing.id, 121);
    receiver.reply(failing.path, { status: 503 });
    await sendTest(failing);
    const { event } = await receiver.got(other.path, 'endpoint.disabled', failing.id);
    expect(event.data).toEqual({ endpointId: failing.id, reason: 'failures' });

    receiver.reply(failing.path, { status: 204 });
    const enabled = await call('PATCH', `${ENDPOINTS}/${failing.id}`, { disabled: false });
    expect(enabled.body).toMatchObject({ disabled: false, disabledBy: null, failingSince: null });
    expect((await attempted(await sendTest(failing), 1))[0]).toMatchObject({ outcome: 'accepted' });
  });

  it('an endpoint for which very many events wait is disabled without a change to all of them', async () => {
    const endpoint = await add();
    receiver.reply(endpoint.path, 'never');
    await sendTest(endpoint);
    await eventually('a request without an answer', () => receiver.open.get(endpoint.path)?.now === 1);
    await service.rows.webhooks.lose(endpoint.id, 5_000);
    expect((await call('PATCH', `${ENDPOINTS}/${endpoint.id}`, { disabled: true })).status).toBe(200);
    expect(await service.rows.webhooks.postponed(endpoint.id)).toBe(500);
    receiver.release(endpoint.path, 204);
    await eventually('its answer', async () => (await service.rows.webhooks.waiting(endpoint.id)) === 5_000);
  });

  it('a disabled endpoint gets nothing, and replay-missing sends what it missed, of its types alone', async () => {
    const endpoint = await add(['authentication.cancelled']);
    await call('PATCH', `${ENDPOINTS}/${endpoint.id}`, { disabled: true });
    const since = new Date(Date.now() - 60_000).toISOString();
    const ids = await cancelled(3);
    const other = await add(['test']);
    await sendTest(other);
    await call('PATCH', `${ENDPOINTS}/${endpoint.id}`, { disabled: false });
    const replayed = await call('POST', `${ENDPOINTS}/${endpoint.id}/replay-missing`, { since });
    expect(replayed.status).toBe(202);
    expect(replayed.body).toEqual({ events: 3, next: null });
    for (const id of ids) await receiver.got(endpoint.path, 'authentication.cancelled', id);
    expect(receiver.at(endpoint.path, 'test')).toEqual([]);
    expect((await call('POST', `${ENDPOINTS}/${endpoint.id}/replay-missing`, { since })).body).toEqual({
      events: 0,
      next: null,
    });
  });

  it('an event that was accepted is sent again on demand, with the same webhook-id, and to an endpoint of any types', async () => {
    const [endpoint, other] = [await add(), await add(['window.closed'])];
    const [authentication] = await cancelled(1);
    const first = await receiver.got(endpoint.path, 'authentication.cancelled', authentication);
    const id = String(first.headers['webhook-id']);
    for (const endpointId of [endpoint.id, other.id]) {
      const resent = await call('POST', `${EVENTS}/${id}/resend`, { endpointId });
      expect(resent.status).toBe(202);
      expect(resent.body).toEqual({ id });
    }
    await eventually('the second one', () => receiver.at(endpoint.path).length === 2);
    const again = await receiver.got(other.path, 'authentication.cancelled');
    expect(again.body).toBe(first.body);
    expect(again.headers['webhook-id']).toBe(id);
    verifyWebhook(again, other.secret);
    // An event that is deleted in the same moment is not sent again, and leaves nothing to be sent.
    const resent = await service.rows.webhooks.whileItGoes(service.database.pool, id, async (isWaiting) => {
      const sent = call('POST', `${EVENTS}/${id}/resend`, { endpointId: other.id });
      await eventually('the request to wait', isWaiting);
      return { sent };
    });
    expectProblem(await resent.sent, 404, 'webhook_event_not_found');
    expect(await service.rows.webhooks.waiting(other.id)).toBe(0);
  });

  it('an address that answers nobody fails with a fault, and no more is told about it', async () => {
    const answer = await call('POST', ENDPOINTS, { url: 'http://127.0.0.1:1025/hook', types: ['*'] });
    const id = await sendTest(answer.body as Endpoint);
    expect((await attempted(id, 1))[0]).toMatchObject({
      outcome: 'failed',
      status: null,
      fault: 'connection',
      response: null,
    });
  });

  it('at most sixty test events a minute are sent for one client', async () => {
    const endpoint = await add();
    await service.rows.budgets.clearForms();
    const one = () => call('POST', `${ENDPOINTS}/${endpoint.id}/test`, { type: 'test' });
    const atOnce = await Promise.all(Array.from({ length: 70 }, one));
    expect(atOnce.filter(({ status }) => status === 202)).toHaveLength(60);
    const refused = await one();
    expectProblem(refused, 429, 'too_many_requests');
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(receiver.open.get(endpoint.path)?.most ?? 0).toBeLessThanOrEqual(4);
  });
});

describe('limits of one client', () => {
  it('spans of events are sent again ten times a minute, failed and missing ones together', async () => {
    const endpoint = await add(['*'], BANK);
    const replay = (which: string, options: Options = BANK, { id } = endpoint) =>
      call('POST', `${ENDPOINTS}/${id}/${which}`, { since: '2026-01-01T00:00:00Z' }, options);
    const asked = await Promise.all(
      Array.from({ length: 10 }, (_, at) => replay(at % 2 ? 'recover' : 'replay-missing')),
    );
    expect(asked.map(({ status }) => status)).toEqual(new Array(10).fill(202));
    for (const which of ['recover', 'replay-missing']) {
      const refused = await replay(which);
      expectProblem(refused, 429, 'too_many_requests');
      expect(refused.body).toMatchObject({ detail: expect.stringContaining('at most 10 times in a minute') });
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(Number(refused.headers.get('retry-after'))).toBeLessThanOrEqual(60);
    }
    // Another client has its own.
    expect((await replay('recover', {}, await add())).status).toBe(202);
  });

  it('single events are sent again sixty times a minute, and a request that fails counts for nothing', async () => {
    const endpoint = await add(['*'], BANK);
    const id = await sendTest(endpoint, 'test', BANK);
    const resend = (eventId: string) => call('POST', `${EVENTS}/${eventId}/resend`, { endpointId: endpoint.id }, BANK);
    for (let times = 0; times < 5; times += 1) {
      expectProblem(await resend(`msg_${'0'.repeat(32)}`), 404, 'webhook_event_not_found');
    }
    const asked = await Promise.all(Array.from({ length: 60 }, () => resend(id)));
    expect(asked.map(({ status }) => status)).toEqual(new Array(60).fill(202));
    const refused = await resend(id);
    expectProblem(refused, 429, 'too_many_requests');
    expect(refused.body).toMatchObject({ detail: expect.stringContaining('60 events') });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  });
});

describe('GET /v1/webhook-events', () => {
  it('nothing is recorded of a client that has no endpoint and never read its events', async () => {
    await cancelled(2);
    expect(await service.rows.webhooks.recorded('demo-shop')).toBe(0);
  });

  it('events are recorded from the first reading on, and the log has the last first', async () => {
    expect((await list()).body).toEqual({ events: [], cursor: null, after: null });
    const ids = await cancelled(3);
    const { status, body } = await list();
    expect(status).toBe(200);
    expect(body.events.map(({ data }) => data['id'])).toEqual([...ids].reverse());
    expect(body.events[0]).toEqual({
      id: expect.stringMatching(/^msg_[\da-f]{32}$/),
      type: 'authentication.cancelled',
      timestamp: expect.stringMatching(/Z$/),
      data: { id: ids[2], state: 'cancelled', channel: 'sms', closedAt: body.events[0]!.timestamp },
    });
    const first = await list('?limit=2');
    expect(first.body.events).toHaveLength(2);
    const rest = await list(`?limit=2&cursor=${first.body.cursor}`);
    expect(rest.body).toMatchObject({ events: [{ data: { id: ids[0] } }], cursor: null });

    expect((await list('?type=authentication.verified')).body.events).toEqual([]);
    expect((await list('?type=authentication.cancelled')).body.events).toHaveLength(3);
    const middle = encodeURIComponent(body.events[1]!.timestamp);
    expect((await list(`?since=${middle}`)).body.events).toHaveLength(2);
    expect((await list(`?until=${middle}`)).body.events).toHaveLength(1);
  });

  it('the feed has the first event first, and goes on behind the place or the id that it is given', async () => {
    const beginning = (await list('?after=')).body;
    expect(beginning).toEqual({ events: [], cursor: null, after: expect.stringMatching(/./) });
    const ids = await cancelled(3);
    const read = async (after: string, count: number) =>
      eventually(`${count} events`, async () => {
        const { body } = await list(`?after=${after}`);
        return body.events.length === count && body;
      });
    const all = await read('', 3);
    expect(all.events.map(({ data }) => data['id'])).toEqual(ids);
    expect((await read(beginning.after!, 3)).events).toEqual(all.events);
    expect((await read(all.events[0]!.id, 2)).events).toEqual(all.events.slice(1));
    const end = (await list(`?after=${all.after}`)).body;
    expect(end).toEqual({ events: [], cursor: null, after: all.after });
    const [next] = await cancelled(1);
    expect((await read(end.after!, 1)).events[0]!.data['id']).toBe(next);
    expect((await list('?after=&limit=1')).body.events).toHaveLength(1);
  });

  it('a reader of the feed misses no event, however the transactions that record them overlap', async () => {
    await list('?after=');
    const client = await service.database.pool.connect();
    const record = (marker: string) =>
      client.query(
        `INSERT INTO webhook_events (client_id, epoch, type, happened_at, data)
           SELECT id, 0, 'test', now(), jsonb_build_object('marker', $1::text) FROM clients WHERE client_id = 'demo-shop'`,
        [marker],
      );
    try {
      await client.query('BEGIN');
      await record('slow');
      const [quick] = await cancelled(1);
      // The quick one is committed and not told yet, because the slow one may still commit before it.
      expect((await list()).body.events[0]!.data['id']).toBe(quick);
      const waiting = (await list('?after=')).body;
      expect(waiting.events).toEqual([]);
      await client.query('COMMIT');
      const told = await eventually('both', async () => {
        const { body } = await list(`?after=${waiting.after}`);
        return body.events.length === 2 && body.events;
      });
      expect(told.map(({ data }) => data['marker'] ?? data['id'])).toEqual(['slow', quick]);
    } finally {
      client.release();
    }
  });

  it('after a restore of the database the feed goes on behind what it had', async () => {
    await list('?after=');
    await cancelled(1);
    const before = await eventually('an event', async () => {
      const { body } = await list('?after=');
      return body.events.length === 1 && body;
    });
    // PostgreSQL numbers transactions from below: as if the event had been recorded by a far later one.
    await service.database.pool.query('UPDATE webhook_events SET transaction = transaction + 1000000000');
    await service.database.pool.query('UPDATE journal_mark SET epoch = epoch + 1');
    // The backup is older than the first reading.
    await service.database.pool.query(
      `DELETE FROM webhook_listeners WHERE client_id = (SELECT id FROM clients WHERE client_id = 'demo-shop')`,
    );
    await list();
    const [next] = await cancelled(1);
    const told = await eventually('the next event', async () => {
      const { body } = await list(`?after=${before.events[0]!.id}`);
      return body.events.length === 1 && body.events;
    });
    expect(told[0]!.data['id']).toBe(next);
    expect((await list('?after=')).body.events).toHaveLength(2);
  });

  it('a place behind the end of the feed, which a restored database does not have, is refused with the way out', async () => {
    await list('?after=');
    const epochs = (by: number) => service.database.pool.query('UPDATE webhook_listeners SET epoch = epoch + $1', [by]);
    await epochs(1);
    await cancelled(1);
    const { after, events } = await eventually('an event', async () => {
      const { body } = await list('?after=');
      return body.events.length === 1 && body;
    });
    expect((await list(`?after=${after!}`)).body).toMatchObject({ events: [], after });
    await epochs(-1);
    const refused = await list(`?after=${after!}`);
    expectProblem(refused, 404, 'webhook_event_not_found');
    expect(refused.body).toMatchObject({ detail: expect.stringContaining('empty after') });
    await service.database.pool.query('DELETE FROM webhook_events WHERE id = $1', [events[0]!.id.slice(4)]);
    expectProblem(await list(`?after=${events[0]!.id}`), 404, 'webhook_event_not_found');
    expect((await list('?after=')).status).toBe(200);
  });

  it.each([
    ['type', '?type=nothing'],
    ['since', '?since=yesterday'],
    ['until', '?until=2026-11-28'],
    ['since', '?since=2026-13-45T00:00:00Z'],
    ['until', '?until=2026-11-28T25:00:00Z'],
    ['limit', '?limit=0'],
    ['limit', '?limit=501'],
    ['cursor', '?cursor=xyz'],
    ['after', '?after=xyz'],
    ['since', '?after=&since=2026-01-01T00:00:00Z'],
    ['until', '?after=&until=2026-01-01T00:00:00Z'],
    ['cursor', '?after=&cursor=xyz'],
    ['page', '?page=2'],
  ])('a %s that cannot be read is refused (%#)', async (name, query) => {
    expectFaults(await list(query), `/${name}`);
  });

  it('events are removed with their attempts when they are thirty days old, and not before', async () => {
    const kept = await eventually('the old one to be gone', async () => {
      const { events } = (await list('', SECURITIES)).body;
      return events.length === 1 && events[0]!.id;
    });
    expect(kept).toBe(aged.young);
    expect(await attemptsOf(kept, SECURITIES)).toHaveLength(1);
    await eventually(
      'nothing of a lost one to be left',
      async () => (await service.rows.webhooks.waiting(aged.disabled)) === 0,
    );
    // A reader that had come to a place before it has missed it, and learns so. One that begins anew has not.
    expectProblem(await list(`?after=${aged.before}`, SECURITIES), 404, 'webhook_event_not_found');
    const { after } = (await list('?after=', SECURITIES)).body;
    expect((await list(`?after=${after!}`, SECURITIES)).body).toMatchObject({ events: [], after });
    expectProblem(
      await call('GET', `${EVENTS}/${aged.old}/attempts`, undefined, SECURITIES),
      404,
      'webhook_event_not_found',
    );
  });

  it('of more events than a client may have the newest are kept, and the feed tells a reader that it missed some', async () => {
    await list('?after=');
    await service.rows.webhooks.record('demo-shop', 30);
    const first = await eventually('the first events', async () => {
      const { body } = await list('?after=&limit=20');
      return body.events.length === 20 && body;
    });
    await service.rows.webhooks.record('demo-shop', 90);
    const all = async () => (await list('?after=&limit=500')).body;
    const kept = await eventually('the oldest to be gone', async () => {
      const page = await all();
      return page.events.length === 100 && page;
    });
    const read = new Set(first.events.map(({ id }) => id));
    expect(kept.events.filter(({ id }) => read.has(id))).toEqual([]);
    expectProblem(await list(`?after=${first.events[18]!.id}`), 404, 'webhook_event_not_found');
    // The last one that this reader had is gone, and none behind it.
    expect((await list(`?after=${first.after!}&limit=500`)).body.events).toHaveLength(100);
    await service.rows.webhooks.record('demo-shop', 1);
    await eventually('another one to be gone', async () => (await list(`?after=${first.after!}`)).status === 404);
    expect((await list(`?after=${kept.after!}`)).body.events).toHaveLength(1);
    expect((await all()).events).toHaveLength(100);
  });
});
