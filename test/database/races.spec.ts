import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import { importDeviceKeys } from '../../src/phone/device-keys.ts';
import { deviceProof } from '../../src/phone/device-proof.ts';
import type { Phone } from '../../src/phone/phone.ts';
import { startFleet, type Fleet } from '../support/fleet.ts';
import { codeAt, otpSubscriber, signedBy, smartOtp, startSigning, TRANSFER } from '../support/authenticators.ts';
import { otherThan, TEST_PIN, type Subscriber, type TestPerson } from '../support/service.ts';
import { tally, type StormAnswer, type StormRequest } from '../support/storm.ts';

/** Two API processes and a worker on one database, in a separate file, so that any operations can run concurrently. */
let fleet: Fleet;
let shop: string;
let bank: string;

beforeAll(async () => {
  fleet = await startFleet();
});
beforeEach(async () => {
  shop = await fleet.service.token('authentications', 'demo-shop');
  bank = await fleet.service.token('authentications', 'demo-bank');
});
afterAll(async () => {
  await fleet.stop();
});

const asClient = (token: string): Record<string, string> => ({
  authorization: `Bearer ${token}`,
  'content-type': 'application/json',
});

const verification = (id: string, code: string): StormRequest => ({
  method: 'POST',
  path: `/v1/authentications/${id}/verification`,
  headers: asClient(shop),
  body: JSON.stringify({ code }),
});

const starting = (
  { phoneNumber, birthDate, genderDigit }: TestPerson,
  token = shop,
  headers: Record<string, string> = {},
): StormRequest => ({
  method: 'POST',
  path: '/v1/authentications',
  headers: { ...asClient(token), ...headers },
  body: JSON.stringify({ phoneNumber, birthDate, genderDigit, purpose: '회원가입' }),
});

const cancelling = (id: string): StormRequest => ({
  method: 'DELETE',
  path: `/v1/authentications/${id}`,
  headers: { authorization: `Bearer ${shop}` },
});

const times = <T>(count: number, make: (at: number) => T): T[] => Array.from({ length: count }, (_, at) => make(at));

/** Shuffles the requests, so that they are not sent in the order of their creation. */
function shuffled<T>(list: readonly T[]): T[] {
  const mixed = [...list];
  for (let at = mixed.length - 1; at > 0; at -= 1) {
    const other = randomInt(at + 1);
    [mixed[at], mixed[other]] = [mixed[other]!, mixed[at]!];
  }
  return mixed;
}

interface Row {
  state: string;
  attempts: number;
  closedAt: Date | null;
  secrets: boolean;
}

async function rowOf(id: string): Promise<Row> {
  const { rows } = await fleet.service.database.pool.query<Row>(
    `SELECT state, attempts, closed_at AS "closedAt",
       code_digest IS NOT NULL OR sms_code IS NOT NULL OR envelope IS NOT NULL AS secrets
     FROM authentications WHERE id = $1`,
    [id],
  );
  return rows[0]!;
}

/** Starts and opens an authentication; returns it with its code. */
async function opened(subscriber: Subscriber): Promise<{ id: string; code: string }> {
  const started = await fleet.service.start(subscriber.person);
  expect(started.status).toBe(201);
  const { id } = started.body;
  return { id, code: await fleet.service.codeOf(subscriber, id) };
}

/** Restores the full budget of starts for every person, for a test that starts more often than the limit. */
async function clearStarts(): Promise<void> {
  await fleet.service.database.pool.query('DELETE FROM start_budgets');
}

/** Returns a function that creates app requests as the phone would send them, each with its own proof. */
async function appRequests(phone: Phone): Promise<(path: string, body: object, jti?: string) => Promise<StormRequest>> {
  const { signing } = await importDeviceKeys(await phone.toState());
  const { issuer } = fleet.service;
  return async (path, body, jti) => {
    const text = JSON.stringify(body);
    const bytes = new TextEncoder().encode(text);
    const about = { method: 'POST', url: issuer + path, body: bytes, now: Date.now(), ...(jti && { jti }) };
    const proof = await deviceProof({ signing, deviceId: phone.deviceId, ...about });
    return {
      method: 'POST',
      path,
      headers: { 'content-type': 'application/json', 'device-proof': proof },
      body: text,
    };
  };
}

/** Expects one answer with 200, byte for byte, of which all but one are repetitions. */
function expectOneAnswer(answers: readonly StormAnswer[]): void {
  const accepted = answers.filter(({ status }) => status === 200);
  expect(new Set(accepted.map(({ text }) => text)).size).toBe(1);
  // A request that was refused because of overload is sent again, and is then a repetition, too.
  expect(accepted.filter(({ replayed }) => !replayed).length).toBeLessThanOrEqual(1);
}

describe('hundreds of concurrent verifications of one authentication', () => {
  it('of 400 concurrent verifications, right and wrong mixed, one is accepted, its answer repeated to the same request, and at most five are compared', async () => {
    const { id, code } = await opened(await fleet.service.subscriber());
    // One in ten codes is wrong. If the first five compared were all wrong (once in 100,000 runs), none would be
    // accepted.
    const codes = shuffled(times(400, (at) => (at % 10 === 0 ? otherThan(code) : code)));
    const answers = await fleet.storm.answers(codes.map((one) => verification(id, one)));
    const counts = tally(answers);
    const wrong = counts['422 code_mismatch'] ?? 0;
    expect(wrong).toBeLessThanOrEqual(4);
    expect(counts).toEqual({
      '200': 360,
      ...(wrong > 0 && { '422 code_mismatch': wrong }),
      '409 authentication_closed': 40 - wrong,
    });
    expectOneAnswer(answers);
    expect(await rowOf(id)).toMatchObject({ state: 'verified', attempts: wrong + 1, secrets: false });
  });

  it('of 400 concurrent wrong codes five are compared, and the authentication fails for good', async () => {
    const { id, code } = await opened(await fleet.service.subscriber());
    const answers = await fleet.storm.answers(times(400, () => verification(id, otherThan(code))));
    expect(tally(answers)).toEqual({
      '422 code_mismatch': 4,
      '422 attempts_exhausted': 1,
      '409 authentication_closed': 395,
    });
    const left = answers.filter(({ status }) => status === 422).map(({ body }) => body['attemptsLeft']);
    expect(left.sort()).toEqual([0, 1, 2, 3, 4]);
    expect(await rowOf(id)).toMatchObject({ state: 'failed', attempts: 5, secrets: false });
    expect((await fleet.service.verify(id, code)).status).toBe(409);
  });

  it('of 400 concurrent right codes one is accepted, and the others get its answer again', async () => {
    const { id, code } = await opened(await fleet.service.subscriber());
    const answers = await fleet.storm.answers(times(400, () => verification(id, code)));
    expect(tally(answers)).toEqual({ '200': 400 });
    expectOneAnswer(answers);
    expect(await rowOf(id)).toMatchObject({ state: 'verified', attempts: 1, secrets: false });
  });

  it('of 250 concurrent codes for an unknown number none is accepted, and it ends like any other authentication', async () => {
    const person = { phoneNumber: '010-9999-0001', birthDate: '900101', genderDigit: '1' };
    const { id } = (await fleet.service.start(person)).body;
    const codes = times(250, (at) => String(at * 4_000).padStart(6, '0'));
    expect(tally(await fleet.storm.answers(codes.map((code) => verification(id, code))))).toEqual({
      '422 code_mismatch': 4,
      '422 attempts_exhausted': 1,
      '409 authentication_closed': 245,
    });
    expect(await rowOf(id)).toMatchObject({ state: 'failed', attempts: 5, secrets: false });
  });
});

it('for concurrent codes, half of them right, the answers and the counter agree, twelve times over', async () => {
  const subscriber = await fleet.service.subscriber();
  for (let round = 0; round < 12; round += 1) {
    await clearStarts();
    const { id, code } = await opened(subscriber);
    const codes = shuffled(times(100, (at) => (at % 2 === 0 ? otherThan(code) : code)));
    const counts = tally(await fleet.storm.answers(codes.map((one) => verification(id, one))));
    const accepted = counts['200'] ?? 0;
    const wrong = (counts['422 code_mismatch'] ?? 0) + (counts['422 attempts_exhausted'] ?? 0);
    expect(accepted).toBe(wrong === 5 ? 0 : 50);
    expect(wrong).toBeLessThanOrEqual(5);
    expect(counts['409 authentication_closed']).toBe(100 - accepted - wrong);
    const state = accepted > 0 ? 'verified' : 'failed';
    expect(await rowOf(id)).toMatchObject({ state, attempts: wrong + (accepted > 0 ? 1 : 0), secrets: false });
  }
});

it('of 250 concurrent wrong PIN proofs five are compared, and then the right PIN is refused as well', async () => {
  const { person, phone } = await fleet.service.subscriber();
  const { id } = (await fleet.service.start(person)).body;
  const request = await appRequests(phone);
  const guess = () => ({ pinProof: randomBytes(32).toString('base64url') });
  const guesses = times(250, () => () => request(`/app/v1/authentications/${id}/open`, guess()));
  const answers = await fleet.storm.answers(guesses);
  expect(tally(answers)).toEqual({ '422 pin_mismatch': 4, '423 pin_locked': 246 });
  const left = answers.filter(({ status }) => status === 422).map(({ body }) => body['attemptsLeft']);
  expect(left.sort()).toEqual([1, 2, 3, 4]);

  const failures = await fleet.service.database.pool.query<{ count: number }>(
    'SELECT pin_failures AS count FROM devices WHERE id = $1',
    [phone.deviceId],
  );
  expect(failures.rows).toEqual([{ count: 5 }]);
  const pending = (await phone.pending()).find((one) => one.id === id)!;
  await expect(phone.open(pending, TEST_PIN)).rejects.toMatchObject({ status: 423, code: 'pin_locked' });
  expect(await rowOf(id)).toMatchObject({ state: 'pending', secrets: false });
});

it('one device proof sent 200 times at once is accepted once', async () => {
  const { person, phone } = await fleet.service.subscriber();
  const { id } = (await fleet.service.start(person)).body;
  const request = await appRequests(phone);
  const declined = await request(`/app/v1/authentications/${id}/decline`, { reason: 'not_me' });
  expect(tally(await fleet.storm.answers(times(200, () => declined)))).toEqual({
    '204': 1,
    '401 device_proof_invalid': 199,
  });
});

it('of 200 device proofs, each sent to both processes in another order, each is accepted once', async () => {
  const { person, phone } = await fleet.service.subscriber();
  const { id } = (await fleet.service.start(person)).body;
  const request = await appRequests(phone);
  const path = `/app/v1/authentications/${id}/decline`;
  for (let round = 0; round < 2; round += 1) {
    const one = await Promise.all(times(200, () => request(path, { reason: 'not_me' })));
    const other = shuffled(one);
    const counts = tally(await fleet.storm.answers(one.flatMap((proof, at) => [proof, other[at]!])));
    // The very first request declines; for every other accepted request the authentication is already declined.
    const declined = round === 0 ? 1 : 0;
    expect(counts).toEqual({
      ...(declined && { '204': 1 }),
      '409 authentication_closed': 200 - declined,
      '401 device_proof_invalid': 200,
    });
  }
});

describe('250 concurrent starts for one person', () => {
  it.each(['a subscriber', 'an unknown person'])(
    '250 concurrent starts spend five at each of two relying parties and leave one pending at each: %s',
    async (kind) => {
      const unknown = { phoneNumber: '010-9999-0002', birthDate: '900101', genderDigit: '1' };
      const person = kind === 'a subscriber' ? (await fleet.service.subscriber()).person : unknown;
      const requests = shuffled(times(250, (at) => starting(person, at % 2 === 0 ? shop : bank)));
      const answers = await fleet.storm.answers(requests);
      expect(tally(answers)).toEqual({ '201': 10, '429 too_many_requests': 240 });

      const ids = answers.filter(({ status }) => status === 201).map(({ body }) => body['id'] as string);
      const { rows } = await fleet.service.database.pool.query<{ id: string; client: string; state: string }>(
        `SELECT a.id, a.client_id AS client, a.state FROM authentications a
         WHERE a.person_index = (SELECT person_index FROM authentications WHERE id = $1)`,
        [ids[0]],
      );
      expect(rows.map(({ id }) => id).sort()).toEqual([...ids].sort());
      const pending = rows.filter(({ state }) => state === 'pending').map(({ client }) => client);
      expect(pending.sort()).toEqual([...new Set(rows.map(({ client }) => client))].sort());
      expect(rows.filter(({ state }) => state === 'cancelled')).toHaveLength(10 - pending.length);
    },
  );

  it('of five concurrent starts at one relying party one stays pending, twenty times over', async () => {
    const { person } = await fleet.service.subscriber();
    for (let round = 0; round < 20; round += 1) {
      await clearStarts();
      const answers = await fleet.storm.answers(times(5, () => starting(person)));
      expect(tally(answers)).toEqual({ '201': 5 });
      const ids = answers.map(({ body }) => body['id'] as string);
      const { rows } = await fleet.service.database.pool.query<{ state: string }>(
        'SELECT state FROM authentications WHERE id = ANY($1) ORDER BY state',
        [ids],
      );
      expect(rows.map(({ state }) => state)).toEqual([...times(4, () => 'cancelled'), 'pending']);
    }
  });
});

describe('250 concurrent requests with one Idempotency-Key', () => {
  it('250 concurrent requests with one Idempotency-Key have one effect and one answer', async () => {
    const { person, pushToken } = await fleet.service.subscriber();
    const request = starting(person, shop, { 'idempotency-key': randomUUID() });
    const answers = await fleet.storm.answers(times(250, () => request));
    const done = answers.filter(({ status }) => status === 201);
    expect(done.length).toBeGreaterThan(0);
    const [answer] = done;
    expect(new Set(done.map(({ text }) => text))).toEqual(new Set([answer!.text]));
    const others = answers.filter(({ status }) => status !== 201);
    expect(new Set(others.map(({ status, code }) => `${status} ${code}`)).size).toBeLessThanOrEqual(1);
    for (const { status, code } of others.slice(0, 1)) {
      expect({ status, code }).toEqual({ status: 409, code: 'idempotency_in_progress' });
    }

    // Later concurrent requests all get the complete answer of the first one.
    const again = await fleet.storm.answers(times(250, () => request));
    expect(tally(again)).toEqual({ '201': 250 });
    expect(new Set(again.map(({ text }) => text))).toEqual(new Set([answer!.text]));

    const { rows } = await fleet.service.database.pool.query<{ started: number; spent: number[] }>(
      `SELECT (SELECT count(*)::int FROM authentications a WHERE a.person_index = one.person_index) AS started,
         ARRAY(SELECT cardinality(b.starts) FROM start_budgets b WHERE b.person_index = ANY(one.budgets)) AS spent
       FROM authentications one WHERE one.id = $1`,
      [answer!.body['id']],
    );
    expect(rows).toEqual([{ started: 1, spent: [1, 1, 1] }]);
    await fleet.service.pushed(pushToken, 'wake');
    const woken = fleet.service.pushesTo(pushToken).filter(({ data }) => data['t'] === 'wake');
    expect(woken.map(({ data }) => data['id'])).toEqual([answer!.body['id']]);
  });

  it('concurrent requests with one Idempotency-Key and two bodies have the effect of one of them', async () => {
    const [one, other] = await Promise.all([fleet.service.addLine(), fleet.service.addLine()]);
    const key = { 'idempotency-key': randomUUID() };
    const requests = times(200, (at) => starting(at % 4 < 2 ? one : other, shop, key));
    const answers = await fleet.storm.answers(requests);
    const counts = tally(answers);
    expect(Object.keys(counts).sort()).toEqual(
      ['201', '409 idempotency_in_progress', '422 idempotency_key_reused'].filter((kind) => kind in counts),
    );
    expect(new Set(answers.filter(({ status }) => status === 201).map(({ text }) => text)).size).toBe(1);
    const after = await fleet.storm.answers(requests.slice(0, 4));
    expect(after.map(({ status }) => status).sort()).toEqual([201, 201, 422, 422]);
  });
});

describe('concurrent declines, verifications, cancellations and openings', () => {
  it.each(['opened', 'pending'] as const)(
    'an authentication that was %s ends once under concurrent requests and keeps its end, thirty times over or more',
    async (before) => {
      const subscriber = await fleet.service.subscriber();
      const { person, phone } = subscriber;
      const request = await appRequests(phone);
      const outcomes = new Map<string, number>();
      // One kind of request may be the faster one by far; then more rounds show that the other one can win, too.
      for (let round = 0; round < 30 || (outcomes.size === 1 && round < 300); round += 1) {
        await clearStarts();
        const { id, code } =
          before === 'opened'
            ? await opened(subscriber)
            : { ...(await fleet.service.start(person)).body, code: '000000' };
        const path = `/app/v1/authentications/${id}`;
        const reason = { reason: 'not_me' };
        const wrongPin = { pinProof: randomBytes(32).toString('base64url') };
        const moves = async (): Promise<StormRequest[]> => [
          verification(id, code),
          verification(id, code),
          await request(`${path}/decline`, reason),
          await request(`${path}/decline`, reason),
          cancelling(id),
          cancelling(id),
          ...(round % 10 === 0 ? [await request(`${path}/open`, wrongPin)] : []),
        ];
        const order = shuffled((await moves()).map((move, at) => ({ move, at })));
        const pending = (await phone.pending()).find((one) => one.id === id)!;
        const [answers] = await Promise.all([
          fleet.storm.answers(order.map(({ move }) => move)),
          // Opening does not close the authentication, so it may come before or after the request that does.
          phone.open(pending, TEST_PIN).catch((error: unknown) => {
            expect(error).toMatchObject({ status: 409, code: 'authentication_closed' });
          }),
        ]);
        const ended = order.filter((_, at) => answers[at]!.status < 300 && !answers[at]!.replayed);
        expect(ended).toHaveLength(1);
        const [by = ''] = ended.map(
          ({ at }) => ['verified', 'verified', 'declined', 'declined', 'cancelled', 'cancelled'][at],
        );
        outcomes.set(by, (outcomes.get(by) ?? 0) + 1);

        const row = await rowOf(id);
        expect(row).toMatchObject({ state: by, secrets: false });
        const afterwards = await fleet.storm.answers(await moves());
        expect(afterwards.filter(({ status, replayed }) => status === 200 && !replayed)).toEqual([]);
        expect(await rowOf(id)).toEqual(row);
        expect((await fleet.service.call('GET', `/v1/authentications/${id}`)).body).toMatchObject({ state: by });
      }
      // More than one kind of request must win over the rounds; otherwise there was no race.
      expect(outcomes.size).toBeGreaterThan(1);
    },
  );
});

describe('hundreds of concurrent uses of a code that a phone made', () => {
  const at = (token: string, id: string, body: object): StormRequest => ({
    ...verification(id, ''),
    headers: asClient(token),
    body: JSON.stringify(body),
  });
  const startedBy = async ({ person }: Subscriber, clientId: string): Promise<string> => {
    const { phoneNumber, birthDate, genderDigit } = person;
    const body = { phoneNumber, birthDate, genderDigit, purpose: '로그인', method: 'otp' };
    return (await fleet.service.call<{ id: string }>('POST', '/v1/authentications', body, { clientId })).body.id;
  };
  const failuresOf = async ({ deviceId }: Phone): Promise<number | undefined> => {
    const sql = 'SELECT failures FROM authenticators WHERE device_id = $1';
    return (await fleet.service.database.pool.query<{ failures: number }>(sql, [deviceId])).rows[0]?.failures;
  };

  it('one right OTP, used 250 times at once at one window, is accepted once, and no failure is counted', async () => {
    const subscriber = await otpSubscriber(fleet.service);
    const [id, code] = [await startedBy(subscriber, 'demo-shop'), await codeAt(fleet.service, subscriber.phone)];
    const answers = await fleet.storm.answers(times(250, () => at(shop, id, { code })));
    expect(tally(answers)).toEqual({ '200': 250 });
    expectOneAnswer(answers);
    expect(await rowOf(id)).toMatchObject({ state: 'verified', attempts: 1 });
    expect(await failuresOf(subscriber.phone)).toBe(0);
  });

  it('one right OTP, used 250 times at once at two relying parties, is accepted at one of them', async () => {
    const subscriber = await otpSubscriber(fleet.service);
    const ids = [await startedBy(subscriber, 'demo-shop'), await startedBy(subscriber, 'demo-bank')] as const;
    const code = await codeAt(fleet.service, subscriber.phone);
    const requests = times(250, (n) => (n % 2 === 0 ? at(shop, ids[0], { code }) : at(bank, ids[1], { code })));
    const answers = await fleet.storm.answers(requests);
    expect(tally(answers)['200']).toBe(125);
    expectOneAnswer(answers);
    const states = [(await rowOf(ids[0])).state, (await rowOf(ids[1])).state];
    expect(states.sort()).toEqual(['failed', 'verified']);
  });

  it('of 250 concurrent wrong OTPs at two relying parties five are compared at each, and the OTP is locked', async () => {
    const subscriber = await otpSubscriber(fleet.service);
    const ids = [await startedBy(subscriber, 'demo-shop'), await startedBy(subscriber, 'demo-bank')] as const;
    // The code of a clock that is a day ahead, which is always wrong.
    const code = await codeAt(fleet.service, subscriber.phone, 2_880);
    const requests = times(250, (n) => (n % 2 === 0 ? at(shop, ids[0], { code }) : at(bank, ids[1], { code })));
    expect(tally(await fleet.storm.answers(requests))).toEqual({
      '422 code_mismatch': 8,
      '422 attempts_exhausted': 2,
      '409 authentication_closed': 240,
    });
    expect(await failuresOf(subscriber.phone)).toBe(5);
    const id = await startedBy(subscriber, 'demo-shop');
    const right = await codeAt(fleet.service, subscriber.phone);
    expect((await fleet.service.verify(id, right)).body['code']).toBe('code_mismatch');
  });

  it('of 250 concurrent signatures a right one is accepted once, and wrong ones lock the Smart OTP', async () => {
    const subscriber = await fleet.service.subscriber();
    const device = await smartOtp(fleet.service, subscriber.person);
    const first = (await startSigning(fleet.service, subscriber.person)).body.id;
    const right = { code: await signedBy(device, first), transaction: TRANSFER };
    const answers = await fleet.storm.answers(times(250, () => at(bank, first, right)));
    expect(tally(answers)).toEqual({ '200': 250 });
    expectOneAnswer(answers);
    const second = (await startSigning(fleet.service, subscriber.person)).body.id;
    const wrong = { code: right.code, transaction: TRANSFER };
    const code = await signedBy(device, second);
    expect(tally(await fleet.storm.answers(times(250, () => at(bank, second, wrong))))).toEqual({
      '422 code_mismatch': 4,
      '422 attempts_exhausted': 1,
      '409 authentication_closed': 245,
    });
    expect(code).not.toBe(right.code);
    expect(await failuresOf(device)).toBe(5);
  });
});
