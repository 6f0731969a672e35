import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { pinProof } from '../../src/crypto/pin-proof.ts';
import type { PendingAuthentication, Phone } from '../../src/phone/phone.ts';
import type { ProblemError } from '../../src/phone/problem-error.ts';
import { eventually } from '../support/eventually.ts';
import { scrape } from '../support/exposition.ts';
import { Installation } from '../support/installation.ts';
import { expectFaults, expectProblem } from '../support/problem.ts';
import { TEST_PIN, TestService, type Subscriber, type TestPerson } from '../support/service.ts';

const WRONG_PIN = '918273';

type Started = { id: string; channel: string; state: string; expiresAt: string; attemptsLeft: number; match: string };

let service: TestService;
let subscriber: Subscriber;
let phone: Phone;

beforeAll(async () => {
  service = await TestService.start();
  await service.call('GET', '/v1/webhook-events');
  subscriber = await service.subscriber();
  phone = subscriber.phone;
});
afterAll(() => service.stop());
beforeEach(() => service.rows.budgets.clearStarts());

const APPROVE = { method: 'approve' };
const start = (how: object, { phoneNumber, birthDate, genderDigit }: TestPerson, headers?: Record<string, string>) => {
  const body = { phoneNumber, birthDate, genderDigit, purpose: '이체 확인', ...how };
  return service.call<Started>('POST', '/v1/authentications', body, headers && { headers });
};
const started = async (how: object = APPROVE, person: TestPerson = subscriber.person): Promise<Started> => {
  const { status, body } = await start(how, person);
  expect(status).toBe(201);
  return body;
};
const seen = async (id: string, wait = 0) => (await service.call('GET', `/v1/authentications/${id}?wait=${wait}`)).body;
const asked = async (id: string, by = phone): Promise<PendingAuthentication> =>
  (await by.pending()).find((one) => one.id === id)!;
const refusalOf = async (work: Promise<unknown>) => {
  const { status, code, attemptsLeft } = await work.then(
    () => ({ status: 202 }) as ProblemError,
    (error: unknown) => error as ProblemError,
  );
  return { status, code, ...(attemptsLeft !== undefined && { attemptsLeft }) };
};
/** Digits that differ from these, another pair for each `by`. */
const otherDigits = (match: string, by = 1) => String((Number(match) + by) % 100).padStart(2, '0');
const failures = () => service.rows.devices.pinFailuresOf(phone.deviceId);
/** Text messages with a code to a number. */
const codesTo = ({ phoneNumber }: TestPerson) =>
  service.smsc.received.filter(({ to, text }) => to === phoneNumber && text.includes('인증번호'));
/** What the relying party was told of an authentication, the first first. */
const told = async (id: string) => {
  const { events } = (
    await service.call<{ events: { type: string; data: { id?: string } }[] }>('GET', '/v1/webhook-events?limit=500')
  ).body;
  return events.filter(({ data }) => data.id === id).reverse();
};
/** A proof that the phone itself would not make: over these digits. */
const proofOver = async (match: string, { id, nonce }: { id: string; nonce: string }) => {
  const { deviceId } = phone;
  const kept = await service.rows.devices.knowledgeKeyOf(deviceId);
  const key = service.keys.devices.decryptBound(
    'devices:knowledge_key',
    kept,
    await service.rows.devices.bondOf(deviceId),
  );
  return pinProof(key!, { purpose: 'approve', id, deviceId, nonce, match });
};

describe('The method approve', () => {
  it('verifies a person by the PIN and the two digits of the page, with no code anywhere', async () => {
    const { id, match, ...answer } = await started();
    expect(answer).toEqual({
      channel: 'approve',
      state: 'pending',
      expiresAt: expect.any(String),
      attemptsLeft: 5,
    });
    expect(match).toMatch(/^\d\d$/);
    await service.pushed(subscriber.pushToken, 'wake');
    const pending = await asked(id);
    expect(pending).toMatchObject({ method: 'approve', match: true, purpose: '이체 확인', state: 'pending' });
    expect(JSON.stringify({ ...pending, id: '', nonce: '', requestedAt: '', expiresAt: '' })).not.toContain(match);
    expect(await seen(id)).toMatchObject({ state: 'pending', match });

    const waiting = seen(id, 30);
    await phone.approve(pending, TEST_PIN, match);
    const verified = await waiting;
    expect(verified).toEqual({
      id,
      channel: 'approve',
      state: 'verified',
      expiresAt: answer.expiresAt,
      attemptsLeft: 5,
      result: expect.objectContaining({
        channel: 'approve',
        birthDate: '1990-01-01',
        phoneNumber: subscriber.person.phoneNumber,
        subject: expect.stringMatching(/^[\w-]{43}$/),
      }),
    });
    expect((await told(id)).map(({ type, data }) => ({ type, ...data }))).toEqual([
      { type: 'authentication.verified', id, state: 'verified', channel: 'approve', closedAt: expect.any(String) },
    ]);
    const [entry] = await phone.history();
    expect(entry).toMatchObject({ id, channel: 'approve', state: 'verified', device: expect.stringMatching(/\S/) });
    expect(service.pushesTo(subscriber.pushToken).filter(({ data }) => data['t'] === 'code')).toEqual([]);
    expect(codesTo(subscriber.person)).toEqual([]);
    // The answer was lost: the app that sends it again learns how it ended.
    expect(await refusalOf(phone.approve(pending, TEST_PIN, match))).toEqual({
      status: 409,
      code: 'authentication_closed',
    });
    const figures = await scrape(service.process.announcement.management);
    const verifiedOnes = { method: 'approve', channel: 'approve', outcome: 'verified' };
    expect(figures.value('pushguard_authentications_total', verifiedOnes)).toBe(1);
  });

  it('ends at the third wrong pair of digits, and wrong digits lock no PIN', async () => {
    const { id, match } = await started();
    const pending = await asked(id);
    const answers = [];
    for (const by of [1, 2, 3, 4])
      answers.push(await refusalOf(phone.approve(pending, TEST_PIN, otherDigits(match, by))));
    const wrong = { status: 422, code: 'match_mismatch' };
    expect(answers).toEqual([
      { ...wrong, attemptsLeft: 2 },
      { ...wrong, attemptsLeft: 1 },
      { ...wrong, attemptsLeft: 0 },
      { status: 409, code: 'authentication_closed' },
    ]);
    expect(await seen(id)).toMatchObject({ state: 'failed', attemptsLeft: 5 });
    const [entry] = await phone.history();
    expect(entry).toMatchObject({ id, state: 'failed', device: expect.stringMatching(/./) });
    expect((await told(id)).map(({ type }) => type)).toEqual(['authentication.failed']);
    expect(await failures()).toBe(0);
    expect(await refusalOf(phone.approve(pending, TEST_PIN, match))).toMatchObject({ code: 'authentication_closed' });
  });

  it('counts a wrong PIN as ever, and the PIN is proven over the digits that were sent', async () => {
    const { id, match } = await started();
    const pending = await asked(id);
    expect(await refusalOf(phone.approve(pending, WRONG_PIN, match))).toEqual({
      status: 422,
      code: 'pin_mismatch',
      attemptsLeft: 4,
    });
    const installation = await Installation.of(phone);
    const path = `/app/v1/authentications/${id}/approve`;
    const body = { pinProof: await proofOver(otherDigits(match), pending), match };
    expectProblem(await installation.send('POST', path, body), 422, 'pin_mismatch', { attemptsLeft: 3 });
    expect(await failures()).toBe(2);
    await phone.approve(pending, TEST_PIN, match);
    expect(await failures()).toBe(0);
    expect(await seen(id)).toMatchObject({ state: 'verified' });
  });

  it('has nothing to verify with a code, open or closed', async () => {
    const { id, match } = await started();
    expectProblem(await service.verify(id, '123456'), 409, 'nothing_to_verify');
    await phone.approve(await asked(id), TEST_PIN, match);
    expectProblem(await service.verify(id, '123456'), 409, 'nothing_to_verify');
    expect(await seen(id)).toMatchObject({ state: 'verified', attemptsLeft: 5 });
  });

  it('sends no text message to those whom no phone can be asked for: they expire', async () => {
    const plain = await service.addLine();
    const awaiting = await service.addLine();
    await service.subscribe(awaiting);
    for (const person of [plain, awaiting]) {
      const { id, channel, match } = await started(APPROVE, person);
      expect({ channel, match }).toEqual({ channel: 'approve', match: expect.stringMatching(/^\d\d$/) });
      await service.rows.deliveries.untilDone(id);
      await service.rows.authentications.expire(id);
      expect(await seen(id, 30)).toMatchObject({ state: 'expired' });
      expect(codesTo(person)).toEqual([]);
    }
  });

  it('asks the phone of a subscriber who permits codes by SMS', async () => {
    const other = await service.subscriber();
    const first = await started({}, other.person);
    await other.phone.decline(first.id, 'cancelled');
    await other.phone.permitSms(await service.rows.clients.idOf('demo-shop'), TEST_PIN);
    const { id, match } = await started(APPROVE, other.person);
    await other.phone.approve(await asked(id, other.phone), TEST_PIN, match);
    expect(await seen(id)).toMatchObject({ state: 'verified' });
  });

  it('answers a repeated Idempotency-Key with the same digits, and another body under it is refused', async () => {
    const headers = { 'Idempotency-Key': 'an-approval' };
    const first = await start(APPROVE, subscriber.person, headers);
    expect((await start(APPROVE, subscriber.person, headers)).body).toEqual(first.body);
    expectProblem(await start({}, subscriber.person, headers), 422, 'idempotency_key_reused');
    await service.call('DELETE', `/v1/authentications/${first.body.id}`);
    await eventually('the phone learns that it was cancelled', async () => !(await asked(first.body.id)));
  });
});

describe('Two-way match by push', () => {
  it('digits where none are asked for are refused before the PIN is counted', async () => {
    const { id } = await started({});
    const installation = await Installation.of(phone);
    for (const pin of [WRONG_PIN, TEST_PIN]) {
      const body = { pinProof: await phone['prove']('open', await asked(id), pin), match: '47' };
      expectFaults(await installation.send('POST', `/app/v1/authentications/${id}/open`, body), '/match');
    }
    expect(await failures()).toBe(0);
    await service.call('DELETE', `/v1/authentications/${id}`);
  });

  it('the app opens after the digits of the page, and the code is then typed as ever', async () => {
    const { id, channel, match } = await started({ match: true });
    expect(channel).toBe('push');
    const pending = await asked(id);
    expect(pending).toMatchObject({ match: true });
    expect(pending).not.toHaveProperty('method');
    const installation = await Installation.of(phone);
    for (const pin of [WRONG_PIN, TEST_PIN]) {
      const missing = { pinProof: await phone['prove']('open', pending, pin) };
      expectFaults(await installation.send('POST', `/app/v1/authentications/${id}/open`, missing), '/match');
    }
    expect(await failures()).toBe(0);
    expect(await refusalOf(phone.open(pending, TEST_PIN, undefined, otherDigits(match)))).toEqual({
      status: 422,
      code: 'match_mismatch',
      attemptsLeft: 2,
    });
    expect(await failures()).toBe(0);
    await phone.open(pending, TEST_PIN, undefined, match);
    expect(await seen(id)).not.toHaveProperty('match');
    const { code } = await phone.readCode(await phone.envelope(id), id);
    expect(await service.verify(id, code)).toMatchObject({ status: 200, body: { result: { channel: 'push' } } });
  });

  it('a process of an earlier release, which does not ask for the digits, cannot open it', async () => {
    const { id, match } = await started({ match: true });
    await expect(service.rows.authentications.openAsBefore(id)).rejects.toThrow('match_is_proven');
    await phone.open(await asked(id), TEST_PIN, undefined, match);
  });

  it('the third wrong pair of digits ends it before there is a code', async () => {
    const { id, match } = await started({ match: true });
    const pending = await asked(id);
    for (const by of [1, 2, 3]) await refusalOf(phone.open(pending, TEST_PIN, undefined, otherDigits(match, by)));
    expect(await seen(id)).toMatchObject({ state: 'failed' });
    expect(await refusalOf(phone.envelope(id))).toEqual({ status: 409, code: 'authentication_closed' });
  });
});

describe('What does not fit', () => {
  it.each([
    ['match with otp', { method: 'otp', match: true }, '/match'],
    ['match that is no boolean', { match: 'yes' }, '/match'],
    ['digits of the relying party’s own', { method: 'approve', matchDigits: '47' }, '/matchDigits'],
    ['a transaction with approve', { method: 'approve', transaction: [{ label: 'a', value: 'b' }] }, '/transaction'],
  ])('a start with %s is refused', async (_what, how, pointer) => {
    expectFaults(await start(how, subscriber.person), pointer);
  });

  it('approving what is opened, opening what is approved, and digits that nobody asks for are refused, and count no PIN', async () => {
    const installation = await Installation.of(phone);
    const byPush = await started({});
    const { nonce } = await asked(byPush.id);
    const over = (id: string, match: string) => proofOver(match, { id, nonce });
    const approve = (id: string, body: object) =>
      installation.send('POST', `/app/v1/authentications/${id}/approve`, body);
    expectFaults(await approve(byPush.id, { pinProof: await over(byPush.id, '47'), match: '47' }), '');
    expect(await refusalOf(phone.open({ id: byPush.id, nonce }, TEST_PIN, undefined, '47'))).toMatchObject({
      status: 400,
    });
    const approval = await started();
    expect(await refusalOf(phone.open(await asked(approval.id), TEST_PIN))).toEqual({
      status: 400,
      code: 'invalid_request',
    });
    for (const match of ['4', '474', '4a', 47, null, undefined]) {
      expectFaults(await approve(approval.id, { pinProof: 'x', match }), '/match');
    }
    expect(await failures()).toBe(0);
    const stranger = await service.subscriber();
    expect(await refusalOf(stranger.phone.approve(await asked(approval.id), TEST_PIN, approval.match))).toEqual({
      status: 404,
      code: 'authentication_not_found',
    });
  });
});

describe('At the same moment', () => {
  it('one of four approvals counts, and of four wrong pairs of digits three', async () => {
    const { id, match } = await started();
    const pending = await asked(id);
    const answers = await Promise.all(
      Array.from({ length: 4 }, () => refusalOf(phone.approve(pending, TEST_PIN, match))),
    );
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(1);
    expect((await told(id)).map(({ type }) => type)).toEqual(['authentication.verified']);

    const next = await started();
    const guessed = await asked(next.id);
    const guesses = await Promise.all(
      [1, 2, 3, 4].map((by) => refusalOf(phone.approve(guessed, TEST_PIN, otherDigits(next.match, by)))),
    );
    const left = guesses.filter(({ code }) => code === 'match_mismatch').map(({ attemptsLeft }) => attemptsLeft);
    expect(left.sort()).toEqual([0, 1, 2]);
    expect(await seen(next.id)).toMatchObject({ state: 'failed' });
  });

  it.each([
    ['a refusal', 'declined', (id: string) => phone.decline(id, 'cancelled')],
    ['a cancelling', 'cancelled', (id: string) => service.call('DELETE', `/v1/authentications/${id}`)],
    ['the end of its life', 'expired', (id: string) => service.rows.authentications.expire(id)],
  ])('an approval beside %s ends it in one way only', async (_what, end, act) => {
    const { id, match } = await started();
    const pending = await asked(id);
    const [approved] = await Promise.all([
      refusalOf(phone.approve(pending, TEST_PIN, match)),
      Promise.resolve(act(id)).catch(() => undefined),
    ]);
    const ended = await eventually('the end', async () => {
      const { state } = await seen(id);
      return state !== 'pending' && String(state);
    });
    expect(ended).toBe(approved.status === 202 ? 'verified' : end);
    expect(
      await eventually('one event', async () => {
        const all = await told(id);
        return all.length > 0 && all;
      }),
    ).toHaveLength(1);
  });

  it('an approval beside a suspension is verified before it or not at all', async () => {
    const other = await service.subscriber();
    const { id, match } = await started(APPROVE, other.person);
    const pending = await asked(id, other.phone);
    const [approved] = await Promise.all([
      refusalOf(other.phone.approve(pending, TEST_PIN, match)),
      service.operate(other.subscriptionId, 'report-loss'),
    ]);
    expect((await seen(id))['state']).toBe(approved.status === 202 ? 'verified' : 'cancelled');
    // Afterwards a start looks like any other, and reaches no phone.
    const after = await started(APPROVE, other.person);
    expect(await other.phone.pending()).toEqual([]);
    expect(await refusalOf(other.phone.approve({ ...pending, id: after.id }, TEST_PIN, after.match))).not.toMatchObject(
      { status: 202 },
    );
    expect(await seen(after.id)).toMatchObject({ state: 'pending', match: after.match });
  });
});
