import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { inspect } from 'node:util';
import { exportJWK, exportPKCS8, generateKeyPair } from 'jose';
import { PROBLEM_CATALOGUE } from '../../src/http/problem-catalogue.ts';
import { PROBLEM_CODES, type PushguardError } from '../../src/sdk/pushguard-error.ts';
import {
  Pushguard,
  verifyWebhook,
  windowOfReturn,
  type CallOptions,
  type PushguardOptions,
  type WebhookEvent,
} from '../../src/sdk/pushguard.ts';
import { EVENT_TYPES } from '../../src/webhooks/event-types.ts';
import { BANK, signedBy, smartOtp, TRANSFER } from '../support/authenticators.ts';
import { eventually } from '../support/eventually.ts';
import { FaultyProxy, type Fault } from '../support/faulty-proxy.ts';
import { freePort } from '../support/free-port.ts';
import { otherThan, TestService, type TestPerson } from '../support/service.ts';
import { WebhookReceiver } from '../support/webhook-receiver.ts';

let service: TestService;
let proxy: FaultyProxy;
/** The demo shop, as it stands before the service. */
let shop: Pushguard;

beforeAll(async () => {
  service = await TestService.start();
  proxy = await FaultyProxy.start(service.issuer);
  shop = new Pushguard({ issuer: service.issuer, ...credentialsOf('demo-shop') });
});
afterAll(async () => {
  await proxy.stop();
  await service.stop();
});

function credentialsOf(clientId: string): { clientId: string; clientSecret: string } {
  const { clientSecret } = service.process.announcement.clients.find((one) => one.clientId === clientId)!;
  return { clientId, clientSecret };
}

/** The demo shop behind the proxy, with a token of its own. */
const shopBehindProxy = (options: Partial<PushguardOptions> = {}) =>
  new Pushguard({ issuer: proxy.url, ...credentialsOf('demo-shop'), ...options } as PushguardOptions);

const named = ({ phoneNumber, birthDate, genderDigit }: TestPerson) => ({
  phoneNumber,
  birthDate,
  genderDigit,
  purpose: '회원가입',
});

/** Starts an authentication of a new person who gets a code by SMS; returns the code as well. */
async function texted(client = shop): Promise<{ id: string; code: string }> {
  const person = await service.addLine();
  const { id } = await client.startAuthentication(named(person));
  return { id, code: await service.textedCode(person.phoneNumber) };
}

/** What a call rejects with. */
const refusalOf = (call: Promise<unknown>): Promise<PushguardError> =>
  call.then(
    (answer) => Promise.reject(new Error(`it answered ${JSON.stringify(answer)}`)),
    (error: unknown) => error as PushguardError,
  );

const STARTS = /^\/v1\/authentications$/;
const TOKENS = /^\/oauth2\/token$/;

describe('the main flow', () => {
  it.each<[string, () => Promise<Pushguard>]>([
    ['its secret', async () => shop],
    ['a key as JWK', async () => clientWithKey('jwk')],
    ['a key as PEM', async () => clientWithKey('pem')],
  ])('a relying party that proves itself with %s verifies a subscriber by push', async (_way, clientOf) => {
    const client = await clientOf();
    const subscriber = await service.subscriber();
    const started = await client.startAuthentication(named(subscriber.person));
    expect(started).toMatchObject({ channel: 'push', state: 'pending', attemptsLeft: 5 });
    const ended = client.waitForEnd(started.id);
    const code = await service.codeOf(subscriber, started.id);
    expect((await client.getAuthentication(started.id)).state).toBe('opened');
    const { result, assertion } = await client.verifyAuthentication(started.id, { code });
    expect(result).toMatchObject({ birthDate: '1990-01-01', gender: 'male', channel: 'push' });
    expect(await ended).toMatchObject({ id: started.id, state: 'verified', result: { subject: result.subject } });
    const { verifiedAt, ...person } = result;
    expect(await client.verifyAssertion(assertion, { id: started.id })).toMatchObject({
      ...person,
      id: started.id,
      amr: ['pop', 'pin', 'otp', 'mfa'],
      issuedAt: new Date(Math.floor(Date.parse(verifiedAt) / 1000) * 1000),
    });
  });

  async function clientWithKey(form: 'jwk' | 'pem'): Promise<Pushguard> {
    const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
    const clientId = `key-${randomUUID()}`;
    const kid = 'first';
    await service.rows.clients.register({
      clientId,
      authMethod: 'private_key_jwt',
      jwks: { keys: [{ ...(await exportJWK(publicKey)), kid }] },
    });
    const key = form === 'jwk' ? { ...(await exportJWK(privateKey)), kid } : await exportPKCS8(privateKey);
    return new Pushguard({ issuer: service.issuer, clientId, privateKey: key });
  }

  it('waitForEnd tells that the person declined', async () => {
    const { person, phone } = await service.subscriber();
    const { id } = await shop.startAuthentication(named(person));
    const ended = shop.waitForEnd(id);
    await phone.decline(id, 'not_me');
    expect((await ended).state).toBe('declined');
  });

  it('an institution has a transaction signed, and the assertion is about this transaction', async () => {
    const bank = new Pushguard({ issuer: service.issuer, ...credentialsOf(BANK.clientId) });
    const { person } = await service.subscriber();
    const device = await smartOtp(service, person);
    const started = await bank.startAuthentication({ ...named(person), method: 'sign', transaction: TRANSFER });
    const code = await signedBy(device, started.id);
    const { assertion } = await bank.verifyAuthentication(started.id, { code, transaction: TRANSFER });
    await bank.verifyAssertion(assertion, { id: started.id, transaction: TRANSFER });
    const transaction = TRANSFER.map((field, place) => (place === 2 ? { ...field, value: '9,250,000원' } : field));
    const refusal = await refusalOf(bank.verifyAssertion(assertion, { transaction }));
    expect(refusal).toMatchObject({ code: 'invalid_assertion' });
  });

  it('an institution issues a Smart OTP; another one asks to register it, reads and ends the registration', async () => {
    const bank = new Pushguard({ issuer: service.issuer, ...credentialsOf(BANK.clientId) });
    const { person, phone } = await service.subscriber();
    const { phoneNumber, birthDate, genderDigit } = person;
    const whom = { phoneNumber, birthDate, genderDigit };
    const issued = await bank.issueSmartOtp(whom);
    expect(issued.enrolmentCode).toMatch(/^[\dA-Z]{5}(-[\dA-Z]{5}){3}$/);
    const asked = { ...whom, serialNumber: phone.serialNumber, vendorCode: issued.vendorCode };
    const registration = await shop.requestRegistration(asked);
    expect(await shop.getRegistration(registration.id)).toEqual(registration);
    expect(await shop.listRegistrations()).toContainEqual(registration);
    await shop.revokeRegistration(registration.id);
    const refusal = await refusalOf(shop.revokeRegistration(registration.id));
    expect(refusal).toMatchObject({ code: 'registration_closed', state: 'revoked' });
  });

  it('a hosted window is bound to the browser that was sent there', async () => {
    const returnUrl = `${service.issuer}/demo/return`;
    const window = await shop.createWindow({ purpose: '회원가입', returnUrl });
    const other = await shop.createWindow({ purpose: '회원가입', returnUrl });
    expect(window.binding).toMatch(/^[\w.-]+$/);
    expect(await shop.getWindow(window.windowId)).toEqual({ state: 'open', authentication: null });
    const back = (windowId: string, state: string) =>
      `${returnUrl}?${String(new URLSearchParams({ windowId, state }))}`;
    expect(windowOfReturn(back(window.windowId, window.state), window.binding)).toBe(window.windowId);
    expect(windowOfReturn(back(other.windowId, window.state), window.binding)).toBeUndefined();
    expect(windowOfReturn(back(window.windowId, other.state), window.binding)).toBeUndefined();
    expect(windowOfReturn(back(window.windowId, window.state), undefined)).toBeUndefined();
    expect(windowOfReturn('/return', window.binding)).toBeUndefined();
  });
});

describe('what the service says of itself', () => {
  it('every type of event that the service sends is verified and known', async () => {
    const receiver = await WebhookReceiver.start();
    const endpoint = { url: receiver.url('/events'), types: ['*'] };
    const { body } = await service.call<{ id: string; secret: string }>('POST', '/v1/webhook-endpoints', endpoint);
    for (const type of EVENT_TYPES) await service.call('POST', `/v1/webhook-endpoints/${body.id}/test`, { type });
    const deliveries = await eventually('all events', () => {
      return receiver.received.length === EVENT_TYPES.length && receiver.received;
    });
    const events = deliveries.map((one) => verifyWebhook(one.headers, one.body, body.secret));
    expect(events.map(({ type }) => type).sort()).toEqual([...EVENT_TYPES].sort());
    expect(events.every(({ data }) => data.test)).toBe(true);
    await service.call('DELETE', `/v1/webhook-endpoints/${body.id}`);
    await receiver.stop();
  });

  it('a test key verifies a test person, whose assertion is refused where a live one is expected', async () => {
    const [clientId, clientSecret] = [`tester-${randomUUID()}`, 'test_secret'];
    await service.rows.clients.register({ clientId, secret: 'a live secret' });
    await service.rows.clients.setTestSecret(clientId, clientSecret);
    const tester = new Pushguard({ issuer: service.issuer, clientId, clientSecret });
    const person = { birthDate: '900101', genderDigit: '1', phoneNumber: '010-0000-0011', purpose: '회원가입' };
    const { id, test } = await tester.startAuthentication(person);
    const { code } = await tester.getTestAuthentication(id);
    const { result, assertion } = await tester.verifyAuthentication(id, { code: code ?? '' });
    expect([test, result.test]).toEqual([true, true]);
    expect((await refusalOf(tester.verifyAssertion(assertion, { id }))).code).toBe('invalid_assertion');
    expect(await tester.verifyAssertion(assertion, { id, allowTest: true })).toMatchObject({ id, test: true });
    expect((await refusalOf(tester.listRegistrations())).code).toBe('wrong_mode');
  });
});

describe('webhooks', () => {
  let receiver: WebhookReceiver;
  beforeAll(async () => {
    receiver = await WebhookReceiver.start();
  });
  afterAll(() => receiver.stop());

  /** Adds an endpoint of the demo shop for all types, at a path of its own. */
  const added = async (types: ('*' | 'authentication.cancelled' | 'test')[] = ['*']) => {
    const path = `/${randomUUID()}`;
    return { path, ...(await shop.webhooks.addEndpoint({ url: receiver.url(path), types })) };
  };
  /** Starts and cancels so many authentications; returns their ids. */
  const cancelled = async (count: number) => {
    const ids: string[] = [];
    for (let made = 0; made < count; made++) {
      const { id } = await shop.startAuthentication(named(await service.addLine()));
      await shop.cancel(id);
      ids.push(id);
    }
    return ids;
  };
  const idsIn = (events: readonly WebhookEvent[]) =>
    events.map((event) => (event.type === 'authentication.cancelled' ? event.data.id : undefined));

  it('an endpoint is added, listed, changed and removed', async () => {
    const { path: _path, secret, ...endpoint } = await added(['test']);
    expect(secret).toMatch(/^whsec_/);
    expect(await shop.webhooks.getEndpoint(endpoint.id)).toEqual(endpoint);
    expect(await shop.webhooks.listEndpoints()).toContainEqual(endpoint);
    const changed = await shop.webhooks.changeEndpoint(endpoint.id, { description: 'orders', disabled: true });
    expect(changed).toEqual({ ...endpoint, description: 'orders', disabled: true, disabledBy: 'client' });
    expect((await refusalOf(shop.webhooks.sendTest(endpoint.id))).code).toBe('webhook_endpoint_disabled');
    await shop.webhooks.removeEndpoint(endpoint.id);
    expect((await refusalOf(shop.webhooks.removeEndpoint(endpoint.id))).code).toBe('webhook_endpoint_not_found');
  });

  it('a test event arrives, is looked up with its attempts, and is sent again; both secrets sign after a rotation', async () => {
    const endpoint = await added();
    const { id } = await shop.webhooks.sendTest(endpoint.id);
    const first = await receiver.got(endpoint.path, 'test');
    expect(verifyWebhook(first.headers, first.body, endpoint.secret)).toMatchObject({ id, type: 'test' });
    const [attempt] = await eventually('the attempt', async () => {
      const attempts = await shop.webhooks.listAttempts(id);
      return attempts.length > 0 && attempts;
    });
    expect(attempt).toMatchObject({ endpointId: endpoint.id, attempt: 1, outcome: 'accepted', status: 204 });
    const { secret } = await shop.webhooks.rotateSecret(endpoint.id, { gracePeriodHours: 1 });
    await shop.webhooks.resend(id, endpoint.id);
    const again = await eventually('the second one', () => receiver.at(endpoint.path)[1]);
    for (const one of [secret, endpoint.secret]) expect(verifyWebhook(again.headers, again.body, one).id).toBe(id);
    await shop.webhooks.removeEndpoint(endpoint.id);
  });

  it('events that failed, and those that an endpoint missed, are sent again', async () => {
    const endpoint = await added(['authentication.cancelled']);
    const since = new Date(Date.now() - 60_000);
    receiver.reply(endpoint.path, { status: 500 });
    const [failed] = await cancelled(1);
    await receiver.got(endpoint.path, 'authentication.cancelled', failed);
    await eventually('the attempt to be written', async () => {
      const { events } = await shop.webhooks.listEvents({ type: 'authentication.cancelled', limit: 1 });
      return (await shop.webhooks.listAttempts(events[0]!.id)).length > 0;
    });
    await shop.webhooks.changeEndpoint(endpoint.id, { disabled: true });
    const [missed] = await cancelled(1);
    await shop.webhooks.changeEndpoint(endpoint.id, { disabled: false });
    receiver.reply(endpoint.path, { status: 204 });
    expect(await shop.webhooks.recover(endpoint.id, { since })).toEqual({ events: 1, next: null });
    const replayed = await shop.webhooks.replayMissing(endpoint.id, { since, until: new Date(Date.now() + 60_000) });
    expect(replayed.events).toBeGreaterThanOrEqual(1);
    await receiver.got(endpoint.path, 'authentication.cancelled', missed);
    await eventually('the failed one again', () => idsIn(eventsAt(endpoint)).filter((id) => id === failed).length > 1);
    await shop.webhooks.removeEndpoint(endpoint.id);
  });
  const eventsAt = ({ path, secret }: { path: string; secret: string }) =>
    receiver.at(path).map(({ headers, body }) => verifyWebhook(headers, body, secret));

  it('the feed has every event once, in pages, and a reader that begins again goes on behind the place that it kept', async () => {
    await shop.webhooks.listEvents();
    const { after: begin } = await endOfFeed();
    const ids = await cancelled(3);
    await eventually('the events', async () => (await endOfFeed(begin)).count >= 3);
    const seen: (string | undefined)[] = [];
    const reader = shop.webhooks.readFeed({ after: begin, limit: 2, pollMs: null });
    const first = (await reader.next()).value;
    // The process ends here.
    await reader.return();
    seen.push(...idsIn(first?.events ?? []));
    expect(seen).toHaveLength(2);
    for await (const { events } of shop.webhooks.readFeed({ after: first?.after, limit: 2, pollMs: null })) {
      seen.push(...idsIn(events));
    }
    expect(seen).toEqual(ids);
  });

  it('a reader of the feed waits for what happens next, and ends by the signal of the caller', async () => {
    const { after } = await endOfFeed();
    const leaving = new AbortController();
    const options = { signal: leaving.signal };
    const pages = shop.webhooks.readFeed({ after, type: 'authentication.cancelled', pollMs: 20 }, options);
    const next = pages.next();
    const [id] = await cancelled(1);
    const page = await next;
    expect(page.done).toBe(false);
    expect(page.value?.events).toMatchObject([{ type: 'authentication.cancelled', data: { id, state: 'cancelled' } }]);
    const ended = refusalOf(pages.next());
    leaving.abort(new Error('the server stops'));
    expect(await ended).toMatchObject({ code: 'aborted', cause: new Error('the server stops') });
  });

  /** Reads the feed to its end. */
  async function endOfFeed(from?: string): Promise<{ after: string | undefined; count: number }> {
    let [after, count] = [from, 0];
    for await (const page of shop.webhooks.readFeed({ after: from, pollMs: null })) {
      after = page.after;
      count += page.events.length;
    }
    return { after, count };
  }

  it('the log leads from page to page to earlier events', async () => {
    await shop.webhooks.listEvents();
    const since = new Date();
    const ids = await cancelled(3);
    expect((await shop.webhooks.listEvents({ type: 'subject.changed', since })).events).toEqual([]);
    const first = await shop.webhooks.listEvents({ type: 'authentication.cancelled', since, limit: 2 });
    const second = await shop.webhooks.listEvents({ since, cursor: first.cursor ?? '', limit: 2 });
    expect([...idsIn(first.events), ...idsIn(second.events)]).toEqual(ids.toReversed());
    expect(second.cursor).toBeNull();
  });

  it('an endpoint whose answer was lost is added once, and one whose removal was lost is removed', async () => {
    const { webhooks } = shopBehindProxy();
    proxy.fail(/webhook-endpoints$/, 'lose');
    const endpoint = await webhooks.addEndpoint({ url: receiver.url('/lost'), types: ['test'] });
    const same = (await shop.webhooks.listEndpoints()).filter(({ url }) => url === endpoint.url);
    expect(same.map(({ id }) => id)).toEqual([endpoint.id]);
    proxy.fail(/webhook-endpoints\//, 'lose');
    await webhooks.removeEndpoint(endpoint.id);
    expect((await refusalOf(shop.webhooks.getEndpoint(endpoint.id))).code).toBe('webhook_endpoint_not_found');
  });

  it('an address that is not on the internet is refused with the place of the fault', async () => {
    const refusal = await refusalOf(shop.webhooks.addEndpoint({ url: 'https://10.0.0.1/', types: ['*'] }));
    expect(refusal).toMatchObject({ code: 'webhook_url_refused', status: 422, errors: [{ pointer: '/url' }] });
    const noDate = shop.webhooks.recover(randomUUID(), { since: new Date('yesterday') });
    expect((await refusalOf(noDate)).code).toBe('invalid_request');
  });
});

describe('tokens', () => {
  it('callers that come at once share one token, and it is kept for those who come later', async () => {
    proxy.forget();
    const client = shopBehindProxy();
    await Promise.all(Array.from({ length: 5 }, () => refusalOf(client.getAuthentication(randomUUID()))));
    await refusalOf(client.getAuthentication(randomUUID()));
    expect(proxy.to(TOKENS)).toHaveLength(1);
  });

  it('a token that the service refuses is exchanged once, and the call is made again with the same key', async () => {
    const client = shopBehindProxy();
    proxy.fail(STARTS, { status: 401, code: 'invalid_token' });
    await client.startAuthentication(named(await service.addLine()));
    const keys = proxy.to(STARTS).map(({ headers }) => headers['idempotency-key']);
    expect(keys).toEqual([keys[0], keys[0]]);
    expect(proxy.to(TOKENS)).toHaveLength(2);
    proxy.fail(STARTS, { status: 401, code: 'invalid_token' }, { status: 401, code: 'invalid_token' });
    const refusal = await refusalOf(client.startAuthentication(named(await service.addLine())));
    expect([refusal.code, proxy.to(STARTS).length]).toEqual(['invalid_token', 2]);
  });

  it('a caller who gives up while the token is fetched does not disturb the others', async () => {
    const client = shopBehindProxy();
    const leaving = new AbortController();
    proxy.fail(TOKENS, { status: 503, code: 'service_unavailable', headers: { 'Retry-After': '1' } });
    const left = refusalOf(client.getAuthentication(randomUUID(), { signal: leaving.signal }));
    const stayed = refusalOf(client.getAuthentication(randomUUID()));
    leaving.abort(new Error('the browser has gone'));
    const gone = await left;
    expect([gone.code, gone.cause]).toEqual(['aborted', new Error('the browser has gone')]);
    expect((await stayed).code).toBe('authentication_not_found');
  });

  it.each<[string, CallOptions]>([
    ['whose signal has ended', { signal: AbortSignal.abort() }],
    ['without any time', { deadlineMs: 0 }],
  ])('a call %s fetches no token, of which a failure would be heard by nobody', async (_case, options) => {
    const client = shopBehindProxy({ clientSecret: 'wrong' });
    proxy.forget();
    const refusal = await refusalOf(client.getAuthentication(randomUUID(), options));
    expect(['aborted', 'timeout']).toContain(refusal.code);
    // By the time this one is answered, a request of the other would have arrived.
    await refusalOf(shopBehindProxy().getAuthentication(randomUUID()));
    expect(proxy.to(TOKENS)).toHaveLength(1);
  });

  it('nothing that a log prints of a client has its secret or its token', async () => {
    const client = shopBehindProxy();
    const error = await refusalOf(client.getAuthentication(randomUUID()));
    const printed = inspect([client, error], { depth: 20, showHidden: true });
    expect(printed).not.toContain(credentialsOf('demo-shop').clientSecret);
    expect(printed).not.toContain('Bearer');
  });
});

describe('faults on the way', () => {
  it.each<[string, Fault]>([
    ['the answer is lost', 'lose'],
    ['the connection ends', 'refuse'],
    ['the service is not available', { status: 503, code: 'service_unavailable' }],
    ['a proxy says 503 in HTML', { status: 503 }],
  ])('a start is made once with one key although %s', async (_case, fault) => {
    const client = shopBehindProxy();
    proxy.fail(STARTS, fault);
    const started = await client.startAuthentication(named(await service.addLine()));
    const attempts = proxy.to(STARTS);
    expect(attempts).toHaveLength(2);
    expect(new Set(attempts.map(({ headers, body }) => JSON.stringify([headers['idempotency-key'], body]))).size).toBe(
      1,
    );
    for (const { answer } of attempts) if (answer) expect(JSON.parse(answer.text)).toEqual(started);
  });

  it.each([
    ['503', 'service_unavailable'],
    ['429', 'too_many_requests'],
  ])('after %s a call is repeated no sooner than Retry-After says', async (status, code) => {
    const client = shopBehindProxy();
    proxy.fail(STARTS, { status: Number(status), code, headers: { 'Retry-After': '1' } });
    await client.startAuthentication(named(await service.addLine()));
    const [first, second] = proxy.to(STARTS).map(({ at }) => at);
    expect(second! - first!).toBeGreaterThanOrEqual(990);
  });

  it('a person who was asked too often is not waited for: the error says when to come back', async () => {
    const person = named(await service.addLine());
    for (let start = 0; start < 5; start++) await shop.startAuthentication(person);
    const refusal = await refusalOf(shop.startAuthentication(person));
    expect(refusal).toMatchObject({ code: 'too_many_requests', status: 429 });
    expect(refusal.retryAfterSeconds).toBeGreaterThan(60);
  });

  it.each<[string, Fault, string]>([
    ['500', { status: 500, code: 'internal_error' }, 'internal_error'],
    ['409', { status: 409, code: 'idempotency_in_progress' }, 'idempotency_in_progress'],
    ['a gateway’s 502', { status: 502 }, 'unexpected_answer'],
    ['a code that this version does not know', { status: 418, code: 'teapot' }, 'unexpected_answer'],
    ['200 without JSON', { status: 200 }, 'unexpected_answer'],
    ['a redirect', { status: 302, headers: { Location: 'https://elsewhere.example/' } }, 'unexpected_answer'],
  ])('%s is told at once', async (_case, fault, code) => {
    const client = shopBehindProxy({ deadlineMs: 1_000 });
    proxy.fail(STARTS, fault);
    const refusal = await refusalOf(client.startAuthentication(named(await service.addLine())));
    expect(refusal.code).toBe(code);
    expect(proxy.to(STARTS)).toHaveLength(1);
  });

  it('a verification whose answer was lost is sent again with the same bytes, and verifies', async () => {
    const client = shopBehindProxy();
    const { id, code } = await texted(client);
    const verifications = /\/verification$/;
    proxy.fail(verifications, 'lose');
    const verified = await client.verifyAuthentication(id, { code });
    const [first, second] = proxy.to(verifications);
    expect(second!.body).toBe(first!.body);
    expect(second!.answer!.headers.get('idempotency-replayed')).toBe('true');
    expect(JSON.parse(first!.answer!.text)).toEqual(verified);
  });

  it('a cancellation whose answer was lost counts as done', async () => {
    const client = shopBehindProxy();
    const { id } = await texted(client);
    proxy.fail(/./, 'lose');
    await client.cancel(id);
    expect(proxy.passed.map(({ answer }) => answer?.status)).toEqual([204, 409]);
    const refusal = await refusalOf(client.cancel(id));
    expect(refusal).toMatchObject({ code: 'authentication_closed', state: 'cancelled', status: 409 });
  });

  it('a message is not sent twice because the answer was lost', async () => {
    const client = shopBehindProxy();
    const { id } = await texted(client);
    await service.rows.authentications.rewindSending(id, 30);
    proxy.fail(/resend$/, 'lose');
    expect((await refusalOf(client.resend(id))).code).toBe('network');
    expect(proxy.to(/resend$/)).toHaveLength(1);
  });

  it('a service that does not answer ends the call at its deadline', async () => {
    const client = shopBehindProxy({ deadlineMs: 400 });
    proxy.fail(TOKENS, 'hang');
    expect((await refusalOf(client.getAuthentication(randomUUID()))).code).toBe('timeout');
  });

  it('waitForEnd ends at its deadline while the authentication stays open', async () => {
    proxy.forget();
    const client = shopBehindProxy();
    const { id } = await texted(client);
    expect((await refusalOf(client.waitForEnd(id, { deadlineMs: 600 }))).code).toBe('timeout');
    expect(proxy.to(/wait=/).length).toBeLessThanOrEqual(2);
  });

  it('a service that cannot be reached is tried again until the deadline', async () => {
    const issuer = `http://127.0.0.1:${await freePort()}`;
    const client = new Pushguard({ issuer, clientId: 'any', clientSecret: 'any', deadlineMs: 500 });
    const refusal = await refusalOf(client.getAuthentication(randomUUID()));
    expect(['network', 'timeout']).toContain(refusal.code);
  });
});

describe('errors', () => {
  it('a wrong code says how many attempts are left, and the fifth ends the authentication', async () => {
    const { id, code } = await texted();
    const wrong = { code: otherThan(code) };
    for (const attemptsLeft of [4, 3, 2, 1]) {
      const refusal = await refusalOf(shop.verifyAuthentication(id, wrong));
      expect(refusal).toMatchObject({ name: 'PushguardError', code: 'code_mismatch', status: 422, attemptsLeft });
    }
    const last = await refusalOf(shop.verifyAuthentication(id, wrong));
    expect(last).toMatchObject({ code: 'attempts_exhausted', attemptsLeft: 0 });
    const closed = await refusalOf(shop.verifyAuthentication(id, { code }));
    expect(closed).toMatchObject({ code: 'authentication_closed', state: 'failed' });
    expect(closed.detail).toMatch(/Start a new one/);
  });

  it('each fault of an input is told with its place', async () => {
    const person = { ...named(await service.addLine()), birthDate: '991332', purpose: '' };
    const refusal = await refusalOf(shop.startAuthentication(person));
    expect(refusal.code).toBe('invalid_request');
    expect(refusal.errors.map(({ pointer }) => pointer)).toContain('/purpose');
  });

  it.each<[string, () => Promise<unknown>, string]>([
    ['an unknown id', () => shop.getAuthentication(randomUUID()), 'authentication_not_found'],
    ['an unknown window', () => shop.getWindow(randomUUID()), 'window_not_found'],
    ['an unknown registration', () => shop.getRegistration(randomUUID()), 'registration_not_found'],
    ['an id that leads elsewhere', () => shop.getAuthentication('../registrations'), 'invalid_request'],
    ['an empty id', () => shop.getRegistration(''), 'invalid_request'],
    [
      'a wrong secret',
      () =>
        new Pushguard({ issuer: shop.issuer, clientId: shop.clientId, clientSecret: 'wrong' }).getAuthentication(
          randomUUID(),
        ),
      'invalid_client',
    ],
    [
      'a missing scope',
      async () =>
        shop.startAuthentication({ ...named(await service.addLine()), method: 'sign', transaction: TRANSFER }),
      'insufficient_scope',
    ],
  ])('%s is refused with its code', async (_case, call, code) => {
    expect((await refusalOf(call())).code).toBe(code);
  });

  it.each<[string, () => Promise<unknown>]>([
    ['a deadline that is no number', () => shop.getAuthentication(randomUUID(), { deadlineMs: NaN })],
    ['a deadline of waitForEnd that is no number', () => shop.waitForEnd(randomUUID(), { deadlineMs: NaN })],
    ['a wait that is no number', () => shop.getAuthentication(randomUUID(), { wait: NaN })],
    ['a wait without end', () => shop.getAuthentication(randomUUID(), { wait: Infinity })],
    ['half a second of waiting', () => shop.getAuthentication(randomUUID(), { wait: 0.5 })],
    ['an idempotency key in Hangul', () => shop.startAuthentication(anybody, { idempotencyKey: '가' })],
    ['an idempotency key in two lines', () => shop.requestRegistration(anyone, { idempotencyKey: 'a\nb' })],
    ['an input that JSON cannot write', () => shop.startAuthentication({ ...anybody, purpose: 1n as never })],
    ['a tolerance that is no number', () => shop.verifyAssertion('a.b.c', { clockToleranceSeconds: NaN })],
    ['a pause that is no number', () => shop.webhooks.readFeed({ pollMs: NaN }).next()],
  ])('%s is refused at once as an invalid request', async (_case, call) => {
    expect(await refusalOf(call())).toMatchObject({ name: 'PushguardError', code: 'invalid_request' });
  });
  const anyone = {
    phoneNumber: '019-0000-0000',
    birthDate: '900101',
    genderDigit: '1',
    serialNumber: 'PG-0000-0000-0000',
    vendorCode: 'BANK',
  };
  const anybody = { phoneNumber: '019-0000-0000', birthDate: '900101', genderDigit: '1', purpose: '가입' };

  it.each([Infinity, 2 ** 31, Number.MAX_VALUE])(
    'a deadline of %d milliseconds lets a call end by itself',
    async (ms) => {
      const client = shopBehindProxy({ deadlineMs: ms, attemptMs: ms });
      expect((await refusalOf(client.getAuthentication(randomUUID()))).code).toBe('authentication_not_found');
      expect((await refusalOf(client.waitForEnd(randomUUID(), { deadlineMs: ms }))).code).toBe(
        'authentication_not_found',
      );
    },
  );

  it('every code of the library is one of the service', () => {
    expect(PROBLEM_CODES.filter((code) => !(code in PROBLEM_CATALOGUE))).toEqual([]);
  });

  it.each<[string, Partial<PushguardOptions>]>([
    ['plain HTTP to another machine', { issuer: 'http://push.example.kr' }],
    ['an issuer that is no address', { issuer: 'push.example.kr' }],
    ['an issuer with a query', { issuer: 'https://push.example.kr?a=1' }],
    ['no credentials', { clientSecret: undefined }],
    ['two kinds of credentials', { privateKey: 'a', clientSecret: 'b' } as never],
    ['a key that cannot be read', { clientSecret: undefined, privateKey: '-----BEGIN' }],
    ['a key that is none', { clientSecret: undefined, privateKey: 'xx' }],
    ['a public key', { clientSecret: undefined, privateKey: { kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA' } }],
    ['no id', { clientId: undefined as never }],
    ['an empty id', { clientId: '' }],
    ['an empty secret', { clientSecret: '' }],
    ['a deadline that is no number', { deadlineMs: NaN }],
  ])('a client with %s is not made', (_case, options) => {
    const right = { issuer: shop.issuer, clientId: shop.clientId, clientSecret: 'any' };
    expect(() => new Pushguard({ ...right, ...options } as PushguardOptions)).toThrow(TypeError);
  });
});
