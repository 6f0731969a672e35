import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { AccessTokens, type Caller } from '../../src/crypto/access-token.ts';
import { CAMARA_SCOPES } from '../../src/http/client.guard.ts';
import { eventually } from '../support/eventually.ts';
import {
  answerOf,
  otherThan,
  TEST_PIN,
  TestService,
  type Answer,
  type Subscriber,
  type TestPerson,
} from '../support/service.ts';

/**
 * The scenarios of CAMARA's own test definitions (`code/Test_definitions` of SimSwap r3.3, DeviceSwap r3.2,
 * KnowYourCustomerAgeVerification r1.3, KnowYourCustomerMatch r1.2, OTPValidation r3.2 and NumberVerification r3.2), by
 * their ids, and what the service adds to them.
 */

type Line = TestPerson & { lineId: string };
interface Sent {
  token?: string | null;
  method?: string;
  headers?: Record<string, string>;
  raw?: string;
}

const SECRET = 'a-secret-of-this-test';
const CHECK_SIM = '/sim-swap/v2/check';
const SIM_DATE = '/sim-swap/v2/retrieve-date';
const CHECK_DEVICE = '/device-swap/v1/check';
const DEVICE_DATE = '/device-swap/v1/retrieve-date';
const AGE = '/kyc-age-verification/v0.2/verify';
const MATCH = '/kyc-match/v0.4/match';
const SEND = '/one-time-password-sms/v1/send-code';
const VALIDATE = '/one-time-password-sms/v1/validate-code';
const NOT_BY_NETWORK = 'NUMBER_VERIFICATION.USER_NOT_AUTHENTICATED_BY_MOBILE_NETWORK';

let service: TestService;
let subscriber: Subscriber;
/** A token of a client that has every CAMARA scope, and one that stands for the subscriber at the demo shop. */
let token: string;
let personal: string;
let clientId: string;

beforeAll(async () => {
  service = await TestService.start();
  clientId = await service.rows.clients.register({
    clientId: 'bank',
    secret: SECRET,
    name: '시험은행',
    scopes: [...CAMARA_SCOPES],
  });
  token = issued({ id: clientId, clientId: 'bank', scopes: [...CAMARA_SCOPES, 'dpv:FraudPreventionAndDetection'] });
  subscriber = await service.subscriber();
  personal = await personalToken(subscriber);
});
afterAll(async () => {
  await service.stop();
});

function issued(caller: Caller, now = new Date()): string {
  return new AccessTokens(service.issuer, service.keys.signing).issue(caller, now);
}

/** A token that stands for a person, as the authorization code flow and CIBA issue it after a verification. */
async function personalToken(of: Subscriber): Promise<string> {
  const { id } = (await service.start(of.person)).body;
  const verified = await service.verify(id, await service.codeOf(of, id));
  const { subject } = verified.body['result'] as { subject: string };
  const shop = await service.rows.clients.idOf('demo-shop');
  const person = { authenticationId: id, subject };
  return issued({ id: shop, clientId: 'demo-shop', scopes: [...CAMARA_SCOPES], person });
}

async function camara(path: string, body?: object, sent: Sent = {}): Promise<Answer> {
  const { method = 'POST', raw = body && JSON.stringify(body) } = sent;
  const bearer = sent.token === undefined ? token : sent.token;
  const response = await fetch(service.issuer + path, {
    method,
    headers: {
      ...(bearer !== null && { Authorization: `Bearer ${bearer}` }),
      ...(raw !== undefined && { 'Content-Type': 'application/json' }),
      'x-correlator': CORRELATOR,
      ...sent.headers,
    },
    ...(raw !== undefined && { body: raw }),
  });
  return answerOf(response);
}

const CORRELATOR = 'b4333c46-49c0-4f62-80d7-f0ef930f1c46';

/** Expects ErrorInfo: its three members and no other, as plain JSON, with the correlator of the request. */
function expectError(answer: Answer, status: number, code: string): void {
  expect({ status: answer.status, body: answer.body }).toEqual({
    status,
    body: { status, code, message: expect.stringMatching(/^.{10,512}$/) },
  });
  expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
  expect(answer.headers.get('x-correlator')).toBe(CORRELATOR);
  if (status === 429) expect(answer.headers.get('ratelimit')).toMatch(/^"[\w-]+";r=0;t=\d+$/);
}

/** Expects an answer, with the correlator of the request. */
function expectAnswer(answer: Answer, body: object): void {
  expect({ status: answer.status, body: answer.body }).toEqual({ status: 200, body });
  expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
  expect(answer.headers.get('x-correlator')).toBe(CORRELATOR);
}

/** A line of which the carrier has told for a year, whose SIM and handset were changed so many hours ago. */
async function lineChanged(hours: { sim?: number; handset?: number } = {}): Promise<Line> {
  const line = await service.addLine();
  await service.rows.lines.changeAgo(line.lineId, { known: 365 * 24, ...hours });
  return line;
}

const unknownNumber = '+821000000001';

/** Every operation, with a body that it accepts from a client's own token. */
const operations = (phoneNumber: string) =>
  [
    [CHECK_SIM, 'sim-swap:check', { phoneNumber }],
    [SIM_DATE, 'sim-swap:retrieve-date', { phoneNumber }],
    [CHECK_DEVICE, 'device-swap:check', { phoneNumber }],
    [DEVICE_DATE, 'device-swap:retrieve-date', { phoneNumber }],
    [AGE, 'kyc-age-verification:verify', { phoneNumber, ageThreshold: 19 }],
    [MATCH, 'kyc-match:match', { phoneNumber, name: '홍길동' }],
  ] as const;

describe.each(operations(unknownNumber))('%s', (path, scope, body) => {
  it(`${path}: 401.1 to 401.3, a request without a token, with an expired, a damaged or a test token is refused`, async () => {
    const caller = { id: clientId, clientId: 'bank', scopes: [scope] };
    for (const sent of [null, issued(caller, new Date(Date.now() - 301_000)), `${token}x`, 'no-token'])
      expectError(await camara(path, body, { token: sent }), 401, 'UNAUTHENTICATED');
    expectError(await camara(path, body, { token: issued({ ...caller, test: true }) }), 403, 'PERMISSION_DENIED');
  });

  it(`${path}: 403, a token that covers every other operation alone is refused, and one of no CAMARA client`, async () => {
    const family = scope.split(':')[0];
    const others = CAMARA_SCOPES.filter((one) => one !== scope && (one !== family || !path.includes('swap')));
    const other = issued({ id: clientId, clientId: 'bank', scopes: others });
    expectError(await camara(path, body, { token: other }), 403, 'PERMISSION_DENIED');
    expectError(await camara(path, body, { token: await service.token() }), 403, 'PERMISSION_DENIED');
  });

  it(`${path}: 400, a body of another form is refused, and its members are named`, async () => {
    for (const raw of [undefined, '', '[]', '"text"', '{', '{"a":1,"a":2}', 'null'])
      expectError(await camara(path, undefined, raw === undefined ? {} : { raw }), 400, 'INVALID_ARGUMENT');
    const unknown = await camara(path, { ...body, colour: 'blue' });
    expectError(unknown, 400, 'INVALID_ARGUMENT');
    // ErrorInfo has no list of faults to which a sentence could point.
    expect(unknown.body['message']).toBe('/colour: This field is not supported. Remove it.');
    expectError(await camara(path, { ...body, phoneNumber: 821012345678 }), 400, 'INVALID_ARGUMENT');
    expectError(await camara(path, { ...body, phoneNumber: null }), 422, 'MISSING_IDENTIFIER');
  });

  it(`${path}: C02.01, a number that does not comply with the schema is refused, and not repeated`, async () => {
    for (const phoneNumber of ['010-1234-5678', '+0821012345678', '+82', '', '+82101234567890123']) {
      const refused = await camara(path, { ...body, phoneNumber });
      expectError(refused, 400, 'INVALID_ARGUMENT');
      if (phoneNumber.length > 3) expect(refused.body['message']).not.toContain(phoneNumber);
    }
  });

  it(`${path}: C02.02, the number of no line is not found, and that of another carrier's line no more`, async () => {
    expectError(await camara(path, body), 404, 'IDENTIFIER_NOT_FOUND');
    const { phoneNumber } = await service.addLine({ carrier: 'KT' });
    expectError(await camara(path, { ...body, phoneNumber }), 404, 'IDENTIFIER_NOT_FOUND');
  });

  it(`${path}: C02.03 or INVALID_TOKEN_CONTEXT, a number beside the token of a person is refused`, async () => {
    const repeats = path === MATCH;
    const refused = await camara(path, body, { token: personal });
    if (repeats) expectError(refused, 403, 'INVALID_TOKEN_CONTEXT');
    else expectError(refused, 422, 'UNNECESSARY_IDENTIFIER');
  });

  it(`${path}: C02.04, a request without a number and with the token of a client is refused`, async () => {
    const { phoneNumber: _number, ...rest } = body;
    expectError(await camara(path, rest), 422, 'MISSING_IDENTIFIER');
  });

  it(`${path}: other methods, other bodies and addresses beside it are answered with ErrorInfo too`, async () => {
    expectError(await camara(path, undefined, { method: 'GET' }), 405, 'METHOD_NOT_ALLOWED');
    const form = { 'Content-Type': 'application/x-www-form-urlencoded' };
    expectError(await camara(path, undefined, { raw: 'a=1', headers: form }), 415, 'UNSUPPORTED_MEDIA_TYPE');
    const beside = await camara(`${path}/more`, body);
    expectError(beside, 404, 'NOT_FOUND');
    // No operation of CAMARA is in the service's own OpenAPI document.
    expect(beside.body['message']).toContain(`${service.issuer}/developers/camara`);
    expectError(await camara(`${path}/%zz`, body), 400, 'INVALID_ARGUMENT');
    expectError(await camara(path.replace('-', '%2D'), body), 404, 'IDENTIFIER_NOT_FOUND');
    const long = await camara(path, undefined, { raw: JSON.stringify({ name: 'x'.repeat(17_000) }) });
    expectError(long, 400, 'INVALID_ARGUMENT');
    expect(long.body['message']).toBe('Send a body of at most 16 KiB.');
  });
});

describe('x-correlator', () => {
  it('an answer to a request without one has a new one, and one of another form is refused and not repeated', async () => {
    const line = await lineChanged();
    const own = await fetch(service.issuer + CHECK_SIM, { method: 'POST' });
    expect(own.headers.get('x-correlator')).toMatch(/^[0-9a-f-]{36}$/);
    for (const sent of ['a b', 'é', 'x'.repeat(257)]) {
      const answer = await camara(CHECK_SIM, { phoneNumber: line.phoneNumber }, { headers: { 'x-correlator': sent } });
      expect(answer).toMatchObject({ status: 400, body: { code: 'INVALID_ARGUMENT' } });
      expect(answer.headers.get('x-correlator')).toMatch(/^[0-9a-f-]{36}$/);
    }
    const all = 'aZ09-_:;./<>{}';
    const kept = await camara(CHECK_SIM, { phoneNumber: line.phoneNumber }, { headers: { 'x-correlator': all } });
    expect([kept.status, kept.headers.get('x-correlator')]).toEqual([200, all]);
  });
});

it('a token of a person that was revoked answers nothing more', async () => {
  const revoked = await personalToken(await service.subscriber());
  expect((await camara(CHECK_SIM, {}, { token: revoked })).status).not.toBe(401);
  const { clientId: shop, clientSecret } = service.process.announcement.clients.find(
    ({ scope }) => scope === 'authentications',
  )!;
  const form = new URLSearchParams({ client_id: shop, client_secret: clientSecret, token: revoked });
  expect((await fetch(`${service.issuer}/oauth2/revoke`, { method: 'POST', body: form })).status).toBe(200);
  expectError(await camara(CHECK_SIM, {}, { token: revoked }), 401, 'UNAUTHENTICATED');
});

describe.each([
  ['check_sim_swap', CHECK_SIM, 'sim'],
  ['check_device_swap', CHECK_DEVICE, 'handset'],
] as const)('%s', (id, path, what) => {
  it.each([
    [`@${id}_2 a change within the default of 240 hours`, 239, undefined, true],
    [`@${id}_3 a change within maxAge (260)`, 260, 261, true],
    [`@${id}_3 a change within maxAge (12)`, 11, 12, true],
    [`@${id}_4 a change before the default of 240 hours`, 241, undefined, false],
    [`@${id}_5 a change before maxAge`, 25, 24, false],
    [`@${id}_6 no change, without maxAge`, undefined, undefined, false],
    [`@${id}_7 no change, with maxAge`, undefined, 2_400, false],
  ])('%s is answered', async (_, hours, maxAge, swapped) => {
    const { phoneNumber } = await lineChanged(hours === undefined ? {} : { [what]: hours });
    expectAnswer(await camara(path, { phoneNumber, ...(maxAge !== undefined && { maxAge }) }), { swapped });
  });

  it(`@${id}_1 the line of the person for whom the token stands is answered without a number`, async () => {
    await service.rows.lines.changeAgo(subscriber.person.lineId, { known: 365 * 24, [what]: 100 });
    expectAnswer(await camara(path, {}, { token: personal }), { swapped: true });
    expectAnswer(await camara(path, { maxAge: 99 }, { token: personal }), { swapped: false });
  });

  it(`@${id}_400.1 to 400.3 a maxAge of another form, or outside of what is monitored, is refused`, async () => {
    const { phoneNumber } = await lineChanged();
    for (const maxAge of ['240', 1.5, true])
      expectError(await camara(path, { phoneNumber, maxAge }), 400, 'INVALID_ARGUMENT');
    for (const maxAge of [0, -1, 2_401, 100_000])
      expectError(await camara(path, { phoneNumber, maxAge }), 400, 'OUT_OF_RANGE');
    // The carrier has told of this line for ten hours: it never says that there was no change before.
    const young = await service.addLine();
    await service.rows.lines.changeAgo(young.lineId, { known: 10 });
    const unknown = await camara(path, { phoneNumber: young.phoneNumber });
    expectError(unknown, 400, 'OUT_OF_RANGE');
    expect(unknown.body['message']).not.toMatch(/\d/);
    expect(await service.rows.customers.disclosedOfLine(young.lineId)).toEqual([path.slice(1).replace(/\/v\d/, '')]);
    expectAnswer(await camara(path, { phoneNumber: young.phoneNumber, maxAge: 9 }), { swapped: false });
  });
});

it('a client asks 100 times a day about one number, whether or not a line has it', async () => {
  for (const phoneNumber of [(await lineChanged()).phoneNumber, '+821000000006']) {
    const ask = (path: string) => camara(path, path === AGE ? { phoneNumber, ageThreshold: 19 } : { phoneNumber });
    for (let time = 0; time < 100; time += 10)
      await Promise.all([SIM_DATE, CHECK_SIM].flatMap((path) => [path, path, path, path, path]).map(ask));
    for (const path of [CHECK_SIM, CHECK_DEVICE, AGE]) {
      const refused = await ask(path);
      expectError(refused, 429, 'QUOTA_EXCEEDED');
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(80_000);
    }
  }
  const scopes = ['sim-swap:check'];
  const few = await service.rows.clients.register({ clientId: 'few', secret: SECRET, scopes });
  await service.rows.clients.limitStarts('few', 1);
  const as = { token: issued({ id: few, clientId: 'few', scopes }) };
  const answers = [];
  for (let time = 0; time < 3; time += 1) answers.push(await camara(CHECK_SIM, { phoneNumber: unknownNumber }, as));
  expect(answers.map(({ body }) => body['code'])).toContain('TOO_MANY_REQUESTS');
});

describe.each([
  ['retrieve_sim_swap_date', SIM_DATE, 'sim', 'latestSimChange'],
  ['retrieve_device_swap_date', DEVICE_DATE, 'handset', 'latestDeviceChange'],
] as const)('%s', (id, path, what, member) => {
  it(`@${id}_1, _2 the last change is answered with its time`, async () => {
    const { phoneNumber } = await lineChanged({ [what]: 48 });
    const answer = await camara(path, { phoneNumber });
    const at = Date.parse(answer.body[member] as string);
    expectAnswer(answer, { [member]: expect.stringMatching(/Z$/) });
    expect(Math.abs(Date.now() - 48 * 3_600_000 - at)).toBeLessThan(60_000);
  });

  it(`@${id}_4, _5 without a change, null is answered with the days for which that is certain`, async () => {
    const { phoneNumber } = await lineChanged();
    expectAnswer(await camara(path, { phoneNumber }), { [member]: null, monitoredPeriod: 365 });
    const old = await service.addLine();
    await service.rows.lines.changeAgo(old.lineId, { known: 800 * 24, [what]: 731 * 24 });
    expectAnswer(await camara(path, { phoneNumber: old.phoneNumber }), { [member]: null, monitoredPeriod: 730 });
  });
});

describe('what the carrier tells', () => {
  it('a SIM change, a new handset, and a number or owner that is new to the line are swaps from their event on', async () => {
    const ask = async ({ phoneNumber }: { phoneNumber: string }) => [
      (await camara(CHECK_SIM, { phoneNumber, maxAge: 24 })).body['swapped'],
      (await camara(CHECK_DEVICE, { phoneNumber, maxAge: 24 })).body['swapped'],
    ];
    const [sim, handset, owner, number] = [
      await lineChanged(),
      await lineChanged(),
      await lineChanged(),
      await lineChanged(),
    ];
    expect(await ask(sim)).toEqual([false, false]);
    await service.sendEvent(sim.lineId, 'sim-swapped', undefined, 1);
    expect(await ask(sim)).toEqual([true, false]);
    const phone = { os: 'ios', osVersion: '17', formFactor: 'phone', model: 'other' };
    await service.sendEvent(handset.lineId, 'device-changed', phone, 1);
    expect(await ask(handset)).toEqual([false, true]);
    await service.sendEvent(owner.lineId, 'owner-changed', { owner: { birthDate: '850505', genderDigit: '2' } }, 1);
    expect(await ask(owner)).toEqual([true, true]);
    // A company takes the contract over, by the carrier's clock three hours ago.
    const taken = await lineChanged();
    const { lineId: _id, ...person } = taken;
    const facts = (line: Line | TestPerson, other: object) => ({
      phoneNumber: line.phoneNumber,
      carrier: 'SKT',
      status: 'active',
      holder: 'self',
      owner: { birthDate: line.birthDate, genderDigit: line.genderDigit },
      plan: 'postpaid',
      handset: { os: 'android', osVersion: '14', formFactor: 'phone' },
      ...other,
    });
    const put = (lineId: string, body: object) =>
      service.call('PUT', `/carrier/v1/lines/${lineId}`, { lineId, ...body }, { scope: 'carrier' });
    expect((await put(taken.lineId, facts(person, { holder: 'corporate' }))).status).toBeLessThan(300);
    expect(await ask(taken)).toEqual([true, true]);
    // A number of an ended contract is another person's under a new one, which the carrier tells of for the first time.
    const ended = await lineChanged();
    await service.sendEvent(ended.lineId, 'terminated', undefined, 1);
    const next = { ...ended, birthDate: '850505', genderDigit: '2' };
    expect((await put(`line-${randomUUID()}`, facts(next, {}))).status).toBeLessThan(300);
    expect(await ask(next)).toEqual([true, true]);
    // The number of one line moves to another one, which the carrier has known for a year.
    const { phoneNumber } = sim;
    expect(await service.sendEvent(number.lineId, 'number-changed', { phoneNumber }, 1)).toBe('applied');
    expect(await ask({ phoneNumber })).toEqual([true, true]);
  });

  it('the token of a person tells nothing once the line is another person’s', async () => {
    const former = await service.subscriber();
    const theirs = await personalToken(former);
    expect((await camara(SIM_DATE, {}, { token: theirs })).status).toBe(200);
    const owner = { birthDate: '850505', genderDigit: '2' };
    await service.sendEvent(former.person.lineId, 'owner-changed', { owner }, 1);
    for (const [path, , { phoneNumber: _number, ...rest }] of operations(unknownNumber))
      expectError(await camara(path, rest, { token: theirs }), 404, 'IDENTIFIER_NOT_FOUND');
  });
});

describe('KYC age verification', () => {
  const years = (age: number, days: number) => {
    const birthday = new Date(Date.now() + 9 * 3_600_000 + days * 86_400_000);
    birthday.setUTCFullYear(birthday.getUTCFullYear() - age);
    return birthday.toISOString().slice(2, 10).replaceAll('-', '');
  };

  it('@verifyAge_1, _2 the age is judged in full years on the day in Seoul, and further attributes change nothing', async () => {
    const digit = new Date().getUTCFullYear() - 19 < 2000 ? '1' : '3';
    const adult = await service.addLine({ owner: { birthDate: years(19, -1), genderDigit: digit } });
    const minor = await service.addLine({ owner: { birthDate: years(19, 2), genderDigit: digit } });
    const more = { name: '홍길동', birthdate: '1978-08-22', email: 'a@example.com', idDocument: '1' };
    const answer = { verifiedStatus: true };
    for (const rest of [{}, more]) {
      const [yes, no] = [adult, minor].map(({ phoneNumber }) => ({ phoneNumber, ageThreshold: 19, ...rest }));
      expectAnswer(await camara(AGE, yes), { ageCheck: 'true', ...answer });
      expectAnswer(await camara(AGE, no), { ageCheck: 'false', ...answer });
    }
    expectAnswer(await camara(AGE, { ageThreshold: 19 }, { token: personal }), { ageCheck: 'true', ...answer });
  });

  it('@verifyAge_3 to _5 of a line that another person or a company holds, and of locks, nothing is known', async () => {
    for (const holder of ['corporate', 'other_party'] as const) {
      const { phoneNumber } = await service.addLine({ holder });
      const asked = { phoneNumber, ageThreshold: 19, includeContentLock: true, includeParentalControl: true };
      const nothing = 'not_available';
      expectAnswer(await camara(AGE, asked), { ageCheck: nothing, contentLock: nothing, parentalControl: nothing });
      expectAnswer(await camara(MATCH, { phoneNumber, birthdate: '1990-01-01' }), { birthdateMatch: nothing });
    }
  });

  it('@verifyAge_400.3 a threshold with which an age could be searched for is out of range', async () => {
    const { phoneNumber } = await service.addLine();
    for (const ageThreshold of [-1, 121, 0, 20, 36])
      expectError(await camara(AGE, { phoneNumber, ageThreshold }), 400, 'OUT_OF_RANGE');
    for (const ageThreshold of ['19', 19.5, null])
      expectError(await camara(AGE, { phoneNumber, ageThreshold }), 400, 'INVALID_ARGUMENT');
    expectError(await camara(AGE, {}), 400, 'INVALID_ARGUMENT');
  });
});

describe('KYC match', () => {
  it('@KYC_Match_1, _2, _4, _5 and _6 answer the attributes that were asked, and those alone', async () => {
    const { phoneNumber } = await service.addLine();
    const right = {
      birthdate: '1990-01-01',
      gender: 'MALE',
      name: '홍길동',
      country: 'KR',
      idDocumentType: 'passport',
    };
    const unknown = { nameMatch: 'not_available', countryMatch: 'not_available', idDocumentTypeMatch: 'not_available' };
    const asked = { phoneNumber, ...right };
    expectAnswer(await camara(MATCH, asked), { birthdateMatch: 'true', genderMatch: 'true', ...unknown });
    const wrong = { phoneNumber, birthdate: '1990-01-02', gender: 'OTHER' };
    expectAnswer(await camara(MATCH, wrong), { birthdateMatch: 'false', genderMatch: 'false' });
    expectAnswer(await camara(MATCH, { phoneNumber, nationality: 'KR' }), { nationalityMatch: 'not_available' });
    const own = { birthdate: '1990-01-01', phoneNumber: subscriber.person.phoneNumber };
    expectAnswer(await camara(MATCH, own, { token: personal }), { birthdateMatch: 'true' });
  });

  it('@KYC_Match_400.2, _400.3 and _10 an empty request and attributes of another form are refused', async () => {
    const { phoneNumber } = await service.addLine();
    expectError(await camara(MATCH, {}), 400, 'INVALID_ARGUMENT');
    expectError(await camara(MATCH, { phoneNumber }), 400, 'KNOW_YOUR_CUSTOMER.INVALID_PARAM_COMBINATION');
    for (const wrong of [
      { gender: 'male' },
      { birthdate: '900101' },
      { birthdate: '1990-02-30' },
      { name: 1 },
      { idDocumentType: 'x' },
    ])
      expectError(await camara(MATCH, { phoneNumber, ...wrong }), 400, 'INVALID_ARGUMENT');
  });

  it('the birth date of a number is compared with five guesses a day of a client, and a guess again costs nothing', async () => {
    const { phoneNumber } = await service.addLine();
    const other = await service.rows.clients.register({
      clientId: `bank-${randomUUID()}`,
      secret: SECRET,
      scopes: ['kyc-match:match'],
    });
    const second = issued({ id: other, clientId: 'other', scopes: ['kyc-match:match'] });
    const guesses = ['1990-01-02', '1990-01-03', '1990-01-04', '1990-01-05', '1990-01-06'];
    for (const birthdate of guesses)
      for (const _time of [1, 2])
        expectAnswer(await camara(MATCH, { phoneNumber, birthdate }), { birthdateMatch: 'false' });
    for (const _time of [1, 2]) {
      const refused = await camara(MATCH, { phoneNumber, birthdate: '1990-01-01' });
      expectError(refused, 429, 'QUOTA_EXCEEDED');
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(80_000);
    }
    const right = { phoneNumber, birthdate: '1990-01-01' };
    expectAnswer(await camara(MATCH, right, { token: second }), { birthdateMatch: 'true' });
    expectAnswer(await camara(MATCH, { phoneNumber, name: '홍길동' }), { nameMatch: 'not_available' });
  });

  it('twenty guesses of all clients end those of a client that made none with the same answer, and not what the person approved', async () => {
    const own = await service.subscriber();
    const { phoneNumber } = own.person;
    const scopes = ['kyc-match:match'];
    const client = async () => {
      const id = await service.rows.clients.register({ clientId: `bank-${randomUUID()}`, secret: SECRET, scopes });
      return { token: issued({ id, clientId: 'one-of-many', scopes }) };
    };
    const guess = async (birthdate: string, of: Sent) => camara(MATCH, { phoneNumber, birthdate }, of);
    const first = await client();
    for (const one of [first, await client(), await client(), await client()])
      for (const day of [1, 2, 3, 4, 5]) expect((await guess(`1980-01-0${day}`, one)).status).toBe(200);
    const [itsOwn, ofAll] = [await guess('1980-02-02', first), await guess('1980-02-02', await client())];
    expectError(itsOwn, 429, 'QUOTA_EXCEEDED');
    expect(ofAll.body).toEqual(itsOwn.body);
    expect(ofAll.headers.get('retry-after')).toBe(itsOwn.headers.get('retry-after'));
    const sent = { token: await personalToken(own) };
    expectAnswer(await camara(MATCH, { birthdate: '1990-01-01' }, sent), { birthdateMatch: 'true' });
  });
});

describe('one-time password by SMS', () => {
  const MESSAGE = '{{code}} 은(는) 시험은행 번호 확인 코드입니다. Do not share it.';
  const send = (phoneNumber: string, message = MESSAGE, sent: Sent = {}) =>
    camara(SEND, { phoneNumber, message }, sent);
  const validate = (authenticationId: unknown, code: string, sent: Sent = {}) =>
    camara(VALIDATE, { authenticationId, code }, sent);
  const idOf = async (phoneNumber: string) => (await send(phoneNumber)).body['authenticationId'] as string;
  const texted = (phoneNumber: string) =>
    eventually('a text message', () => service.smsc.received.findLast(({ to }) => to === phoneNumber)?.text);
  const textedCode = async (phoneNumber: string) => /\[(\d{6})\]/.exec(await texted(phoneNumber))?.[1] ?? '';

  it('@OTPvalidationAPI_01 of both: the code goes in the message of the client, behind its name, and is accepted once', async () => {
    const { phoneNumber } = await service.addLine();
    const sent = await send(phoneNumber);
    expectAnswer(sent, { authenticationId: expect.stringMatching(/^[0-9a-f-]{36}$/) });
    const text = await texted(phoneNumber);
    expect(text).toMatch(/^\[시험은행\] \[\d{6}\] 은\(는\) 시험은행 번호 확인 코드입니다\. Do not share it\.$/);
    const { authenticationId } = sent.body;
    const code = await textedCode(phoneNumber);
    const validated = await validate(authenticationId, ` ${code.slice(0, 3)}-${code.slice(3)}`);
    expect([validated.status, validated.body, validated.headers.get('x-correlator')]).toEqual([204, {}, CORRELATOR]);
    expectError(await validate(authenticationId, code), 400, 'ONE_TIME_PASSWORD_SMS.VERIFICATION_EXPIRED');
  });

  it('a subscriber is asked on the phone, gets no SMS, and reads the code in the app after the PIN', async () => {
    const own = await service.subscriber();
    const id = await idOf(own.person.phoneNumber);
    const pending = (await own.phone.pending()).find((one) => one.id === id);
    expect(pending).toMatchObject({
      relyingParty: { name: '시험은행' },
      purpose: '······ 은(는) 시험은행 번호 확인 코드입니다. Do not sh…',
    });
    const code = await service.codeOf(own, id);
    expectError(await validate(id, otherThan(code)), 400, 'ONE_TIME_PASSWORD_SMS.INVALID_OTP');
    expect((await validate(id, code)).status).toBe(204);
    const { phoneNumber } = own.person;
    expect(service.smsc.received.filter(({ to, text }) => to === phoneNumber && text.includes('시험은행'))).toEqual([]);
    expect((await own.phone.history())[0]).toMatchObject({ id, state: 'verified', relyingParty: { name: '시험은행' } });
  });

  /** A client that sends codes to numbers and verifies people, and listens for webhooks. */
  async function clientOfBoth() {
    const scopes = ['authentications', 'one-time-password-sms:send-validate', 'webhooks'];
    const name = `both-${randomUUID()}`;
    const id = await service.rows.clients.register({ clientId: name, secret: SECRET, scopes });
    await service.rows.webhooks.listen(id);
    return { id, as: { token: issued({ id, clientId: name, scopes }) } };
  }

  it('who has the number is told at no door: not to the client that also verifies people', async () => {
    const { id: both, as } = await clientOfBoth();
    const { phoneNumber } = await service.addLine();
    const own = await service.subscriber();
    for (const number of [phoneNumber, own.person.phoneNumber]) {
      const id = (await send(number, MESSAGE, as)).body['authenticationId'] as string;
      const at = `/v1/authentications/${id}`;
      const code = number === phoneNumber ? await textedCode(number) : await service.codeOf(own, id);
      // The other door finds nothing, counts nothing, and sends nothing again, before the end and after it.
      const isFoundNowhere = async () => {
        for (const [path, method, body] of [
          [at, 'GET', undefined],
          [`${at}/verification`, 'POST', { code }],
          [`${at}/resend`, 'POST', undefined],
          [at, 'DELETE', undefined],
        ] as const) {
          const found = await camara(path, body, { ...as, method });
          expect([path, found.status, found.body['code']]).toEqual([path, 404, 'authentication_not_found']);
        }
      };
      await isFoundNowhere();
      expect((await validate(id, code, as)).status).toBe(204);
      await isFoundNowhere();
    }
    expect(await service.rows.webhooks.eventsOf(both)).toEqual([]);
    // And this door finds nothing of the other one.
    const { birthDate, genderDigit } = own.person;
    const person = { birthDate, genderDigit, phoneNumber: own.person.phoneNumber };
    const started = await camara('/v1/authentications', { ...person, purpose: '회원가입' }, as);
    const id = started.body['id'] as string;
    const code = await service.codeOf(own, id);
    expectError(await validate(id, code, as), 404, 'NOT_FOUND');
    expect(await service.rows.webhooks.eventsOf(both)).toEqual(['authentication.opened']);
    expect((await camara(`/v1/authentications/${id}/verification`, { code }, as)).status).toBe(200);
  });

  it('a code that the person declined is wrong five times, as any code of a number that no line has', async () => {
    const own = await service.subscriber();
    const ids = [await idOf(own.person.phoneNumber), await idOf('+821000000005')];
    await own.phone.decline(ids[0] ?? '', 'not_me');
    const answers = await Promise.all(
      ids.map(async (id) => {
        const codes = [];
        for (const _time of [1, 2, 3, 4, 5, 6]) codes.push((await validate(id, '123456')).body['code']);
        return codes;
      }),
    );
    expect(answers[0]).toEqual(answers[1]);
    expect(answers[0]?.slice(3)).toEqual([
      'ONE_TIME_PASSWORD_SMS.INVALID_OTP',
      'ONE_TIME_PASSWORD_SMS.VERIFICATION_FAILED',
      'ONE_TIME_PASSWORD_SMS.VERIFICATION_FAILED',
    ]);
    const after = ids.map(async (id) => {
      await service.rows.authentications.expire(id);
      return (await validate(id, '123456')).body['code'];
    });
    expect(await Promise.all(after)).toEqual(Array(2).fill('ONE_TIME_PASSWORD_SMS.VERIFICATION_FAILED'));
  });

  it('who opens the codes and who says "not me" is told neither by the limit of codes nor by the figures', async () => {
    const { id: both, as } = await clientOfBoth();
    const [own, line] = [await service.subscriber(), await service.addLine()];
    for (let times = 0; times < 5; times += 1) {
      for (const { phoneNumber } of [own.person, line]) expect((await send(phoneNumber, MESSAGE, as)).status).toBe(200);
      const [asked] = await own.phone.pending();
      await (times === 4 ? own.phone.decline(asked?.id ?? '', 'not_me') : own.phone.open(asked!, TEST_PIN));
    }
    for (const { phoneNumber } of [own.person, line])
      expectError(await send(phoneNumber, MESSAGE, as), 403, 'ONE_TIME_PASSWORD_SMS.MAX_OTP_CODES_EXCEEDED');
    expect(await service.rows.figures.notMeOf(both)).toBe(0);
  });

  it('who said at one door that it was not them is not rung from the other one', async () => {
    for (const door of ['number', 'person'] as const) {
      const { as } = await clientOfBoth();
      const own = await service.subscriber();
      const { birthDate, genderDigit, phoneNumber } = own.person;
      const byNumber = async () => (await send(phoneNumber, MESSAGE, as)).body['authenticationId'] as string;
      const byPerson = async () => {
        const body = { birthDate, genderDigit, phoneNumber, purpose: '회원가입' };
        return (await camara('/v1/authentications', body, as)).body['id'] as string;
      };
      const [first, second] = door === 'number' ? [byNumber, byPerson] : [byPerson, byNumber];
      await own.phone.decline(await first(), 'not_me');
      const id = await second();
      expect((await own.phone.pending()).find((one) => one.id === id)).toMatchObject({ held: true });
    }
  });

  it('a code that was sent to a line is void once the line changes, with and without a subscription', async () => {
    const line = await service.addLine();
    const id = await idOf(line.phoneNumber);
    const code = await textedCode(line.phoneNumber);
    await service.sendEvent(line.lineId, 'owner-changed', { owner: { birthDate: '850505', genderDigit: '2' } }, 1);
    expectError(await validate(id, code), 400, 'ONE_TIME_PASSWORD_SMS.VERIFICATION_EXPIRED');
  });

  it('a number of no line is answered with the same bytes as one of a line, gets nothing, and no code fits', async () => {
    const { phoneNumber } = await service.addLine();
    const shape = ({ status, body, headers }: Answer) => {
      const { date: _date, 'x-correlator': _id, ...rest } = Object.fromEntries(headers);
      return { status, rest, body: JSON.stringify(body).replace(/[0-9a-f-]{36}/, 'ID') };
    };
    const [known, none] = [await send(phoneNumber), await send('+821000000002')];
    expect(shape(none)).toEqual(shape(known));
    const id = none.body['authenticationId'] as string;
    const [wrong, right] = [await validate(id, '123456'), await validate(known.body['authenticationId'], 'x')];
    expect(shape(wrong)).toEqual(shape(right));
    expectError(wrong, 400, 'ONE_TIME_PASSWORD_SMS.INVALID_OTP');
    expect(service.smsc.received.filter(({ to }) => to === '+821000000002')).toEqual([]);
  });

  it('@OTPvalidationAPI_400.4 to _400.7, _04, _05 and _404.1 refuse numbers and messages', async () => {
    const { phoneNumber } = await service.addLine();
    for (const message of [
      'message without code',
      `{{code}} ${'가'.repeat(160)}`,
      '{{code}} {{name}}',
      'a\n{{code}}',
      '[다른은행] {{code}}',
      '［다른은행］ {{code}}',
      '{{code}} https://evil.example',
      '{{code}} WWW.evil.example',
      '{{code}} kb-card.kr/a',
      '{{code}} 은행.한국',
      '{{code}} ｅｖｉｌ．ｃｏｍ',
      '{{code}} 203.0.113.7',
      '{{code}} 123 456',
      '{{code}} １２３４５６',
      '',
      1,
    ])
      expectError(await camara(SEND, { phoneNumber, message }), 400, 'INVALID_ARGUMENT');
    expect((await send(phoneNumber, '인증번호는 {{code}}입니다.확인 2.5판')).status).toBe(200);
    for (const body of [{ phoneNumber: '3301', message: MESSAGE }, { phoneNumber }, { message: MESSAGE }, {}])
      expectError(await camara(SEND, body), 400, 'INVALID_ARGUMENT');
    for (const landline of ['+82212345678', '+82701234567', '+8215881234'])
      expectError(await send(landline), 403, 'ONE_TIME_PASSWORD_SMS.PHONE_NUMBER_NOT_ALLOWED');
    expectError(await send('+34629255833'), 404, 'NOT_FOUND');
    expectError(await send(phoneNumber, MESSAGE, { token: personal }), 403, 'INVALID_TOKEN_CONTEXT');
  });

  it('@OTPvalidationAPI_03 the sixth code of a number in ten minutes is refused, whether or not a line has it', async () => {
    for (const phoneNumber of [(await service.addLine()).phoneNumber, '+821000000003']) {
      for (const time of [1, 2, 3, 4, 5]) expect([time, (await send(phoneNumber)).status]).toEqual([time, 200]);
      const refused = await send(phoneNumber);
      expectError(refused, 403, 'ONE_TIME_PASSWORD_SMS.MAX_OTP_CODES_EXCEEDED');
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(500);
    }
  });

  it('@OTPvalidationAPI_400.6, .7 and .9 expired, replaced and exhausted codes are told apart as the specification has it', async () => {
    const [expired, replaced, tried] = [await service.addLine(), await service.addLine(), await service.addLine()];
    const old = await idOf(expired.phoneNumber);
    const code = await textedCode(expired.phoneNumber);
    await service.rows.authentications.expire(old);
    expectError(await validate(old, code), 400, 'ONE_TIME_PASSWORD_SMS.VERIFICATION_EXPIRED');
    const first = await idOf(replaced.phoneNumber);
    await idOf(replaced.phoneNumber);
    expectError(await validate(first, '123456'), 400, 'ONE_TIME_PASSWORD_SMS.VERIFICATION_EXPIRED');
    const id = await idOf(tried.phoneNumber);
    const right = await textedCode(tried.phoneNumber);
    for (const time of [1, 2, 3, 4])
      expect([time, (await validate(id, otherThan(right))).body['code']]).toEqual([
        time,
        'ONE_TIME_PASSWORD_SMS.INVALID_OTP',
      ]);
    expectError(await validate(id, otherThan(right)), 400, 'ONE_TIME_PASSWORD_SMS.VERIFICATION_FAILED');
    expectError(await validate(id, right), 400, 'ONE_TIME_PASSWORD_SMS.VERIFICATION_FAILED');
  });

  it('@OTPvalidationAPI_400.1 to _400.4 and _404 of validate-code refuse other requests, and another client’s id', async () => {
    const id = await idOf((await service.addLine()).phoneNumber);
    for (const body of [
      {},
      { authenticationId: id },
      { code: '123456' },
      { authenticationId: id, code: 'thisCodeExceedsTenCharacters' },
    ])
      expectError(await camara(VALIDATE, body), 400, 'INVALID_ARGUMENT');
    for (const unknown of ['unknown', randomUUID()]) expectError(await validate(unknown, '123456'), 404, 'NOT_FOUND');
    const scopes = ['one-time-password-sms:send-validate'];
    const other = await service.rows.clients.register({ clientId: `o-${randomUUID()}`, secret: SECRET, scopes });
    const theirs = issued({ id: other, clientId: 'o', scopes });
    expectError(await validate(id, '123456', { token: theirs }), 404, 'NOT_FOUND');
    for (const [path, body] of [
      [SEND, { phoneNumber: '+821000000004', message: MESSAGE }],
      [VALIDATE, { authenticationId: id, code: '123456' }],
    ] as const) {
      expectError(await camara(path, body, { token: null }), 401, 'UNAUTHENTICATED');
      expectError(
        await camara(path, body, { token: issued({ id: clientId, clientId: 'bank', scopes: ['kyc-match:match'] }) }),
        403,
        'PERMISSION_DENIED',
      );
    }
  });
});

describe('number verification', () => {
  const VERIFY = '/number-verification/v2/verify';
  const SHARE = '/number-verification/v2/device-phone-number';

  it('@phoneNumberVerify_403.2 and @phoneNumberShare_403.2: no token of this service comes from the network', async () => {
    const phoneNumber = '+821012345678';
    const hashedPhoneNumber = 'a'.repeat(64);
    for (const as of [token, personal]) {
      for (const body of [{ phoneNumber }, { hashedPhoneNumber }])
        expectError(await camara(VERIFY, body, { token: as }), 403, NOT_BY_NETWORK);
      expectError(await camara(SHARE, undefined, { token: as, method: 'GET' }), 403, NOT_BY_NETWORK);
    }
  });

  it('@phone_number_verify_400, _401, _403.1 and _C02.01 refuse as everywhere', async () => {
    const phoneNumber = '+821012345678';
    const wrong = [
      {},
      { phoneNumber, hashedPhoneNumber: 'a'.repeat(64) },
      { other: 1 },
      { phoneNumber: '010' },
      { hashedPhoneNumber: 'x' },
    ];
    for (const body of [...wrong, undefined]) expectError(await camara(VERIFY, body), 400, 'INVALID_ARGUMENT');
    const other = issued({ id: clientId, clientId: 'bank', scopes: ['sim-swap'] });
    for (const [sent, status, code] of [
      [null, 401, 'UNAUTHENTICATED'],
      ['x', 401, 'UNAUTHENTICATED'],
      [other, 403, 'PERMISSION_DENIED'],
    ] as const) {
      expectError(await camara(VERIFY, { phoneNumber }, { token: sent }), status, code);
      expectError(await camara(SHARE, undefined, { token: sent, method: 'GET' }), status, code);
    }
  });
});

describe('a client that looks for customers', () => {
  it('is answered about no number once it asked about too many that no line has, other than about a person who approved', async () => {
    const scopes = ['sim-swap'];
    const id = await service.rows.clients.register({ clientId: `bank-${randomUUID()}`, secret: SECRET, scopes });
    const sent = { token: issued({ id, clientId: 'searching', scopes }) };
    const { phoneNumber } = await lineChanged();
    expectError(await camara(CHECK_SIM, { phoneNumber: unknownNumber }, sent), 404, 'IDENTIFIER_NOT_FOUND');
    expectAnswer(await camara(CHECK_SIM, { phoneNumber }, sent), { swapped: false });
    await service.rows.clients.missNumbers(id, 4_998);
    // The same number does not count again.
    expectError(await camara(CHECK_SIM, { phoneNumber: unknownNumber }, sent), 404, 'IDENTIFIER_NOT_FOUND');
    expectAnswer(await camara(CHECK_SIM, { phoneNumber }, sent), { swapped: false });
    expectError(await camara(CHECK_SIM, { phoneNumber: '+821000000009' }, sent), 404, 'IDENTIFIER_NOT_FOUND');
    expect(service.process.log()).toContain('searching asked about 5000 unknown numbers today');
    for (const one of [phoneNumber, unknownNumber]) {
      const refused = await camara(CHECK_SIM, { phoneNumber: one }, sent);
      expectError(refused, 429, 'QUOTA_EXCEEDED');
      expect(Number(refused.headers.get('retry-after'))).toBeLessThanOrEqual(86_400);
    }
    const person = await service.subscriber();
    const theirs = await personalToken(person);
    await service.rows.clients.missNumbers(await service.rows.clients.idOf('demo-shop'), 5_000);
    expect((await camara(SIM_DATE, {}, { token: theirs })).status).toBe(200);
  });
});

describe('tokens, records and figures', () => {
  it('a client gets the CAMARA scopes that it was granted, with one purpose, and no other client gets a purpose', async () => {
    const scopes = ['sim-swap', 'kyc-match:match'];
    await service.rows.clients.register({ clientId: 'granted', secret: SECRET, scopes });
    await service.rows.clients.register({ clientId: 'ordinary', secret: SECRET });
    const ask = async (client: string, scope?: string): Promise<Answer> => {
      const response = await fetch(`${service.issuer}/oauth2/token`, {
        method: 'POST',
        headers: { Authorization: `Basic ${Buffer.from(`${client}:${SECRET}`).toString('base64')}` },
        body: new URLSearchParams({ grant_type: 'client_credentials', ...(scope !== undefined && { scope }) }),
      });
      return answerOf(response);
    };
    expect((await ask('granted')).body['scope']).toBe('sim-swap kyc-match:match');
    const purpose = 'dpv:FraudPreventionAndDetection';
    const given = await ask('granted', `${purpose} sim-swap`);
    expect(given.body['scope']).toBe(`${purpose} sim-swap`);
    // What was granted as a whole may be asked for in part.
    const part = 'sim-swap:check sim-swap:retrieve-date';
    expect((await ask('granted', part)).body['scope']).toBe(part);
    const line = await lineChanged();
    const { phoneNumber } = line;
    const sent = { token: given.body['access_token'] as string };
    expectAnswer(await camara(CHECK_SIM, { phoneNumber }, sent), { swapped: false });
    for (const [client, scope] of [
      ['granted', purpose],
      ['granted', `${purpose} dpv:Marketing sim-swap`],
      ['granted', 'dpv:a-b sim-swap'],
      ['granted', 'device-swap'],
      ['granted', 'device-swap:check'],
      ['granted', 'sim-swap:other'],
      ['ordinary', `${purpose} authentications`],
      ['ordinary', 'sim-swap'],
    ] as const)
      expect(await ask(client, scope)).toMatchObject({ status: 400, body: { error: 'invalid_scope' } });
  });

  it('a token of a client that was disabled is refused within a second', async () => {
    const scopes = ['sim-swap'];
    const id = await service.rows.clients.register({ clientId: 'ended', secret: SECRET, scopes });
    const theirs = { token: issued({ id, clientId: 'ended', scopes }) };
    const { phoneNumber } = await lineChanged();
    expect((await camara(CHECK_SIM, { phoneNumber }, theirs)).status).toBe(200);
    await service.rows.clients.disable(id);
    await eventually('the refusal', async () => (await camara(CHECK_SIM, { phoneNumber }, theirs)).status === 401);
  });

  it('each answer about a person is recorded with the client and its purpose, without the answer, and counted', async () => {
    const own = await service.subscriber();
    const { phoneNumber } = own.person;
    await service.rows.lines.changeAgo(own.person.lineId, { known: 300, sim: 1 });
    for (const [path, , body] of operations(phoneNumber))
      expect([path, (await camara(path, body)).status]).toEqual([path, 200]);
    await camara(AGE, { phoneNumber, ageThreshold: 50 });
    const rows = await service.rows.customers.disclosuresOf(own.subscriptionId);
    const of = (api: string) => ({
      api,
      purpose: 'dpv:FraudPreventionAndDetection',
      client_id: clientId,
      line_id: own.person.lineId,
    });
    expect(rows).toEqual(
      [
        'sim-swap/check',
        'sim-swap/retrieve-date',
        'device-swap/check',
        'device-swap/retrieve-date',
        'kyc-age-verification/verify',
        'kyc-match/match',
      ].map(of),
    );
    const metrics = await (await fetch(`${service.process.announcement.management}/metrics`)).text();
    for (const sample of [
      'api="sim-swap",outcome="answered"',
      'api="kyc-age-verification",outcome="OUT_OF_RANGE"',
      'api="kyc-match",outcome="METHOD_NOT_ALLOWED"',
      'api="kyc-match",outcome="UNSUPPORTED_MEDIA_TYPE"',
    ])
      expect(metrics).toMatch(new RegExp(`pushguard_camara_answers_total\\{${sample}\\} [1-9]`));
    for (const route of ['/kyc-match/v0.4/match', '/one-time-password-sms/v1/send-code'])
      expect(metrics).toContain(`pushguard_refusals_total{route="${route}",code="too_many_requests"}`);
    expect(metrics).not.toContain(phoneNumber.slice(3));
    expect(service.process.log()).not.toContain(phoneNumber.slice(3));
  });
});
