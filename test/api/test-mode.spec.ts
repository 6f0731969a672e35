import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose';
import { TEST_PERSONS } from '../../src/domain/test-person.ts';
import { eventually } from '../support/eventually.ts';
import { expectSecondsAfter } from '../support/instants.ts';
import { expectProblem } from '../support/problem.ts';
import { answerOf, otherThan, TestService, type Answer } from '../support/service.ts';

type Body = Record<string, unknown>;

/** One call of a client, in live or in test mode. */
class Tester {
  constructor(
    readonly clientId: string,
    readonly token: string,
  ) {}

  async call(method: string, path: string, body?: object, headers: Record<string, string> = {}): Promise<Answer<Body>> {
    const response = await fetch(service.issuer + path, {
      method,
      headers: {
        Authorization: `Bearer ${this.token}`,
        ...(body && { 'Content-Type': 'application/json' }),
        ...headers,
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    return answerOf<Body>(response);
  }

  start(phoneNumber: string, other: object = {}, headers: Record<string, string> = {}): Promise<Answer<Body>> {
    const body = { birthDate: '900101', genderDigit: '1', phoneNumber, purpose: '회원가입', ...other };
    return this.call('POST', '/v1/authentications', body, headers);
  }

  /** Starts, and returns the id. */
  async started(phoneNumber: string, other: object = {}): Promise<string> {
    const { status, body } = await this.start(phoneNumber, other);
    expect([status, body['test']]).toEqual([201, true]);
    return body['id'] as string;
  }

  see(id: string, wait = 0): Promise<Answer<Body>> {
    return this.call('GET', `/v1/authentications/${id}?wait=${wait}`);
  }

  verify(id: string, code: string, other: object = {}): Promise<Answer<Body>> {
    return this.call('POST', `/v1/authentications/${id}/verification`, { code, ...other });
  }

  phone(id: string): Promise<Answer<Body>> {
    return this.call('GET', `/v1/test/authentications/${id}`);
  }

  /** Waits until the test person has a code, and reads it. */
  async code(id: string): Promise<string> {
    await this.see(id, 30);
    return (await this.phone(id)).body['code'] as string;
  }
}

const RETURN_URL = 'https://shop.example/back';
const SECRETS = { live: 'a live secret', test: 'test_secret' };
const TRANSACTION = [{ label: '받는 분', value: '홍길동' }];

let service: TestService;
let shop: Tester;
let bank: Tester;
let live: Tester;
let aged: string;

async function requestToken(clientId: string, secret: string, scope?: string): Promise<Answer<Body>> {
  const form = { grant_type: 'client_credentials', client_id: clientId, client_secret: secret };
  const body = new URLSearchParams({ ...form, ...(scope !== undefined && { scope }) });
  return answerOf<Body>(await fetch(`${service.issuer}/oauth2/token`, { method: 'POST', body }));
}

async function register(scopes: string[]): Promise<string> {
  const clientId = `tester-${randomUUID()}`;
  await service.rows.clients.register({ clientId, secret: SECRETS.live, scopes, returnUrls: [RETURN_URL] });
  await service.rows.clients.setTestSecret(clientId, SECRETS.test);
  return clientId;
}

async function testerOf(clientId: string, secret: string): Promise<Tester> {
  return new Tester(clientId, (await requestToken(clientId, secret)).body['access_token'] as string);
}

beforeAll(async () => {
  service = await TestService.start();
  const [first, second] = [await register(['authentications']), await register(['authentications', 'signing'])];
  shop = await testerOf(first, SECRETS.test);
  live = await testerOf(first, SECRETS.live);
  bank = await testerOf(second, SECRETS.test);
  aged = await shop.started('010-0000-0010');
  await service.rows.testAuthentications.age(aged, 25 * 3_600);
});
afterAll(async () => {
  await service.stop();
});

describe('A test key', () => {
  it('gets a token that says so, and a live key of the same client does not', async () => {
    const test = await requestToken(shop.clientId, SECRETS.test);
    expect(test.body).toMatchObject({ test: true, scope: 'authentications' });
    expect(decodeJwt(test.body['access_token'] as string)).toMatchObject({ test: true, client_id: shop.clientId });
    const { body } = await requestToken(shop.clientId, SECRETS.live);
    expect(body).not.toHaveProperty('test');
    expect(decodeJwt(body['access_token'] as string)).not.toHaveProperty('test');
  });

  it('gets the scopes that have a test mode, and no other', async () => {
    const clientId = await register(['authentications', 'carrier', 'operator', 'operator.decide']);
    expect((await requestToken(clientId, SECRETS.test)).body['scope']).toBe('authentications');
    expect((await requestToken(clientId, SECRETS.test, 'carrier')).body['error']).toBe('invalid_scope');
    expect((await requestToken(clientId, SECRETS.live, 'carrier')).status).toBe(200);
  });
});

describe('A test number', () => {
  it('that verifies at once is verified without a code, and any code gets the assertion, once', async () => {
    const { body } = await shop.start('010-0000-0001');
    expect(body).toEqual({
      id: expect.any(String),
      channel: 'push',
      state: 'pending',
      expiresAt: expect.any(String),
      attemptsLeft: 5,
      test: true,
    });
    const id = body['id'] as string;
    const result = {
      subject: expect.stringMatching(/^[\w-]{43}$/),
      birthDate: '1990-01-01',
      gender: 'male',
      foreigner: false,
      phoneNumber: '+821000000001',
      verifiedAt: expect.any(String),
      channel: 'push',
      test: true,
    };
    expect((await shop.see(id)).body).toMatchObject({ state: 'verified', result, test: true });
    const verified = await shop.verify(id, '000000');
    expect(verified.body).toEqual({ state: 'verified', result, assertion: expect.any(String) });
    const keys = createRemoteJWKSet(new URL(`${service.issuer}/oauth2/jwks`));
    const { payload } = await jwtVerify(verified.body['assertion'] as string, keys, {
      issuer: `${service.issuer}/test`,
      audience: shop.clientId,
    });
    const { subject } = verified.body['result'] as { subject: string };
    expect(payload).toMatchObject({ jti: id, sub: subject, acr: 'push', test: true, phoneNumber: '+821000000001' });

    const again = await shop.verify(id, '000000');
    expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([200, 'true']);
    expect(again.body).toEqual(verified.body);
    expectProblem(await shop.verify(id, '111111'), 409, 'authentication_closed', { state: 'verified' });
    await service.rows.testAuthentications.age(id, 61);
    expectProblem(await shop.verify(id, '000000'), 409, 'authentication_closed', { state: 'verified' });
  });

  it('that verifies at once and is asked late gives an assertion that is still valid', async () => {
    const id = await shop.started('010-0000-0001');
    await service.rows.testAuthentications.age(id, 600);
    const { body } = await shop.verify(id, '000000');
    const { iat = 0, exp = 0, verifiedAt } = decodeJwt(body['assertion'] as string);
    expect(exp - iat).toBe(300);
    expect(exp * 1000).toBeGreaterThan(Date.now());
    expect(Date.parse(verifiedAt as string)).toBeLessThan(Date.now() - 599_000);
  });

  it('has the same subject at every return, another one at another relying party and for another person', async () => {
    const subjectOf = async (tester: Tester, other: object = {}) => {
      const { body } = await tester.see(await tester.started('010-0000-0001', other));
      return (body['result'] as { subject: string }).subject;
    };
    const subject = await subjectOf(shop);
    expect(await subjectOf(shop)).toBe(subject);
    expect(await subjectOf(bank)).not.toBe(subject);
    expect(await subjectOf(shop, { genderDigit: '2' })).not.toBe(subject);
  });

  it('that verifies after ten seconds is opened on the way, and takes no code before', async () => {
    const id = await shop.started('010-0000-0002');
    await service.rows.testAuthentications.prolong(id, 60);
    expectProblem(await shop.verify(id, '123456'), 422, 'code_mismatch', { attemptsLeft: 4 });
    const waiting = shop.see(id, 30);
    await service.rows.testAuthentications.age(id, 6);
    expect((await waiting).body).toMatchObject({ state: 'opened', attemptsLeft: 4 });
    const rest = shop.see(id, 30);
    // That a worker writes down what the caller has seen is no change.
    await eventually(
      'the opening to be written',
      async () => (await service.rows.testAuthentications.find(id))?.state === 'opened',
    );
    await service.rows.testAuthentications.age(id, 64);
    expect((await rest).body).toMatchObject({ state: 'verified', result: { test: true } });
  });

  it('refuses three codes, also the right one, and takes the fourth', async () => {
    const id = await shop.started('010-0000-0003');
    const code = await shop.code(id);
    for (const attemptsLeft of [4, 3, 2]) {
      expectProblem(await shop.verify(id, code), 422, 'code_mismatch', { attemptsLeft });
    }
    expect((await shop.verify(id, code)).body).toMatchObject({ state: 'verified', result: { test: true } });
  });

  it('declines after two seconds', async () => {
    const id = await shop.started('010-0000-0004');
    expect((await shop.see(id)).body['state']).toBe('pending');
    const waiting = shop.see(id, 30);
    await service.rows.testAuthentications.age(id, 2);
    expect((await waiting).body).toMatchObject({ state: 'declined', test: true });
    expectProblem(await shop.verify(id, '123456'), 409, 'authentication_closed', { state: 'declined' });
  });

  it('expires after five seconds, as its expiresAt says', async () => {
    const sentAt = Date.now();
    const { body } = await shop.start('010-0000-0005');
    expectSecondsAfter(sentAt, 5, body['expiresAt'] as string);
    const id = body['id'] as string;
    await service.rows.testAuthentications.age(id, 5);
    expect((await shop.see(id)).body['state']).toBe('expired');
    expectProblem(await shop.verify(id, '123456'), 410, 'authentication_expired', { state: 'expired' });
    expectProblem(await shop.call('DELETE', `/v1/authentications/${id}`), 410, 'authentication_expired', {
      state: 'expired',
    });
  });

  it('of a subscriber opens the app after a second, and the API tells the code from then on', async () => {
    const sentAt = Date.now();
    const { body } = await shop.start('010-0000-0010');
    expectSecondsAfter(sentAt, 180, body['expiresAt'] as string);
    const id = body['id'] as string;
    const before = (await shop.phone(id)).body;
    expect(before).toEqual({ id, state: 'pending', code: null, opensAt: expect.any(String) });
    expect((await shop.see(id, 30)).body['state']).toBe('opened');
    const { code } = (await shop.phone(id)).body as { code: string };
    expect(code).toMatch(/^\d{6}$/);
    expectProblem(await shop.verify(id, otherThan(code)), 422, 'code_mismatch', { attemptsLeft: 4 });
    expect((await shop.verify(id, code)).body).toMatchObject({ result: { channel: 'push', test: true } });
    expect((await shop.phone(id)).body).toMatchObject({ state: 'verified', code: null });
  });

  it('without a subscription is verified by a code by SMS, which is there at once', async () => {
    const { body } = await shop.start('010-0000-0011');
    expect(body['channel']).toBe('sms');
    const id = body['id'] as string;
    const { code } = (await shop.phone(id)).body as { code: string };
    expect((await shop.verify(id, code)).body).toMatchObject({ result: { channel: 'sms', test: true } });
    const byOtp = await shop.started('010-0000-0011', { method: 'otp' });
    expect((await shop.phone(byOtp)).body['code']).toBeNull();
  });

  it('has a one-time password, which nothing has to be sent for', async () => {
    const { body } = await shop.start('010-0000-0012', { method: 'otp' });
    expect(body['channel']).toBe('otp');
    const id = body['id'] as string;
    expectProblem(await shop.call('POST', `/v1/authentications/${id}/resend`), 409, 'nothing_to_send');
    const { code } = (await shop.phone(id)).body as { code: string };
    expect((await shop.verify(id, code)).body).toMatchObject({ result: { channel: 'otp', test: true } });
  });

  it('approves without a code: digits are answered, and each number ends as its row says', async () => {
    const approve = { method: 'approve' };
    const { body } = await shop.start('010-0000-0010', approve, { 'Idempotency-Key': 'an-approval' });
    expect(body).toMatchObject({ channel: 'approve', state: 'pending', match: expect.stringMatching(/^\d\d$/) });
    const again = await shop.start('010-0000-0010', approve, { 'Idempotency-Key': 'an-approval' });
    expect(again.body).toEqual(body);
    const id = body['id'] as string;
    expectProblem(await shop.verify(id, '123456'), 409, 'nothing_to_verify');
    const verified = await shop.see(id, 30);
    expect(verified.body).toMatchObject({ state: 'verified', result: { channel: 'approve', test: true } });
    expect(verified.body).not.toHaveProperty('match');
    expectProblem(await shop.verify(id, '123456'), 409, 'nothing_to_verify');
    const declined = await shop.started('010-0000-0004', approve);
    expect((await shop.see(declined, 30)).body).toMatchObject({ state: 'declined' });
    for (const number of ['010-0000-0011', '010-0000-0020', '010-0000-0999']) {
      const unasked = await shop.started(number, approve);
      expect((await shop.see(unasked)).body).toMatchObject({ channel: 'approve', state: 'pending' });
    }
    const byPush = await shop.start('010-0000-0003', { match: true });
    expect(byPush.body).toMatchObject({ channel: 'push', match: expect.stringMatching(/^\d\d$/) });
    expectProblem(await shop.start('010-0000-0012', { method: 'otp', match: true }), 400, 'invalid_request', {
      errors: [{ pointer: '/match', detail: expect.stringMatching(/\S/) }],
    });
  });

  it('signs a transaction: its code is right for exactly that one', async () => {
    expectProblem(
      await shop.start('010-0000-0013', { method: 'sign', transaction: TRANSACTION }),
      403,
      'insufficient_scope',
    );
    const id = await bank.started('010-0000-0013', { method: 'sign', transaction: TRANSACTION });
    const code = await bank.code(id);
    expect(code).toMatch(/^\d{8}$/);
    expectProblem(await bank.verify(id, code), 422, 'code_mismatch', { attemptsLeft: 4 });
    const other = [{ label: '받는 분', value: '홍길순' }];
    expectProblem(await bank.verify(id, code, { transaction: other }), 422, 'code_mismatch', { attemptsLeft: 3 });
    const { body } = await bank.verify(id, code, { transaction: TRANSACTION });
    expect(body).toMatchObject({ result: { channel: 'sign', test: true } });
    const digest = expect.stringMatching(/^[\da-f]{64}$/);
    expect(decodeJwt(body['assertion'] as string)).toMatchObject({ transactionDigest: digest, test: true });
  });

  it.each(['010-0000-0020', '010-0000-0999'])('%s takes no code, and the fifth wrong one ends it', async (number) => {
    const { body } = await shop.start(number);
    const locked = number === '010-0000-0020';
    expect(body).toMatchObject({ channel: locked ? 'push' : 'sms', state: 'pending', attemptsLeft: 5, test: true });
    const id = body['id'] as string;
    expect((await shop.phone(id)).body).toMatchObject({ code: null, opensAt: null });
    for (const attemptsLeft of [4, 3, 2, 1]) {
      expectProblem(await shop.verify(id, '123456'), 422, 'code_mismatch', { attemptsLeft });
    }
    expectProblem(await shop.verify(id, '123456'), 422, 'attempts_exhausted', { attemptsLeft: 0 });
    expect((await shop.see(id)).body['state']).toBe('failed');
    expectProblem(await shop.verify(id, '123456'), 409, 'authentication_closed', { state: 'failed' });
    expect(await service.rows.testAuthentications.find(id)).toMatchObject({ person: null, code: null });
  });

  it('is refused as one that was asked too often, with Retry-After and RateLimit', async () => {
    const answer = await shop.start('010-0000-0021');
    expectProblem(answer, 429, 'too_many_requests');
    expect(answer.headers.get('retry-after')).toBe('600');
    expect(answer.headers.get('ratelimit')).toBe('"starts";r=0;t=600');
  });

  it('is answered as by a service that is unavailable', async () => {
    const answer = await shop.start('010-0000-0022');
    expectProblem(answer, 503, 'service_unavailable');
    expect(answer.headers.get('retry-after')).toBe('1');
    const metrics = await (await fetch(`${service.process.announcement.management}/metrics`)).text();
    const ofStarts = metrics.split('\n').filter((line) => line.includes('route="/v1/authentications"'));
    expect(ofStarts.filter((line) => /503|unavailable/.test(line))).toEqual([]);
  });
});

it('the guide names exactly the test numbers that there are', async () => {
  const guide = await readFile('src/developers/guide/test-mode.md', 'utf8');
  const named = [...guide.matchAll(/^\| 0(10)-(\d{4})-(\d{4}) \|/gm)].map(([, ...parts]) => `+82${parts.join('')}`);
  expect(named.sort()).toEqual(Object.keys(TEST_PERSONS).sort());
});

describe('Test mode', () => {
  it('asks no line, sends nothing, spends no budget and is in no audit, also for the number of a real subscriber', async () => {
    const { person, pushToken } = await service.subscriber();
    // The two notices of the subscription itself: a text message is written down after it was handed over.
    const before = await eventually('everything to be sent', async () => {
      const rows = await service.rows.testAuthentications.liveRows();
      return rows['deliveries'] === '0' && rows['messages'] === '2' && rows;
    });
    const pushes = service.pushesTo(pushToken).length;
    for (let times = 0; times < 7; times += 1) {
      const { status, body } = await shop.start(person.phoneNumber, { birthDate: person.birthDate });
      expect([status, body['channel'], body['test']]).toEqual([201, 'sms', true]);
    }
    for (const number of Object.keys(TEST_PERSONS)) await shop.start(number, {}, { 'Idempotency-Key': randomUUID() });
    expect(await service.rows.testAuthentications.liveRows()).toEqual(before);
    expect(service.pushesTo(pushToken)).toHaveLength(pushes);
  });

  it('resends at most three times, 30 seconds apart, and cancels', async () => {
    const id = await shop.started('010-0000-0010');
    const resend = () => shop.call('POST', `/v1/authentications/${id}/resend`);
    const early = await resend();
    expectProblem(early, 429, 'too_many_requests');
    expect(Number(early.headers.get('retry-after'))).toBeGreaterThan(20);
    for (let times = 0; times < 3; times += 1) {
      await service.rows.testAuthentications.age(id, 30);
      expect((await resend()).status).toBe(202);
    }
    await service.rows.testAuthentications.age(id, 30);
    expectProblem(await resend(), 429, 'too_many_requests');
    // It has aged past the moment at which its person opens it: the wait below is for the end alone.
    await eventually('the person to open it', async () => (await shop.see(id)).body['state'] === 'opened');
    const waiting = shop.see(id, 30);
    expect((await shop.call('DELETE', `/v1/authentications/${id}`)).status).toBe(204);
    expect((await waiting).body['state']).toBe('cancelled');
    expectProblem(await shop.call('DELETE', `/v1/authentications/${id}`), 409, 'authentication_closed', {
      state: 'cancelled',
    });
  });

  it('cancels an older one of the same person', async () => {
    const [first, other] = [await shop.started('010-0000-0010'), await bank.started('010-0000-0010')];
    await shop.started('010-0000-0010');
    expect((await shop.see(first)).body['state']).toBe('cancelled');
    expect((await bank.see(other)).body['state']).not.toBe('cancelled');
  });

  it('leaves one pending authentication of a person, also of several starts at the same moment', async () => {
    for (let times = 0; times < 4; times += 1) {
      const ids = await Promise.all(Array.from({ length: 4 }, () => bank.started('010-0000-0020')));
      const states = await Promise.all(ids.map(async (id) => (await bank.see(id)).body['state']));
      expect(states.sort()).toEqual(['cancelled', 'cancelled', 'cancelled', 'pending']);
    }
  });

  it('gives the assertion to the right code alone, whatever comes at the same moment', async () => {
    for (let times = 0; times < 6; times += 1) {
      const id = await bank.started('010-0000-0011');
      const { code } = (await bank.phone(id)).body as { code: string };
      const wrong = () => bank.verify(id, otherThan(code));
      const [first, right, ...others] = await Promise.all([wrong(), bank.verify(id, code), wrong(), wrong()]);
      expect(right.body).toMatchObject({ state: 'verified', assertion: expect.any(String) });
      for (const one of [first, ...others])
        expect(one.body['code']).toMatch(/^(?:code_mismatch|authentication_closed)$/);
    }
  });

  it('gives one answer to the same right request at the same moment', async () => {
    const id = await bank.started('010-0000-0011');
    const { code } = (await bank.phone(id)).body as { code: string };
    const answers = await Promise.all(Array.from({ length: 4 }, () => bank.verify(id, code)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(new Set(answers.map(({ body }) => body['assertion'])).size).toBe(1);
  });

  it('counts five wrong codes at the same moment one by one, and is closed by the fifth', async () => {
    const id = await bank.started('010-0000-0011');
    const wrong = otherThan((await bank.phone(id)).body['code'] as string);
    const answers = await Promise.all(Array.from({ length: 6 }, () => bank.verify(id, wrong)));
    const codes = answers.map(({ body }) => body['code']).sort();
    expect(codes).toEqual(['attempts_exhausted', 'authentication_closed', ...Array<string>(4).fill('code_mismatch')]);
    expect((await bank.see(id)).body).toMatchObject({ state: 'failed', attemptsLeft: 0 });
  });

  it('repeats a start with its Idempotency-Key for as long as the test is there', async () => {
    const headers = { 'Idempotency-Key': randomUUID() };
    const { body } = await shop.start('010-0000-0011', {}, headers);
    await service.rows.testAuthentications.age(body['id'] as string, 25 * 3_600);
    expect((await shop.start('010-0000-0011', {}, headers)).status).toBe(201);
  });

  it('honours Idempotency-Key, apart from the keys of live starts', async () => {
    const headers = { 'Idempotency-Key': randomUUID() };
    const both = await Promise.all([0, 1].map(() => shop.start('010-0000-0011', {}, headers)));
    expect(both[1]).toMatchObject({ status: 201, body: both[0]!.body });
    expectProblem(await shop.start('010-0000-0010', {}, headers), 422, 'idempotency_key_reused');
    expect((await live.start('010-0000-0011', {}, headers)).body).toMatchObject({ channel: 'sms', state: 'pending' });
  });

  it('refuses what a live start refuses', async () => {
    expectProblem(await shop.start('010-0000-0010', { birthDate: '991332' }), 400, 'invalid_request', {
      errors: [{ pointer: '/birthDate', detail: expect.any(String) }],
    });
    expectProblem(await shop.start('010-0000-0010', { transaction: TRANSACTION }), 400, 'invalid_request', {
      errors: [{ pointer: '/transaction', detail: expect.any(String) }],
    });
    expectProblem(await shop.see('not-an-id'), 404, 'authentication_not_found');
  });

  it('starts at most a hundred in ten seconds, and another client is not held up', async () => {
    const tester = await testerOf(await register(['authentications']), SECRETS.test);
    const refused = await eventually('the bound', async () => {
      const answers = await Promise.all(Array.from({ length: 101 }, () => tester.start('010-0000-0022')));
      return answers.find(({ status }) => status === 429);
    });
    expectProblem(refused, 429, 'too_many_requests');
    expect(refused.headers.get('ratelimit-policy')).toBe('"test-quota";q=100;w=10');
    expect((await bank.start('010-0000-0011')).status).toBe(201);
  });

  it('does not mix with live mode, nor with another relying party', async () => {
    const [test, real] = [
      await shop.started('010-0000-0011'),
      (await live.start('010-0000-0011')).body['id'] as string,
    ];
    expect(await live.see(real)).toMatchObject({ status: 200, body: { state: 'pending' } });
    for (const [caller, id] of [
      [live, test],
      [bank, test],
      [shop, real],
    ] as const) {
      const path = `/v1/authentications/${id}`;
      for (const answer of [
        await caller.see(id),
        await caller.verify(id, '123456'),
        await caller.call('POST', `${path}/resend`),
        await caller.call('DELETE', path),
      ]) {
        expectProblem(answer, 404, 'authentication_not_found');
      }
      if (caller !== live) expectProblem(await caller.phone(id), 404, 'authentication_not_found');
    }
    expect((await shop.see(test)).body).toMatchObject({ state: 'pending', attemptsLeft: 5 });
  });

  it('is refused at every address that has none, and live tokens at its own', async () => {
    const SERVED = /^(?:\/v1\/authentications|\/v1\/windows|\/v1\/test\/)/;
    const document = (
      await answerOf<{ paths: Record<string, Record<string, { security?: object[] }>> }>(
        await fetch(`${service.issuer}/openapi.json`),
      )
    ).body;
    const clientId = await register(['authentications', 'signing', 'carrier', 'operator', 'operator.decide']);
    const tester = await testerOf(clientId, SECRETS.test);
    const refused: string[] = [];
    for (const [path, methods] of Object.entries(document.paths)) {
      for (const [method, { security = [] }] of Object.entries(methods)) {
        if (SERVED.test(path) || !security.some((one) => 'bearer' in one)) continue;
        const answer = await tester.call(method.toUpperCase(), path.replace(/\{\w+\}/g, randomUUID()));
        expect([method, path, answer.body['code']]).toEqual([method, path, 'wrong_mode']);
        refused.push(path);
      }
    }
    expect(refused).toEqual(
      expect.arrayContaining(['/carrier/v1/events', '/operator/v1/overview', '/v1/registrations']),
    );
    expectProblem(await live.phone(randomUUID()), 403, 'wrong_mode');
  });

  it('deletes what is a day old', async () => {
    await eventually('the purge', async () => (await service.rows.testAuthentications.find(aged)) === undefined);
    expectProblem(await shop.see(aged), 404, 'authentication_not_found');
  });
});

describe('A hosted window of test mode', () => {
  const opening = { purpose: '가입', returnUrl: RETURN_URL, state: 's', locale: 'en' };

  async function opened(method?: 'push' | 'otp'): Promise<{
    windowId: string;
    page: string;
    send: (path: string, body?: object) => Promise<Answer<Body>>;
  }> {
    const { status, body } = await shop.call('POST', '/v1/windows', { ...opening, method });
    expect(status).toBe(201);
    const { windowId, url } = body as { windowId: string; url: string };
    const response = await fetch(url);
    const [cookie = ''] = response.headers.getSetCookie();
    const send = async (path: string, sent?: object) =>
      answerOf<Body>(
        await fetch(`${url}/${path}`, {
          method: sent ? 'POST' : 'GET',
          headers: { Cookie: cookie.split(';')[0]!, 'Content-Type': 'application/json' },
          ...(sent && { body: JSON.stringify(sent) }),
        }),
      );
    return { windowId, page: await response.text(), send };
  }
  const person = (phoneNumber: string) => ({ birthDate: '900101', genderDigit: '1', phoneNumber });

  it('says that it is one, verifies a test person, and tells the relying party’s test token alone', async () => {
    const { windowId, page, send } = await opened();
    expect(page).toContain('Test window. Nobody is verified');
    const before = await service.rows.testAuthentications.liveRows();
    expect((await send('authentication', person('010-0000-0010'))).status).toBe(201);
    const { body } = await shop.call('GET', `/v1/windows/${windowId}`);
    const { id, test } = body['authentication'] as { id: string; test: boolean };
    expect([body['state'], test]).toEqual(['open', true]);
    expect((await send('verification', { code: await shop.code(id) })).body).toMatchObject({ state: 'verified' });
    const { body: after } = await shop.call('GET', `/v1/windows/${windowId}`);
    expect(after).toMatchObject({ state: 'closed', authentication: { result: { test: true } } });
    for (const other of [live, bank]) {
      expectProblem(await other.call('GET', `/v1/windows/${windowId}`), 404, 'window_not_found');
    }
    expect(await service.rows.testAuthentications.liveRows()).toEqual(before);
  });

  it('changes to the other method once, resends, cancels, and a live window is not its own', async () => {
    const { windowId, send } = await opened();
    await send('authentication', person('010-0000-0012'));
    const changed = await send('method', { method: 'otp' });
    expect(changed.body).toMatchObject({
      channel: 'otp',
      state: 'pending',
      otherMethod: null,
      askedOf: '010-0000-0012',
    });
    const { body } = await shop.call('GET', `/v1/windows/${windowId}`);
    expect(body).toMatchObject({ state: 'open', authentication: { channel: 'otp', test: true } });
    expectProblem(await send('resend', {}), 409, 'nothing_to_send');
    expect((await send('cancel', {})).body).toMatchObject({ state: 'cancelled' });

    const real = (await live.call('POST', '/v1/windows', opening)).body as { windowId: string; url: string };
    expect(await (await fetch(real.url)).text()).not.toContain('Test window');
    expectProblem(await shop.call('GET', `/v1/windows/${real.windowId}`), 404, 'window_not_found');
  });

  it('is told as closed to its relying party, as a test and once, with the authentication that ended it', async () => {
    const told = async (windowId: string) => {
      const { body } = await live.call('GET', '/v1/webhook-events?type=window.closed');
      return (body['events'] as { data: Body }[])
        .map(({ data }) => data)
        .filter((data) => data['windowId'] === windowId);
    };
    expect(await told('none')).toEqual([]);
    const { windowId, send } = await opened();
    await send('authentication', person('010-0000-0012'));
    await send('method', { method: 'otp' });
    // The first one was cancelled by the second one, with which the window goes on.
    expect(await told(windowId)).toEqual([]);
    const { body } = await shop.call('GET', `/v1/windows/${windowId}`);
    const { id } = body['authentication'] as { id: string };
    expect((await send('verification', { code: await shop.code(id) })).body).toMatchObject({ state: 'verified' });
    expect(await told(windowId)).toEqual([{ windowId, state: 'closed', authenticationId: id, test: true }]);

    const other = await opened();
    await other.send('authentication', person('010-0000-0010'));
    expect((await other.send('cancel', {})).body).toMatchObject({ state: 'cancelled' });
    expect(await told(other.windowId)).toMatchObject([{ state: 'closed', test: true }]);
  });

  it('goes on with the other method when its button is pressed twice', async () => {
    for (let times = 0; times < 3; times += 1) {
      const { windowId, send } = await opened();
      await send('authentication', person('010-0000-0012'));
      const pressed = await Promise.all(Array.from({ length: 3 }, () => send('method', { method: 'otp' })));
      for (const { body } of pressed) expect(body).toMatchObject({ channel: 'otp', state: 'pending' });
      const { body } = await shop.call('GET', `/v1/windows/${windowId}`);
      expect(body).toMatchObject({ state: 'open', authentication: { channel: 'otp', state: 'pending' } });
    }
  });

  it.each(['010-0000-0010', '010-0000-0001'])('of %s gives no assertion, as a live one', async (number) => {
    const { windowId, send } = await opened();
    await send('authentication', person(number));
    const { body } = await shop.call('GET', `/v1/windows/${windowId}`);
    const { id } = body['authentication'] as { id: string };
    const code = number === '010-0000-0001' ? '000000' : await shop.code(id);
    if (number !== '010-0000-0001') expect((await send('verification', { code })).body['state']).toBe('verified');
    for (const typed of [code, otherThan(code)]) {
      expectProblem(await shop.verify(id, typed), 409, 'authentication_closed', { state: 'verified' });
      expectProblem(await send('verification', { code: typed }), 409, 'authentication_closed', { state: 'verified' });
    }
  });

  it('by OTP begins with every test number, and verifies by the code', async () => {
    const atOnce = await opened('otp');
    const begun = await atOnce.send('authentication', person('010-0000-0001'));
    expect([begun.status, begun.body['channel']]).toEqual([201, 'otp']);
    const { windowId, send } = await opened('otp');
    expect((await send('authentication', person('010-0000-0012'))).body['askedOf']).toBe('010-0000-0012');
    const { body } = await shop.call('GET', `/v1/windows/${windowId}`);
    const code = await shop.code((body['authentication'] as { id: string }).id);
    expect((await send('verification', { code })).body).toMatchObject({ channel: 'otp', state: 'verified' });
  });

  it('is closed for its relying party when its test was deleted', async () => {
    const { windowId, send } = await opened();
    await send('authentication', person('010-0000-0011'));
    const { body } = await shop.call('GET', `/v1/windows/${windowId}`);
    await service.rows.testAuthentications.remove((body['authentication'] as { id: string }).id);
    expect((await shop.call('GET', `/v1/windows/${windowId}`)).body).toEqual({ state: 'closed', authentication: null });
  });
});
