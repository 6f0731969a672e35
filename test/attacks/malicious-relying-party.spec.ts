import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createHash, randomUUID } from 'node:crypto';
import { otpSubscriber } from '../support/authenticators.ts';
import { eventually } from '../support/eventually.ts';
import { expectProblem } from '../support/problem.ts';
import { answerOf, otherThan, TestService, type Answer, type Subscriber } from '../support/service.ts';
import { isServed } from './thief.ts';

/**
 * The attacker is a relying party, or has stolen the secret of one. It knows birth dates and numbers. The aim: to learn
 * what another relying party does, to be believed without the person, to ring a person at will, or to reach more than
 * its scope.
 */
let service: TestService;

beforeAll(async () => {
  service = await TestService.start();
});
afterAll(() => service.stop());
beforeEach(() => service.rows.budgets.clearStarts());

const BANK = { clientId: 'demo-bank' };
const SHOP = { clientId: 'demo-shop' };
const wakeUps = ({ pushToken }: Subscriber) => service.pushesTo(pushToken).filter(({ data }) => data['t'] === 'wake');
const basic = (id: string, secret: string) => `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;

async function askToken(clientId: string, secret: string, scope?: string): Promise<Answer> {
  return answerOf(
    await fetch(`${service.issuer}/oauth2/token`, {
      method: 'POST',
      headers: { Authorization: basic(clientId, secret) },
      body: new URLSearchParams({ grant_type: 'client_credentials', ...(scope !== undefined && { scope }) }),
    }),
  );
}

/** Starts at the bank for a person, who opens it; returns the id and the code. */
async function openedAtBank(subscriber: Subscriber) {
  const { id } = (await service.start(subscriber.person, BANK)).body;
  return { id, code: await service.codeOf(subscriber, id) };
}

describe('a relying party that knows the id of another’s authentication', () => {
  it('reads, verifies, resends and cancels nothing of it, before and after it is verified', async () => {
    const subscriber = await service.subscriber();
    const { id, code } = await openedAtBank(subscriber);
    const path = `/v1/authentications/${id}`;
    const tryAll = async () => {
      for (const [method, to, body] of [
        ['GET', path],
        ['GET', `${path}?wait=30`],
        ['POST', `${path}/verification`, { code }],
        ['POST', `${path}/resend`],
        ['DELETE', path],
      ] as const)
        expectProblem(await service.call(method, to, body, SHOP), 404, 'authentication_not_found');
    };
    await tryAll();
    const seen = await service.call('GET', path, undefined, BANK);
    expect(seen.body).toMatchObject({ state: 'opened', attemptsLeft: 5 });
    expect((await service.verify(id, code, BANK)).status).toBe(200);
    await tryAll();
  });

  it('is told the same of another’s id, of no one’s and of an impossible one', async () => {
    const { id } = (await service.start((await service.subscriber()).person, BANK)).body;
    const answers = await Promise.all(
      [id, randomUUID(), 'x'].map((one) => service.call('GET', `/v1/authentications/${one}`, undefined, SHOP)),
    );
    expect(new Set(answers.map(({ status, body }) => JSON.stringify({ status, body }))).size).toBe(1);
  });

  it('opens no window with the return address of another, and reads none of another', async () => {
    const returnUrl = `https://${randomUUID()}.example/return`;
    const secret = 'the secret of another';
    const clientId = `other-${randomUUID()}`;
    await service.rows.clients.register({ clientId, secret, returnUrls: [returnUrl] });
    const asked = { purpose: '회원가입', returnUrl, state: 'x', locale: 'ko' };
    const refused = await service.call('POST', '/v1/windows', asked, SHOP);
    expect([refused.status, refused.body['code']]).toEqual([400, 'invalid_request']);
    const { body } = await askToken(clientId, secret);
    const opened = await answerOf(
      await fetch(`${service.issuer}/v1/windows`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${String(body['access_token'])}`, 'Content-Type': 'application/json' },
        body: JSON.stringify(asked),
      }),
    );
    expect(opened.status).toBe(201);
    const path = `/v1/windows/${(opened.body as { windowId: string }).windowId}`;
    expect((await service.call('GET', path, undefined, SHOP)).status).toBe(404);
  });

  it('gets by another’s Idempotency-Key an authentication of its own', async () => {
    const subscriber = await service.subscriber();
    const headers = { 'Idempotency-Key': randomUUID() };
    const banks = await service.start(subscriber.person, { ...BANK, headers });
    const own = await service.start(subscriber.person, { ...SHOP, headers });
    expect([banks.status, own.status]).toEqual([201, 201]);
    expect(own.body.id).not.toBe(banks.body.id);
    expect(own.headers.get('idempotency-replayed')).toBeNull();
    expect((await service.call('GET', `/v1/authentications/${banks.body.id}`, undefined, BANK)).body).toMatchObject({
      state: 'pending',
    });
  });
});

describe('a relying party that guesses codes', () => {
  it('has five guesses, before the person opens and after it, and the right code is worthless then', async () => {
    const subscriber = await service.subscriber();
    const { id } = (await service.start(subscriber.person)).body;
    for (const left of [4, 3])
      expectProblem(await service.verify(id, '000000'), 422, 'code_mismatch', { attemptsLeft: left });
    const code = await service.codeOf(subscriber, id);
    for (const left of [2, 1])
      expectProblem(await service.verify(id, otherThan(code)), 422, 'code_mismatch', { attemptsLeft: left });
    expectProblem(await service.verify(id, otherThan(code)), 422, 'attempts_exhausted', { attemptsLeft: 0 });
    expectProblem(await service.verify(id, code), 409, 'authentication_closed', { state: 'failed' });
  });

  it('has five guesses however many are sent at once, also in several shapes', async () => {
    const subscriber = await service.subscriber();
    const { id } = (await service.start(subscriber.person)).body;
    const right = await service.codeOf(subscriber, id);
    const guesses = Array.from({ length: 40 }, (_, at) =>
      String((Number(right) + 1 + at) % 1_000_000).padStart(6, '0'),
    );
    const answers = await Promise.all(guesses.map((code, at) => service.verify(id, at % 2 ? code : ` ${code}\u00a0`)));
    expect(answers.filter(({ status }) => status === 422)).toHaveLength(5);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(35);
    expectProblem(await service.verify(id, right), 409, 'authentication_closed', { state: 'failed' });
  });

  it('verifies nothing after the 180 seconds, after “not me”, nor with the code of an earlier start', async () => {
    const subscriber = await service.subscriber();
    const late = (await service.start(subscriber.person)).body.id;
    const lateCode = await service.codeOf(subscriber, late);
    await service.rows.authentications.expire(late);
    expectProblem(await service.verify(late, lateCode), 410, 'authentication_expired', { state: 'expired' });

    const first = (await service.start(subscriber.person)).body.id;
    const firstCode = await service.codeOf(subscriber, first);
    const second = (await service.start(subscriber.person)).body.id;
    expectProblem(await service.verify(first, firstCode), 409, 'authentication_closed', { state: 'cancelled' });
    const secondCode = await service.codeOf(subscriber, second);
    if (firstCode !== secondCode)
      expectProblem(await service.verify(second, firstCode), 422, 'code_mismatch', { attemptsLeft: 4 });
    await subscriber.phone.decline(second, 'not_me');
    expectProblem(await service.verify(second, secondCode), 409, 'authentication_closed', { state: 'declined' });
  });

  it('gets a verification once: another body is refused, and the same one after a minute', async () => {
    const { id, code } = await openedAtBank(await service.subscriber());
    expect((await service.verify(id, code, BANK)).status).toBe(200);
    expect((await service.verify(id, otherThan(code), BANK)).status).toBe(409);
    await service.rows.authentications.ageVerification(id, 60);
    expectProblem(await service.verify(id, code, BANK), 409, 'authentication_closed', { state: 'verified' });
  });
});

describe('a relying party that rings a person', () => {
  it('rings five times by starting and cancelling, is refused then, and stops the person nowhere else', async () => {
    const victim = await service.subscriber();
    const statuses: number[] = [];
    for (let round = 0; round < 7; round += 1) {
      const { status, body } = await service.start(victim.person);
      statuses.push(status);
      if (status === 201) await service.call('DELETE', `/v1/authentications/${body.id}`);
    }
    expect(statuses).toEqual([201, 201, 201, 201, 201, 429, 429]);
    expect(wakeUps(victim).length).toBeLessThanOrEqual(5);
    expect(await isServed(service, victim, 'demo-bank')).toBe(true);
  });

  it('rings after “not me” neither by a start, a resend nor a cancellation, and the bank rings as before', async () => {
    const victim = await service.subscriber();
    const first = (await service.start(victim.person)).body.id;
    await eventually('the first ring', () => wakeUps(victim).length === 1);
    await victim.phone.decline(first, 'not_me');
    const pushes = service.pushesTo(victim.pushToken).length;
    const { id } = (await service.start(victim.person)).body;
    await service.rows.authentications.rewindSending(id, 31);
    expect((await service.call('POST', `/v1/authentications/${id}/resend`)).status).toBe(202);
    await service.rows.deliveries.untilDone(id);
    expect((await service.call('DELETE', `/v1/authentications/${id}`)).status).toBe(204);
    await service.rows.deliveries.untilDone(id);
    expect(service.pushesTo(victim.pushToken)).toHaveLength(pushes);
    const banks = (await service.start(victim.person, BANK)).body.id;
    await eventually('the ring of the bank', () => wakeUps(victim).some(({ data }) => data['id'] === banks));
    expect((await service.verify(banks, await service.codeOf(victim, banks), BANK)).status).toBe(200);
    expect(wakeUps(victim)).toHaveLength(2);
  });

  it('that names site after site silences the ring of others at most: the person is served by what the app lists', async () => {
    const victim = await service.subscriber();
    const { phoneNumber, birthDate, genderDigit } = victim.person;
    const statuses: number[] = [];
    for (let count = 0; count < 32; count += 1) {
      const body = { phoneNumber, birthDate, genderDigit, purpose: '회원가입', site: `site-${count}.example` };
      statuses.push((await service.call('POST', '/v1/authentications', body)).status);
    }
    expect(statuses.filter((status) => status === 201)).toHaveLength(30);
    expect(wakeUps(victim).length).toBeLessThanOrEqual(15);
    const { status, body } = await service.start(victim.person, BANK);
    expect(status).toBe(201);
    const code = await service.codeOf(victim, body.id);
    expect((await service.verify(body.id, code, BANK)).status).toBe(200);
  });

  it('locks by wrong one-time passwords nothing that a verification by push does not open again', async () => {
    const victim = await otpSubscriber(service);
    const { phoneNumber, birthDate, genderDigit } = victim.person;
    const asked = { phoneNumber, birthDate, genderDigit, purpose: '로그인', method: 'otp' };
    const { id } = (await service.call<{ id: string }>('POST', '/v1/authentications', asked)).body;
    for (let guess = 0; guess < 5; guess += 1) await service.verify(id, '000000');
    expect(await isServed(service, victim, 'demo-bank')).toBe(true);
    expect((await victim.phone.authenticators()).find(({ kind }) => kind === 'otp')).toMatchObject({ locked: false });
  });
});

describe('the thief of a relying party’s secret', () => {
  const thiefs = async (scopes = ['authentications']) => {
    const [clientId, secret] = [`stolen-${randomUUID()}`, `secret-${randomUUID()}`];
    await service.rows.clients.register({ clientId, secret, scopes });
    return { clientId, secret };
  };
  const callWith = async (token: unknown, method: string, path: string, body?: object) =>
    answerOf<Record<string, unknown>>(
      await fetch(service.issuer + path, {
        method,
        headers: { Authorization: `Bearer ${String(token)}`, ...(body && { 'Content-Type': 'application/json' }) },
        ...(body && { body: JSON.stringify(body) }),
      }),
    );

  it('gets no other scope, and reaches neither the call centre, the carrier’s feed, signing nor the app', async () => {
    const { clientId, secret } = await thiefs();
    for (const scope of ['operator', 'operator.decide', 'carrier', 'signing', 'authentications operator'])
      expect((await askToken(clientId, secret, scope)).body).toMatchObject({ error: 'invalid_scope' });
    const { access_token: token } = (await askToken(clientId, secret)).body;
    const victim = await service.subscriber();
    const { phoneNumber, birthDate, genderDigit } = victim.person;
    const person = { phoneNumber, birthDate, genderDigit };
    const [reason, of] = ['고객 요청', `/operator/v1/subscriptions/${victim.subscriptionId}`];
    for (const [method, path, body] of [
      ['GET', `/operator/v1/subscriptions?phoneNumber=${encodeURIComponent(phoneNumber)}`],
      ['GET', `${of}/history`],
      ['POST', `${of}/cancel`, { reason }],
      ['POST', `${of}/requests`, { deed: 'cancel', reason }],
      ['POST', `${of}/enrolment-code`, { reason }],
      ['POST', `${of}/unlock-pin`, { reason }],
      ['PUT', `/carrier/v1/lines/${victim.person.lineId}`, {}],
      ['POST', '/v1/smart-otps', person],
      [
        'POST',
        '/v1/authentications',
        { ...person, purpose: '이체', method: 'sign', transaction: [{ label: 'a', value: 'b' }] },
      ],
    ] as const) {
      const answer = await callWith(token, method, path, body);
      expect([path, answer.status, answer.body['code']]).toEqual([path, 403, 'insufficient_scope']);
    }
    expect((await callWith(token, 'GET', '/app/v1/authentications')).status).toBe(401);
    expect(await isServed(service, victim)).toBe(true);
  });

  it('verifies nobody without the phone and the PIN, and the phone shows in whose name it asks', async () => {
    const { clientId, secret } = await thiefs();
    const { access_token: token } = (await askToken(clientId, secret)).body;
    const victim = await service.subscriber();
    const { phoneNumber, birthDate, genderDigit } = victim.person;
    const start = { phoneNumber, birthDate, genderDigit, purpose: '회원가입' };
    const { body } = await callWith(token, 'POST', '/v1/authentications', start);
    const path = `/v1/authentications/${(body as { id: string }).id}`;
    for (const code of ['000000', '123456', '999999'])
      expect((await callWith(token, 'POST', `${path}/verification`, { code })).status).toBe(422);
    expect((await victim.phone.pending())[0]).toMatchObject({ relyingParty: { name: '시험 업체' } });
    expect((await callWith(token, 'GET', path)).body).not.toHaveProperty('result');
  });

  it('gets no token with it once the relying party has another', async () => {
    const { clientId, secret } = await thiefs();
    expect((await askToken(clientId, secret)).status).toBe(200);
    const next = `secret-${randomUUID()}`;
    await service.rows.clients.setSecret(clientId, createHash('sha256').update(next).digest());
    expect((await askToken(clientId, secret)).body).toMatchObject({ error: 'invalid_client' });
    expect((await askToken(clientId, next)).status).toBe(200);
  });
});
