import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { base64url, compactVerify, decodeJwt, decodeProtectedHeader } from 'jose';
import type { PublicJwk } from '../../src/phone/device-keys.ts';
import { Phone, UnknownPushError } from '../../src/phone/phone.ts';
import { pinProof } from '../../src/phone/pin-proof.ts';
import { ProblemError } from '../../src/phone/problem-error.ts';
import { playedKey, playService, seal, type PlayedAnswer, type PlayedKey, type PlayedRequest } from './play-service.ts';

const pin = '482916';
const kdf = { m: 8, t: 1, p: 1 };
const hour = 3_600_000;

interface Enrolling {
  signingKey: PublicJwk;
  encryptionKey: PublicJwk;
  knowledgeKey: string;
}

let service: Awaited<ReturnType<typeof playService>>;
let key: PlayedKey;
let newerKey: PlayedKey;
let published: PlayedKey[];
/** The simulated service's answer to each `METHOD path`; a function computes it from the request. */
let answers: Record<string, PlayedAnswer | ((request: PlayedRequest) => PlayedAnswer)>;

beforeAll(async () => {
  [key, newerKey] = await Promise.all([playedKey('service-1'), playedKey('service-2')]);
});

beforeEach(async () => {
  published = [key];
  answers = {
    'GET /oauth2/jwks': () => ({
      json: {
        keys: [
          { kty: 'RSA', kid: 'not-for-codes', n: 'AQAB', e: 'AQAB' },
          ...published.map(({ publicJwk }) => ({ ...publicJwk, alg: 'ES256', use: 'sig' })),
        ],
      },
    }),
    'POST /app/v1/devices': {
      status: 201,
      json: { deviceId: 'device-1', serialNumber: 'SN-0001', state: 'testing' },
    },
  };
  service = await playService((request) => {
    const answer = answers[`${request.method} ${request.path}`];
    return (typeof answer === 'function' ? answer(request) : answer) ?? { status: 404, json: { code: 'not_found' } };
  });
});

afterEach(async () => service.stop());

const enrolment = () => ({
  issuer: service.issuer,
  enrolmentCode: 'ABCDE-FGHIJ-KLMNO-PQRST',
  pin,
  platform: 'android' as const,
  formFactor: 'phone' as const,
  osVersion: '16',
  appVersion: '1.0.0',
  pushToken: 'token-1',
  name: '내 전화',
  kdf,
});

const enrolled = () => Phone.enrol(enrolment());

function requestsTo(path: string): PlayedRequest[] {
  return service.requests.filter((request) => request.path === path);
}

function theRequestTo(path: string): PlayedRequest {
  const [request, ...others] = requestsTo(path);
  if (request === undefined || others.length > 0) throw new Error(`not one request to ${path}`);
  return request;
}

const enrolling = () => JSON.parse(theRequestTo('/app/v1/devices').body) as Enrolling;

const proofOf = (request: PlayedRequest) => String(request.headers['device-proof']);

async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    return await promise;
  } catch (error) {
    return error;
  }
}

describe('Enrolment', () => {
  it('enrolment sends the public keys, the knowledge key and the facts of the phone, and never the PIN', async () => {
    const phone = await enrolled();
    expect([phone.deviceId, phone.serialNumber]).toEqual(['device-1', 'SN-0001']);
    const { body } = theRequestTo('/app/v1/devices');
    const sent = JSON.parse(body) as Enrolling;
    expect(Object.keys(sent).sort()).toEqual(
      [
        ...['appVersion', 'encryptionKey', 'enrolmentCode', 'formFactor', 'knowledgeKey', 'name', 'osVersion'],
        ...['platform', 'pushToken', 'signingKey'],
      ].sort(),
    );
    expect(base64url.decode(sent.knowledgeKey)).toHaveLength(32);
    expect(Object.keys(sent.signingKey).sort()).toEqual(['crv', 'kty', 'x', 'y']);
    expect(Object.keys(sent.encryptionKey).sort()).toEqual(['crv', 'kty', 'x', 'y']);
    expect(Object.values(sent)).not.toContain(pin);
  });

  it('enrolment is proven with the public key itself, for there is no device id yet', async () => {
    await enrolled();
    const request = theRequestTo('/app/v1/devices');
    const { signingKey } = enrolling();
    expect(decodeProtectedHeader(proofOf(request))).toEqual({ alg: 'ES256', typ: 'device-proof+jwt', jwk: signingKey });
    await compactVerify(proofOf(request), signingKey, { algorithms: ['ES256'] });
  });

  it('enrolment with a guessable PIN sends nothing to the service', async () => {
    expect(await rejection(Phone.enrol({ ...enrolment(), pin: '123456' }))).toMatchObject({ reason: 'guessable' });
    expect(service.requests).toEqual([]);
  });

  it('enrolment does not use up the code when the keys of the service cannot be fetched', async () => {
    answers['GET /oauth2/jwks'] = { status: 503, json: { code: 'unavailable' } };
    expect(await rejection(enrolled())).toMatchObject({ status: 503, code: 'unavailable' });
    expect(requestsTo('/app/v1/devices')).toEqual([]);
  });
});

describe('Every request', () => {
  it.each<[string, string, (phone: Phone) => Promise<unknown>, string, PlayedAnswer]>([
    ['POST', '/app/v1/device/test', (phone) => phone.confirmTest('771905'), '{"code":"771905"}', { json: {} }],
    ['GET', '/app/v1/device/envelope', (phone) => phone.testEnvelope(), '', { json: { envelope: 'e' } }],
    [
      'PUT',
      '/app/v1/device/push-token',
      (phone) => phone.replacePushToken('t2'),
      '{"pushToken":"t2"}',
      { status: 204 },
    ],
    ['GET', '/app/v1/authentications', (phone) => phone.pending(), '', { json: [] }],
    ['GET', '/app/v1/authentications/a1/envelope', (phone) => phone.envelope('a1'), '', { json: { envelope: 'e' } }],
    [
      'POST',
      '/app/v1/authentications/a%2F1/decline',
      (phone) => phone.decline('a/1', 'not_me'),
      '{"reason":"not_me"}',
      { status: 204 },
    ],
    ['GET', '/app/v1/history', (phone) => phone.history(), '', { json: [] }],
  ])('the request %s %s bears a proof for its method, address and bytes', async (method, path, call, body, answer) => {
    const phone = await enrolled();
    answers[`${method} ${path}`] = answer;
    await call(phone);
    const request = theRequestTo(path);
    expect(request.body).toBe(body);
    expect(request.headers['content-type']).toBe(body === '' ? undefined : 'application/json');
    expect(decodeProtectedHeader(proofOf(request))).toEqual({
      alg: 'ES256',
      typ: 'device-proof+jwt',
      kid: 'device-1',
    });
    await compactVerify(proofOf(request), enrolling().signingKey, { algorithms: ['ES256'] });
    const { htm, htu, iat, bh } = decodeJwt(proofOf(request));
    expect({ htm, htu, bh }).toEqual({
      htm: method,
      htu: `${service.issuer}${path}`,
      bh: createHash('sha256').update(body).digest('base64url'),
    });
    expect(Math.abs(Number(iat) - Date.now() / 1000)).toBeLessThan(60);
  });

  it('a request goes below an issuer that has a path and ends in a slash', async () => {
    answers['GET /push/oauth2/jwks'] = { json: { keys: [] } };
    answers['POST /push/app/v1/devices'] = { status: 201, json: { deviceId: 'd', serialNumber: 's' } };
    const phone = await Phone.enrol({ ...enrolment(), issuer: `${service.issuer}/push/` });
    expect(phone.issuer).toBe(`${service.issuer}/push`);
  });
});

describe('Pending requests and the history', () => {
  it('pending requests and the history are shown as the service answers them', async () => {
    const phone = await enrolled();
    const pending = [{ id: 'a1', relyingParty: { name: '한빛서점' }, purpose: '회원가입', endUser: null, nonce: 'n' }];
    const history = [
      { requestedAt: '2026-11-22T09:00:00.000Z', state: 'verified', channel: 'push', device: '내 전화' },
    ];
    answers['GET /app/v1/authentications'] = { json: pending };
    answers['GET /app/v1/history'] = { json: history };
    expect(await phone.pending()).toEqual(pending);
    expect(await phone.history()).toEqual(history);
  });
});

describe('Opening an authentication', () => {
  const asked = { id: 'a1', nonce: 'n1' };
  const expectedProof = () =>
    pinProof({
      knowledgeKey: new Uint8Array(base64url.decode(enrolling().knowledgeKey)),
      purpose: 'open',
      id: asked.id,
      deviceId: 'device-1',
      nonce: asked.nonce,
    });
  const sentProofs = () =>
    requestsTo('/app/v1/authentications/a1/open').map(
      ({ body }) => (JSON.parse(body) as { pinProof: string }).pinProof,
    );

  beforeEach(() => {
    answers['POST /app/v1/authentications/a1/open'] = { status: 202 };
  });

  it('opening an authentication sends the proof that the knowledge key of enrolment makes', async () => {
    const phone = await enrolled();
    await phone.open(asked, pin);
    expect(sentProofs()).toEqual([await expectedProof()]);
  });

  it('opening with a wrong PIN sends another proof, for only the service can judge it', async () => {
    const phone = await enrolled();
    await phone.open(asked, '482917');
    expect(sentProofs()).toHaveLength(1);
    expect(sentProofs()).not.toEqual([await expectedProof()]);
  });

  it('opening with a malformed PIN sends nothing', async () => {
    const phone = await enrolled();
    expect(await rejection(phone.open(asked, '4829'))).toMatchObject({ name: 'PinError', reason: 'malformed' });
    expect(sentProofs()).toEqual([]);
  });

  it('opening works with the new PIN after a change, of which the service is not told', async () => {
    const phone = await enrolled();
    const before = service.requests.length;
    await phone.changePin(pin, '905173');
    expect(service.requests).toHaveLength(before);
    await phone.open(asked, '905173');
    await phone.open(asked, pin);
    const [withNew, withOld] = sentProofs();
    expect(withNew).toBe(await expectedProof());
    expect(withOld).not.toBe(withNew);
  });

  it('opening works after the phone was stored as JSON and restored', async () => {
    const state = JSON.stringify(await (await enrolled()).toState());
    const phone = await Phone.restore(JSON.parse(state));
    await phone.open(asked, pin);
    expect(sentProofs()).toEqual([await expectedProof()]);
    expect(JSON.stringify(await phone.toState())).toBe(state);
    expect(state).not.toContain(enrolling().knowledgeKey);
    expect(state).not.toContain(pin);
  });
});

describe('Other uses of the PIN', () => {
  const asked = { id: 'p1', nonce: 'n1' };
  const proofTo = (purpose: 'sms' | 'pin') => {
    const knowledgeKey = new Uint8Array(base64url.decode(enrolling().knowledgeKey));
    return pinProof({ knowledgeKey, purpose, ...asked, deviceId: 'device-1' });
  };
  const bodiesOf = (path: string) => requestsTo(path).map(({ body }) => JSON.parse(body) as object);

  it('the phone permits SMS with a proof of its own kind, over the nonce of the request', async () => {
    answers['POST /app/v1/sms-permissions'] = { status: 201, json: asked };
    answers['POST /app/v1/sms-permissions/p1/confirm'] = { json: { endsAt: '2026-11-22T09:10:00.000Z' } };
    const phone = await enrolled();
    expect(await phone.permitSms('rp-1', pin)).toBe('2026-11-22T09:10:00.000Z');
    expect(bodiesOf('/app/v1/sms-permissions')).toEqual([{ relyingPartyId: 'rp-1' }]);
    expect(bodiesOf('/app/v1/sms-permissions/p1/confirm')).toEqual([{ pinProof: await proofTo('sms') }]);
  });

  it('the phone ends a permission by its id, and lists the permissions', async () => {
    const listed = { minutes: 10, relyingParties: [], permissions: [] };
    answers['GET /app/v1/sms-permissions'] = { json: listed };
    answers['DELETE /app/v1/sms-permissions/p1'] = { status: 204 };
    const phone = await enrolled();
    await phone.endSms('p1');
    expect(requestsTo('/app/v1/sms-permissions/p1').map(({ method }) => method)).toEqual(['DELETE']);
    expect(await phone.smsPermissions()).toEqual(listed);
  });

  it('the phone has the PIN checked with a proof of its own kind, and passes the refusal on', async () => {
    answers['POST /app/v1/device/pin-check'] = { status: 201, json: asked };
    answers['POST /app/v1/device/pin-check/p1/confirm'] = { status: 204 };
    const phone = await enrolled();
    await phone.checkPin(pin);
    expect(bodiesOf('/app/v1/device/pin-check/p1/confirm')).toEqual([{ pinProof: await proofTo('pin') }]);
    answers['POST /app/v1/device/pin-check/p1/confirm'] = {
      status: 422,
      json: { code: 'pin_mismatch', detail: 'The PIN is wrong.', attemptsLeft: 4 },
    };
    expect(await rejection(phone.checkPin('482917'))).toMatchObject({ code: 'pin_mismatch', attemptsLeft: 4 });
  });
});

describe('A refusal', () => {
  it.each<[string, PlayedAnswer, Partial<ProblemError>]>([
    [
      'carries the service’s code and the attempts left',
      { status: 422, json: { code: 'pin_mismatch', detail: 'The PIN is wrong.', attemptsLeft: 4 } },
      { status: 422, code: 'pin_mismatch', detail: 'The PIN is wrong.', attemptsLeft: 4, retryAfterSeconds: undefined },
    ],
    [
      'says how many seconds to wait',
      { status: 429, headers: { 'retry-after': '17' }, json: { code: 'too_many_requests', title: 'Too many' } },
      { status: 429, code: 'too_many_requests', detail: 'Too many', attemptsLeft: undefined, retryAfterSeconds: 17 },
    ],
    [
      'says how long to wait when it names a date, by the service’s own clock',
      {
        status: 503,
        headers: { date: 'Sun, 22 Nov 2020 09:00:00 GMT', 'retry-after': 'Sun, 22 Nov 2020 09:01:30 GMT' },
        json: { code: 'unavailable' },
      },
      { status: 503, code: 'unavailable', retryAfterSeconds: 90 },
    ],
    [
      'by something in between keeps its status',
      { status: 502, headers: { 'content-type': 'text/html' }, text: '<h1>Bad Gateway</h1>' },
      { status: 502, code: 'unknown', detail: 'Bad Gateway' },
    ],
    ['that is cut short keeps its status', { status: 500, text: '{"code":"inter' }, { status: 500, code: 'unknown' }],
    ['that is no object keeps its status', { status: 500, json: null }, { status: 500, code: 'unknown' }],
  ])('a refusal %s', async (_what, answer, expected) => {
    const phone = await enrolled();
    answers['GET /app/v1/history'] = answer;
    const error = await rejection(phone.history());
    expect(error).toBeInstanceOf(ProblemError);
    expect(error).toMatchObject(expected);
  });
});

describe('A phone whose clock is wrong', () => {
  const strictHistory =
    (serverAheadMs: number) =>
    (request: PlayedRequest): PlayedAnswer => {
      const serverNow = Date.now() + serverAheadMs;
      const fits = Math.abs(Number(decodeJwt(proofOf(request)).iat) * 1000 - serverNow) <= 60_000;
      const headers = { date: new Date(serverNow).toUTCString() };
      return fits ? { headers, json: [] } : { status: 401, headers, json: { code: 'device_proof_invalid' } };
    };

  it.each([
    ['behind', 2 * hour],
    ['ahead', -2 * hour],
  ])(
    'a phone whose clock is %s is refused once, retries by the clock of the service, and remembers it',
    async (_way, serverAheadMs) => {
      const phone = await enrolled();
      answers['GET /app/v1/history'] = strictHistory(serverAheadMs);
      expect(await phone.history()).toEqual([]);
      const proofs = requestsTo('/app/v1/history').map((request) => decodeJwt(proofOf(request)).jti);
      expect(proofs).toHaveLength(2);
      expect(new Set(proofs).size).toBe(2);

      await phone.history();
      expect(requestsTo('/app/v1/history')).toHaveLength(3);

      const restored = await Phone.restore(JSON.parse(JSON.stringify(await phone.toState())));
      await restored.history();
      expect(requestsTo('/app/v1/history')).toHaveLength(4);
    },
  );

  it('a phone whose clock is wrong enrols by the clock of the service', async () => {
    const enrol = answers['POST /app/v1/devices'] as PlayedAnswer;
    answers['POST /app/v1/devices'] = (request) => {
      const answer = strictHistory(hour)(request);
      return answer.status === 401 ? answer : enrol;
    };
    expect((await enrolled()).deviceId).toBe('device-1');
    expect(requestsTo('/app/v1/devices')).toHaveLength(2);
  });

  it('a phone whose clock is wrong judges the time of an envelope by the clock of the service', async () => {
    const phone = await enrolled();
    answers['GET /app/v1/history'] = strictHistory(-2 * hour);
    await phone.history();
    const envelope = await codeFor('a1', { expiresAt: new Date(Date.now() - 2 * hour + 60_000).toISOString() });
    expect((await phone.readCode(envelope, 'a1')).code).toBe('048213');
  });

  it('a phone corrects its clock again when it changes again', async () => {
    const phone = await enrolled();
    for (const serverAheadMs of [2 * hour, -3 * hour, 0]) {
      answers['GET /app/v1/history'] = strictHistory(serverAheadMs);
      expect(await phone.history()).toEqual([]);
    }
    expect(Math.abs((await phone.toState()).clockOffsetMs)).toBeLessThan(60_000);
  });

  it('a phone whose clock is wrong retries only once', async () => {
    const phone = await enrolled();
    let behind = 0;
    answers['GET /app/v1/history'] = () => {
      behind += hour;
      const headers = { date: new Date(Date.now() - behind).toUTCString() };
      return { status: 401, headers, json: { code: 'device_proof_invalid' } };
    };
    expect(await rejection(phone.history())).toMatchObject({ status: 401 });
    expect(requestsTo('/app/v1/history')).toHaveLength(2);
  });

  it.each<[string, PlayedAnswer]>([
    ['the clocks agree', { status: 401, json: { code: 'device_proof_invalid' } }],
    [
      'the refusal is another',
      { status: 401, headers: { date: 'Sun, 22 Nov 2020 09:00:00 GMT' }, json: { code: 'x' } },
    ],
  ])('a phone does not retry when %s', async (_why, answer) => {
    const phone = await enrolled();
    answers['GET /app/v1/history'] = answer;
    expect(await rejection(phone.history())).toMatchObject({ status: 401 });
    expect(requestsTo('/app/v1/history')).toHaveLength(1);
  });
});

function codeFor(authenticationId: string, changes: object = {}, by: PlayedKey = key): Promise<string> {
  const expiresAt = new Date(Date.now() + 60_000).toISOString();
  const claims = { v: 1, authenticationId, deviceId: 'device-1', code: '048213', relyingParty: '한빛서점' };
  return seal({
    key: by,
    to: enrolling().encryptionKey,
    kid: 'device-1',
    claims: { ...claims, purpose: '회원가입', expiresAt, ...changes },
  });
}

describe('A push', () => {
  it('a wake-up push names only the authentication that waits', async () => {
    expect(await (await enrolled()).receive({ t: 'wake', id: 'a1' })).toEqual({ kind: 'wake', id: 'a1' });
  });

  it('a push with a code gives the code, the relying party and the purpose', async () => {
    const phone = await enrolled();
    expect(await phone.receive({ t: 'code', id: 'a1', envelope: await codeFor('a1') })).toMatchObject({
      kind: 'code',
      authenticationId: 'a1',
      code: '048213',
      relyingParty: '한빛서점',
      purpose: '회원가입',
    });
  });

  it('a push with a code for another authentication than it names is refused', async () => {
    const phone = await enrolled();
    const push = phone.receive({ t: 'code', id: 'a2', envelope: await codeFor('a1') });
    expect(await rejection(push)).toMatchObject({ name: 'EnvelopeError', fault: 'other_authentication' });
  });

  it('a push with a test code gives the test code', async () => {
    const phone = await enrolled();
    const expiresAt = new Date(Date.now() + 60_000).toISOString();
    const envelope = await seal({
      key,
      to: enrolling().encryptionKey,
      kid: 'device-1',
      claims: { v: 1, deviceId: 'device-1', code: '771905', expiresAt },
      typ: 'pushguard-test+jwt',
    });
    expect(await phone.receive({ t: 'test', envelope })).toEqual({ kind: 'test', code: '771905' });
    expect(await phone.readTestEnvelope(envelope)).toEqual({ v: 1, deviceId: 'device-1', code: '771905', expiresAt });
  });

  it('a push of a cancellation names the authentication that ended', async () => {
    expect(await (await enrolled()).receive({ t: 'cancelled', id: 'a1' })).toEqual({ kind: 'cancelled', id: 'a1' });
  });

  it.each([
    [
      { t: 'notice', kind: 'suspended', detail: 'loss_reported' },
      { notice: 'suspended', detail: 'loss_reported' },
    ],
    [
      { t: 'notice', kind: 'resumed' },
      { notice: 'resumed', detail: undefined },
    ],
  ])('a push of a notice says what happened, and why: %j', async (data: Record<string, string>, told) => {
    expect(await (await enrolled()).receive(data)).toEqual({ kind: 'notice', ...told });
  });

  it.each([
    [{}],
    [{ t: 'news' }],
    [{ t: 'notice' }],
    [{ t: 'wake' }],
    [{ t: 'code', id: 'a1' }],
    [{ t: 'code', envelope: 'e' }],
  ])('a push of an unknown kind is recognised as such: %j', async (data: Record<string, string>) => {
    expect(await rejection((await enrolled()).receive(data))).toBeInstanceOf(UnknownPushError);
  });
});

describe('The keys of the service', () => {
  it('the keys of the service are fetched at enrolment and pinned: reading a code fetches nothing', async () => {
    const phone = await enrolled();
    await phone.readCode(await codeFor('a1'), 'a1');
    const restored = await Phone.restore(await phone.toState());
    await restored.readCode(await codeFor('a2'), 'a2');
    expect(requestsTo('/oauth2/jwks')).toHaveLength(1);
  });

  it('the keys of the service are fetched again, once, when an envelope names an unknown one', async () => {
    const phone = await enrolled();
    published = [newerKey];
    expect((await phone.readCode(await codeFor('a1', {}, newerKey), 'a1')).code).toBe('048213');
    await phone.readCode(await codeFor('a2', {}, newerKey), 'a2');
    expect(requestsTo('/oauth2/jwks')).toHaveLength(2);
    expect((await phone.toState()).serviceKeys).toEqual([newerKey.publicJwk]);
  });

  it('a key that the service publishes for encryption cannot sign an envelope', async () => {
    answers['GET /oauth2/jwks'] = { json: { keys: [{ ...key.publicJwk, use: 'enc' }] } };
    expect((await (await enrolled()).toState()).serviceKeys).toEqual([]);
  });

  it('a key that the service does not publish cannot sign an envelope', async () => {
    const phone = await enrolled();
    const reading = phone.readCode(await codeFor('a1', {}, newerKey), 'a1');
    expect(await rejection(reading)).toMatchObject({ fault: 'unknown_service_key' });
    expect(requestsTo('/oauth2/jwks')).toHaveLength(2);
  });
});
