import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createHash, randomUUID } from 'node:crypto';
import { AUTHENTICATOR_TERMS } from '../../src/domain/authenticator.ts';
import { deviceProof } from '../../src/phone/device-proof.ts';
import { importDeviceKeys } from '../../src/phone/device-keys.ts';
import type { Phone } from '../../src/phone/phone.ts';
import type { ProblemError } from '../../src/phone/problem-error.ts';
import { BANK } from '../support/authenticators.ts';
import { declaredRoutes } from '../support/declared-routes.ts';
import { eventually } from '../support/eventually.ts';
import { Installation, keyPair, type Bent } from '../support/installation.ts';
import { expectSecondsAfter } from '../support/instants.ts';
import { expectFaults, expectProblem } from '../support/problem.ts';
import { answerOf, otherThan, TEST_PIN, TestService, type Subscriber } from '../support/service.ts';

const WRONG_PIN = '918273';
const MADE_BY_NOBODY = Buffer.alloc(32).toString('base64url');
const PROOF = { pinProof: MADE_BY_NOBODY };
const OTP = { kind: 'otp', terms: AUTHENTICATOR_TERMS, pinCheckId: randomUUID(), ...PROOF };

let service: TestService;

beforeAll(async () => {
  service = await TestService.start();
});
afterAll(async () => {
  await service.stop();
});

const operator = (path: string, body: object) =>
  service.call('POST', `/operator/v1/subscriptions/${path}`, body, { scope: 'operator' });
const newCode = async (subscriptionId: string) => {
  const answer = await operator(`${subscriptionId}/enrolment-code`, { reason: '새 전화' });
  return answer.body['enrolmentCode'] as string;
};
const subscribed = async () => service.subscribe(await service.addLine());
/** Starts an authentication and returns it as the phone receives it. */
const startAndRead = async (subscriber: Subscriber, clientId?: string) => {
  const { id } = (await service.start(subscriber.person, clientId === undefined ? {} : { clientId })).body;
  return (await subscriber.phone.pending()).find((one) => one.id === id)!;
};
const stateOf = async (id: string, clientId?: string) => {
  const options = clientId === undefined ? {} : { clientId };
  return (await service.call('GET', `/v1/authentications/${id}`, undefined, options)).body['state'];
};
const clearStarts = () => service.rows.budgets.clearStarts();

describe('enrolment', () => {
  it('enrolment answers a device under test with a serial number to read aloud', async () => {
    const { enrolmentCode } = await subscribed();
    const installation = Installation.fresh(service.issuer);
    const answer = await installation.send('POST', '/app/v1/devices', installation.enrolment(enrolmentCode));
    expect(answer.status).toBe(201);
    expect(answer.body).toEqual({
      deviceId: expect.stringMatching(/^[\w-]{16,}$/),
      serialNumber: expect.stringMatching(/^PG-\d{4}-\d{4}-\d{4}$/),
      state: 'testing',
    });
  });

  it.each<[string, (code: string) => string]>([
    ['in small letters', (code) => code.toLowerCase()],
    ['without hyphens', (code) => code.replaceAll('-', '')],
    ['with blanks', (code) => code.replaceAll('-', ' ')],
    ['with O for 0 and l for 1', (code) => code.replaceAll('0', 'O').replaceAll('1', 'l')],
  ])('enrolment takes the code in every spelling: %s', async (_case, typed) => {
    const { enrolmentCode } = await subscribed();
    expect(enrolmentCode).toMatch(/^(?:[0-9A-HJKMNP-TV-Z]{5}-){3}[0-9A-HJKMNP-TV-Z]{5}$/);
    const installation = Installation.fresh(service.issuer);
    const body = installation.enrolment(typed(enrolmentCode));
    expect((await installation.send('POST', '/app/v1/devices', body)).status).toBe(201);
  });

  it.each<[string, (installation: Installation) => Bent]>([
    ['no proof', () => ({ proof: null })],
    ['a proof that names a device', () => ({ header: { jwk: undefined, kid: randomUUID() } })],
    ['a proof that names a device and shows a key', () => ({ header: { kid: randomUUID() } })],
    ['a proof that shows no key', () => ({ header: { jwk: undefined } })],
    ['a proof that shows another key', () => ({ header: { jwk: keyPair().publicJwk } })],
    ['a proof that shows and is made by another key', () => byAnother()],
    ['a proof made by another key', () => ({ key: keyPair().privateKey })],
    ['a proof for another body', () => ({ claims: { bh: createHash('sha256').update('{}').digest('base64url') } })],
    ['a proof of two minutes ago', () => ({ claims: { iat: Math.floor(Date.now() / 1000) - 120 } })],
  ])('enrolment is refused with %s, and the code stays valid', async (_case, bend) => {
    const { enrolmentCode } = await subscribed();
    const installation = Installation.fresh(service.issuer);
    const body = installation.enrolment(enrolmentCode);
    const answer = await installation.send('POST', '/app/v1/devices', body, bend(installation));
    expectProblem(answer, 401, 'device_proof_invalid');
    expect((await installation.send('POST', '/app/v1/devices', body)).status).toBe(201);
  });

  const byAnother = (): Bent => {
    const { publicJwk, privateKey } = keyPair();
    return { header: { jwk: publicJwk }, key: privateKey };
  };

  it.each<[string, Record<string, unknown>, string[]]>([
    ['Android 2.2', { osVersion: '2.2' }, ['os_version_too_old']],
    ['Android 2.2.10', { osVersion: '2.2.10' }, ['os_version_too_old']],
    ['iOS 5.1', { platform: 'ios', osVersion: '5.1' }, ['os_version_too_old']],
    ['a tablet', { formFactor: 'tablet' }, ['tablet_not_supported']],
    [
      'an old iPad',
      { platform: 'ios', osVersion: '5.0', formFactor: 'tablet' },
      ['os_version_too_old', 'tablet_not_supported'],
    ],
  ])('enrolment refuses %s with every reason, and the code stays valid', async (_case, handset, codes) => {
    const { enrolmentCode } = await subscribed();
    const installation = Installation.fresh(service.issuer);
    const answer = await installation.send('POST', '/app/v1/devices', installation.enrolment(enrolmentCode, handset));
    const reasons = codes.map((code) => ({ code, message: expect.stringMatching(/\S/) }));
    expectProblem(answer, 422, 'not_eligible', { reasons });
    const again = await installation.send('POST', '/app/v1/devices', installation.enrolment(enrolmentCode));
    expect(again.status).toBe(201);
  });

  it.each(['2.3', '2.10', '14', '4.4.4'])('enrolment accepts Android %s', async (osVersion) => {
    const { enrolmentCode } = await subscribed();
    const installation = Installation.fresh(service.issuer);
    const body = installation.enrolment(enrolmentCode, { osVersion });
    expect((await installation.send('POST', '/app/v1/devices', body)).status).toBe(201);
  });

  const key = keyPair().publicJwk;
  it.each<[string, Record<string, unknown>, ...string[]]>([
    ['a signing key with its private part', { signingKey: { ...key, d: key.x } }, '/signingKey/d'],
    ['an encryption key with its private part', { encryptionKey: { ...key, d: key.x } }, '/encryptionKey/d'],
    ['a signing key of another curve', { signingKey: { ...key, crv: 'P-384' } }, '/signingKey/crv'],
    ['an encryption key of another kind', { encryptionKey: { ...key, kty: 'OKP' } }, '/encryptionKey/kty'],
    ['an encryption key off the curve', { encryptionKey: { ...key, y: key.x } }, '/encryptionKey'],
    ['a signing key off the curve', { signingKey: { ...key, y: key.x } }, '/signingKey'],
    [
      'two keys off the curve',
      { signingKey: { ...key, y: key.x }, encryptionKey: { ...key, y: key.x } },
      '/signingKey',
      '/encryptionKey',
    ],
    ['a coordinate that is too short', { encryptionKey: { ...key, y: 'AAAA' } }, '/encryptionKey/y'],
    ['a key that is a text', { encryptionKey: 'key' }, '/encryptionKey'],
    ['no signing key', { signingKey: undefined }, '/signingKey'],
    ['a knowledge key of 31 bytes', { knowledgeKey: MADE_BY_NOBODY.slice(0, 42) }, '/knowledgeKey'],
    ['an unknown platform', { platform: 'windows' }, '/platform'],
    ['an unknown form', { formFactor: 'watch' }, '/formFactor'],
    ['no version', { osVersion: '' }, '/osVersion'],
    ['a push token with a blank', { pushToken: 'a b' }, '/pushToken'],
    ['no push token', { pushToken: undefined }, '/pushToken'],
    ['a name of 65 characters', { name: '가'.repeat(65) }, '/name'],
    ['a name with a line break', { name: '내\n전화' }, '/name'],
    ['a code that is too short', { enrolmentCode: 'ABCDE' }, '/enrolmentCode'],
    ['an unknown field', { pin: TEST_PIN }, '/pin'],
  ])('enrolment refuses %s', async (_case, change, ...pointers) => {
    const installation = Installation.fresh(service.issuer);
    const body = installation.enrolment('00000-00000-00000-00000', change);
    expectFaults(await installation.send('POST', '/app/v1/devices', body), ...pointers);
  });

  it.each<[string, (enrolmentCode: string, subscriptionId: string) => Promise<unknown>]>([
    ['used', (code) => service.enrol(code)],
    ['ten minutes old', (_code, id) => service.rows.subscriptions.expireEnrolmentCode(id)],
    ['followed by a newer one', (_code, id) => newCode(id)],
    ['of a cancelled subscription', (_code, id) => operator(`${id}/cancel`, { reason: '고객 요청' })],
  ])('enrolment refuses a code that is %s', async (_case, spoil) => {
    const { enrolmentCode, subscriptionId } = await subscribed();
    await spoil(enrolmentCode, subscriptionId);
    const installation = Installation.fresh(service.issuer);
    const answer = await installation.send('POST', '/app/v1/devices', installation.enrolment(enrolmentCode));
    expectProblem(answer, 422, 'enrolment_code_invalid');
  });

  it('a code that was never issued, one that is used and one that expired are refused in the same words', async () => {
    const installation = Installation.fresh(service.issuer);
    const [used, expired] = await Promise.all([subscribed(), subscribed()]);
    await installation.send('POST', '/app/v1/devices', installation.enrolment(used.enrolmentCode));
    await service.rows.subscriptions.expireEnrolmentCode(expired.subscriptionId);
    const said = new Set<string>();
    for (const enrolmentCode of ['00000-00000-00000-00000', used.enrolmentCode, expired.enrolmentCode]) {
      const fresh = Installation.fresh(service.issuer);
      for (const answer of [
        await fresh.send('POST', '/app/v1/enrolment-codes/check', { enrolmentCode }),
        await fresh.send('POST', '/app/v1/devices', fresh.enrolment(enrolmentCode)),
      ]) {
        expectProblem(answer, 422, 'enrolment_code_invalid');
        said.add(JSON.stringify(answer.body));
      }
    }
    expect(said.size).toBe(1);
  });

  it('a code is checked before it is used: number, kind, serial and documents; the consent to them is kept', async () => {
    const line = await service.addLine();
    const { enrolmentCode } = await service.subscribe(line);
    const installation = Installation.fresh(service.issuer);
    const check = () => installation.send('POST', '/app/v1/enrolment-codes/check', { enrolmentCode });
    const answer = await check();
    const version = expect.stringMatching(/^\d{4}-\d{2}-\d{2}$/);
    expect(answer).toMatchObject({
      status: 200,
      body: {
        kind: 'phone',
        phoneNumber: expect.stringMatching(/^010-\*{4}-\d{4}$/),
        serialNumber: expect.stringMatching(/^PG-/),
        documents: [
          { document: 'terms', version, url: expect.stringContaining('/terms?version=') },
          { document: 'privacy', version, url: expect.stringContaining('/privacy?version=') },
        ],
        keptDays: { history: 730, personalData: 1827 },
      },
    });
    expect((await check()).body).toEqual(answer.body);
    // The sender proves a key, as at the enrolment.
    const proof = null;
    expectProblem(
      await installation.send('POST', '/app/v1/enrolment-codes/check', { enrolmentCode }, { proof }),
      401,
      'device_proof_invalid',
    );
    const [terms, privacy] = (answer.body['documents'] as { version: string }[]).map((one) => one.version);
    const enrol = (consent: object) =>
      installation.send('POST', '/app/v1/devices', installation.enrolment(enrolmentCode, { consent }));
    expectFaults(await enrol({ locale: 'en', terms: '2000-01-01', privacy }), '/consent/terms');
    const phone = await service.enrol(enrolmentCode, { consent: { locale: 'en', terms: terms!, privacy: privacy! } });
    expect(phone.serialNumber).toBe(answer.body['serialNumber']);
    // A stranger who has the code may have sent it, until the test has shown that the phone is there.
    expect(await service.rows.subscriptions.consentsOf(line.lineId)).toEqual([]);
    await phone.confirmTest((await phone.readTestEnvelope(await phone.testEnvelope())).code);
    expect(await service.rows.subscriptions.consentsOf(line.lineId)).toMatchObject([
      { document: 'privacy', version: privacy, locale: 'en', channel: 'app' },
      { document: 'terms', version: terms, locale: 'en', channel: 'app' },
    ]);
  });

  it('a device whose serial number another one has gets a number of its own', async () => {
    const [other, { enrolmentCode }] = await Promise.all([service.subscriber(), subscribed()]);
    const installation = Installation.fresh(service.issuer);
    const checked = await installation.send('POST', '/app/v1/enrolment-codes/check', { enrolmentCode });
    const serialNumber = String(checked.body['serialNumber']);
    await service.rows.devices.setSerialNumber(other.subscriptionId, serialNumber);
    const enrolled = await installation.send('POST', '/app/v1/devices', installation.enrolment(enrolmentCode));
    expect(enrolled.status).toBe(201);
    expect(enrolled.body['serialNumber']).not.toBe(serialNumber);
  });

  it('an enrolment whose answer was lost is repeated by the same keys alone, until the test is over', async () => {
    const { enrolmentCode } = await subscribed();
    const one = await service.prepare(enrolmentCode);
    const [first, again] = await Promise.all([one.enrol(), one.enrol()]);
    expect(again).toMatchObject({ deviceId: first.deviceId, serialNumber: first.serialNumber });
    const other = await service.prepare(enrolmentCode);
    await expect(other.enrol()).rejects.toMatchObject({ code: 'enrolment_code_invalid' });
    await again.confirmTest((await again.readTestEnvelope(await again.testEnvelope())).code);
    await expect(one.enrol()).rejects.toMatchObject({ code: 'enrolment_code_invalid' });
  });

  it('enrolment with one code, many times at once, enrols one device', async () => {
    const { enrolmentCode } = await subscribed();
    const enrolments = Array.from({ length: 5 }, () => Installation.fresh(service.issuer)).map((one) =>
      one.send('POST', '/app/v1/devices', one.enrolment(enrolmentCode)),
    );
    const statuses = (await Promise.all(enrolments)).map(({ status }) => status);
    expect(statuses.sort()).toEqual([201, 422, 422, 422, 422]);
  });
});

describe('the test of a device', () => {
  it.each(['android', 'ios'] as const)(
    'the test of a device has its code sent by encrypted push, on %s',
    async (platform) => {
      const { enrolmentCode } = await subscribed();
      const pushToken = `token-${randomUUID()}`;
      const phone = await service.enrol(enrolmentCode, { platform, pushToken });
      const push = await service.pushed(pushToken, 'test');
      expect(Object.keys(push.data).sort()).toEqual(['envelope', 't']);
      const claims = await phone.readTestEnvelope(push.data['envelope'] ?? '');
      expect(claims).toEqual({
        v: 1,
        deviceId: phone.deviceId,
        code: expect.stringMatching(/^\d{6}$/),
        expiresAt: expect.stringMatching(/Z$/),
      });
      expect(JSON.stringify(push.alert)).not.toContain(claims.code);
      expect(await phone.testEnvelope()).toBe(push.data['envelope']);
      await phone.confirmTest(claims.code);
    },
  );

  it('the test of a device activates the device and the subscription', async () => {
    const { enrolmentCode, subscriptionId } = await subscribed();
    const phone = await service.enrol(enrolmentCode);
    const installation = await Installation.of(phone);
    const { code } = await phone.readTestEnvelope(await phone.testEnvelope());
    const answer = await installation.send('POST', '/app/v1/device/test', { code });
    expect(answer).toMatchObject({ status: 200, body: { deviceId: phone.deviceId, state: 'active' } });
    expect((await service.rows.subscriptions.of(subscriptionId))?.state).toBe('active');
    for (const [method, path, body] of [
      ['POST', '/app/v1/device/test', { code }],
      ['GET', '/app/v1/device/envelope', undefined],
    ] as const) {
      expectProblem(await installation.send(method, path, body), 409, 'device_test_closed', { state: 'active' });
    }
  });

  it('a device is told how it stands: while it is tested, active, with a locked PIN, and no more once it was revoked', async () => {
    const { enrolmentCode, subscriptionId } = await subscribed();
    const phone = await service.enrol(enrolmentCode);
    const installation = await Installation.of(phone);
    const standing = () => installation.send('GET', '/app/v1/device');
    const body = {
      state: 'testing',
      serialNumber: expect.stringMatching(/^PG-\d{4}-\d{4}-\d{4}$/),
      pinLocked: false,
      pushes: true,
      subscription: 'awaiting_device',
      maskedPhoneNumber: expect.stringMatching(/^010-\*{4}-\d{4}$/),
    };
    expect(await standing()).toMatchObject({ status: 200, body });
    expect(Object.keys((await standing()).body).sort()).toEqual(Object.keys(body).sort());
    await phone.confirmTest((await phone.readTestEnvelope(await phone.testEnvelope())).code);
    const active = { ...body, state: 'active', subscription: 'active' };
    expect((await standing()).body).toEqual(active);
    await phone.replacePushToken('');
    await service.rows.devices.lockPin(phone.deviceId);
    expect((await standing()).body).toEqual({ ...active, pinLocked: true, pushes: false });
    expect(await service.operate(subscriptionId, 'report-loss')).toMatchObject({ status: 200 });
    expect((await standing()).body).toMatchObject({ subscription: 'suspended' });
    expect(await service.operate(subscriptionId, 'cancel')).toMatchObject({ status: 200 });
    expectProblem(await standing(), 401, 'device_proof_invalid');
  });

  it('a phone asks for three test pushes in ten minutes, and a refusal without a push token counts as none', async () => {
    const { phone, pushToken } = await service.subscriber();
    const installation = await Installation.of(phone);
    const ask = () => installation.send('POST', '/app/v1/device/test-push');
    expect(await ask()).toMatchObject({ status: 202 });
    const push = await service.pushed(pushToken, 'push_test');
    expect(await phone.receive(push.data)).toEqual({ kind: 'push_test' });
    await phone.replacePushToken('');
    for (let refused = 0; refused < 4; refused += 1) expectProblem(await ask(), 409, 'nothing_to_change');
    await phone.replacePushToken(pushToken);
    expect((await ask()).status).toBe(202);
    expect((await ask()).status).toBe(202);
    expectProblem(await ask(), 429, 'too_many_requests');
    const other = await Installation.of((await service.subscriber()).phone);
    expect(await other.send('POST', '/app/v1/device/test-push')).toMatchObject({ status: 202 });
  });

  it('the test of a device counts wrong codes, and the fifth revokes the device', async () => {
    const { enrolmentCode } = await subscribed();
    const phone = await service.enrol(enrolmentCode);
    const { code } = await phone.readTestEnvelope(await phone.testEnvelope());
    const installation = await Installation.of(phone);
    const confirm = (tried: string) => installation.send('POST', '/app/v1/device/test', { code: tried });
    for (const attemptsLeft of [4, 3, 2, 1]) {
      expectProblem(await confirm(otherThan(code)), 422, 'code_mismatch', { attemptsLeft });
    }
    const fifth = await confirm(otherThan(code));
    expect({ status: fifth.status, code: fifth.body['code'] }).toEqual({ status: 422, code: 'attempts_exhausted' });
    expectProblem(await confirm(code), 401, 'device_proof_invalid');
  });

  it.each(['12345', '1234567', 'abcdef', 123456, null])(
    'the test of a device refuses the code %p without counting it',
    async (code) => {
      const { enrolmentCode } = await subscribed();
      const phone = await service.enrol(enrolmentCode);
      const installation = await Installation.of(phone);
      expectFaults(await installation.send('POST', '/app/v1/device/test', { code }), '/code');
      expect(await service.rows.devices.testFailuresOf(phone.deviceId)).toBe(0);
    },
  );

  it('the test of a device expires after ten minutes', async () => {
    const { enrolmentCode } = await subscribed();
    const sentAt = Date.now();
    const phone = await service.enrol(enrolmentCode);
    const { code, expiresAt } = await phone.readTestEnvelope(await phone.testEnvelope());
    expectSecondsAfter(sentAt, 600, expiresAt);
    await service.rows.devices.expireTest(phone.deviceId);
    await expect(phone.confirmTest(code)).rejects.toMatchObject({ status: 410 });
    await expect(phone.testEnvelope()).rejects.toMatchObject({ status: 410 });
  });

  it('the test of a newer device replaces one that was never finished', async () => {
    const { enrolmentCode, subscriptionId } = await subscribed();
    const first = await service.enrol(enrolmentCode);
    const second = await service.enrol(await newCode(subscriptionId));
    await expect(first.testEnvelope()).rejects.toMatchObject({ status: 401, code: 'device_proof_invalid' });
    expect(await second.testEnvelope()).toEqual(expect.any(String));
  });

  it('a device cannot open anything before its test is finished', async () => {
    const subscriber = await service.subscriber();
    const { id, nonce } = await startAndRead(subscriber);
    const newer = await service.enrol(await newCode(subscriber.subscriptionId));
    expect(await newer.pending()).toEqual([]);
    for (const ask of [
      () => newer.open({ id, nonce }, TEST_PIN),
      () => newer.envelope(id),
      () => newer.decline(id, 'not_me'),
    ]) {
      await expect(ask()).rejects.toMatchObject({ status: 404, code: 'authentication_not_found' });
    }
  });

  const notFound = (code: string) => ({ status: 404, code });
  const UNDER_TEST = { status: 409, code: 'subscription_not_active' };
  const NOT_PROVEN = { status: 401, code: 'device_proof_invalid' };
  const NO_SMS = { minutes: 0, relyingParties: [], permissions: [] };

  /**
   * Each route that a device calls, with ids of what stands for its subscription: what a device under test gets. The routes
   * that no proof of a device opens are left out.
   */
  const ROUTES: [route: string, underTest: object, body?: object][] = [
    ['GET /app/v1/device', { status: 200 }],
    ['GET /app/v1/device/envelope', { status: 200 }],
    ['PUT /app/v1/device/push-token', { status: 204 }, { pushToken: 'token-of-its-own' }],
    ['POST /app/v1/device/test-push', { status: 409, code: 'nothing_to_change' }],
    ['POST /app/v1/device/test', { status: 400, code: 'invalid_request' }, { code: '' }],
    ['POST /app/v1/device/pin-check', UNDER_TEST],
    ['POST /app/v1/device/pin-check/:id/confirm', { status: 410, code: 'pin_nonce_spent' }, PROOF],
    ['GET /app/v1/authentications', { status: 200, body: [] }],
    ['POST /app/v1/authentications/:id/open', notFound('authentication_not_found'), PROOF],
    ['POST /app/v1/authentications/:id/approve', notFound('authentication_not_found'), { ...PROOF, match: '47' }],
    ['GET /app/v1/authentications/:id/envelope', notFound('authentication_not_found')],
    ['POST /app/v1/authentications/:id/decline', notFound('authentication_not_found'), { reason: 'not_me' }],
    ['GET /app/v1/history', { status: 200, body: [] }],
    ['POST /app/v1/history/:id/not-me', notFound('authentication_not_found')],
    ['GET /app/v1/sms-permissions', { status: 200, body: NO_SMS }],
    ['POST /app/v1/sms-permissions', UNDER_TEST, { relyingPartyId: ':id' }],
    ['POST /app/v1/sms-permissions/:id/confirm', notFound('sms_permission_not_found'), PROOF],
    ['DELETE /app/v1/sms-permissions/:id', notFound('sms_permission_not_found')],
    ['GET /app/v1/authenticators', { status: 200, body: [] }],
    ['POST /app/v1/authenticators', { status: 410, code: 'pin_nonce_spent' }, OTP],
    ['GET /app/v1/registrations', { status: 200, body: [] }],
    ['POST /app/v1/registrations/:id/confirm', notFound('registration_not_found'), PROOF],
    ['POST /app/v1/registrations/:id/decline', notFound('registration_not_found')],
    ['DELETE /app/v1/registrations/:id', notFound('registration_not_found')],
    ['GET /app/v1/alerts', NOT_PROVEN],
    ['POST /app/v1/alerts/:id/confirm', NOT_PROVEN, PROOF],
    ['POST /app/v1/alerts/:id/object', NOT_PROVEN, PROOF],
  ];
  const OF_ALERTS = /^\/app\/v1\/alerts/;

  it('a device under test sees and changes nothing of the subscription, and a replaced one answers alerts alone', async () => {
    const owner = await service.subscriber();
    const { person, phone } = owner;
    const earlier = (await service.start(person)).body.id;
    await phone.decline(earlier, 'cancelled');
    const open = (await startAndRead(owner)).id;
    const [shop] = (await phone.smsPermissions()).relyingParties;
    await phone.permitSms(shop!.id, TEST_PIN);
    const { serialNumber } = await phone.standing();
    const { birthDate, genderDigit, phoneNumber } = person;
    const registering = { birthDate, genderDigit, phoneNumber, serialNumber, vendorCode: 'PG' };
    expect(await service.call('POST', '/v1/registrations', registering, BANK)).toMatchObject({ status: 201 });
    const seen = async () => ({
      history: await phone.history(),
      pending: await phone.pending(),
      sms: await phone.smsPermissions(),
      registrations: await phone.registrations(),
    });
    const before = await seen();
    expect(before).toMatchObject({ history: [{ id: open }, { id: earlier }], registrations: [{ state: 'pending' }] });
    const idIn: [path: RegExp, id: string][] = [
      [/\/history\//, earlier],
      [/\/sms-permissions\//, before.sms.permissions[0]!.id],
      [/\/sms-permissions$/, shop!.id],
      [/\/registrations\//, before.registrations[0]!.id],
      [/./, open],
    ];
    const newer = await service.enrol(await newCode(owner.subscriptionId));
    const call = async (route: string, by: Installation, body?: object) => {
      const [method = '', path = ''] = route.split(' ');
      const id = idIn.find(([of]) => of.test(path))![1];
      const filled = body && (JSON.parse(JSON.stringify(body).replace(':id', id)) as object);
      const answer = await by.send(method, path.replace(':id', id), filled);
      const code = answer.body['code'] as string | undefined;
      return { route, status: answer.status, ...(code !== undefined && { code }), body: answer.body };
    };

    const tested = await Installation.of(newer);
    for (const [route, expected, body] of ROUTES) {
      expect(await call(route, tested, body)).toMatchObject({ route, ...expected });
    }
    expect(await seen()).toEqual(before);
    // A relying party that asked and one that never did are told apart by nothing.
    const asking = { relyingPartyId: randomUUID() };
    expectProblem(await tested.send('POST', '/app/v1/sms-permissions', asking), 409, 'subscription_not_active');

    await newer.confirmTest((await newer.readTestEnvelope(await newer.testEnvelope())).code);
    const replaced = await Installation.of(phone);
    for (const [route, , body] of ROUTES) {
      const answer = await call(route, replaced, body);
      if (OF_ALERTS.test(route.split(' ')[1]!)) expect(answer).not.toMatchObject(NOT_PROVEN);
      else expect(answer).toMatchObject({ route, ...NOT_PROVEN });
    }
    expect((await newer.history()).map(({ id }) => id)).toEqual([open, earlier]);
  });

  it('each route of the app says what a device under test gets', () => {
    const WITHOUT_DEVICE = [
      'GET /app/v1/push-key',
      'POST /app/v1/devices',
      'POST /app/v1/enrolment-codes/check',
      'POST /app/v1/loss-reports',
    ];
    const declared = declaredRoutes().map(({ route }) => route);
    const ofApp = declared.filter((route) => route.includes(' /app/v1/'));
    expect([...WITHOUT_DEVICE, ...ROUTES.map(([route]) => route)].sort()).toEqual(ofApp.sort());
  });

  it('the test of a device revokes the older device when it is finished, and not before', async () => {
    const older = await service.subscriber();
    const newer = await service.enrol(await newCode(older.subscriptionId));
    const { id } = await startAndRead(older);
    expect((await service.verify(id, await service.codeOf(older, id))).status).toBe(200);
    const { code } = await newer.readTestEnvelope(await newer.testEnvelope());
    await newer.confirmTest(code);

    const installation = await Installation.of(older.phone);
    for (const [method, path, body] of [
      ['GET', '/app/v1/authentications', undefined],
      ['POST', `/app/v1/authentications/${id}/open`, { pinProof: MADE_BY_NOBODY }],
      ['GET', `/app/v1/authentications/${id}/envelope`, undefined],
      ['POST', `/app/v1/authentications/${id}/decline`, { reason: 'not_me' }],
      ['GET', '/app/v1/history', undefined],
      ['PUT', '/app/v1/device/push-token', { pushToken: 'stolen' }],
      ['GET', '/app/v1/device/envelope', undefined],
      ['POST', '/app/v1/device/test', { code }],
    ] as const) {
      expectProblem(await installation.send(method, path, body), 401, 'device_proof_invalid');
    }
    const next = (await service.start(older.person)).body;
    expect((await newer.pending()).map((one) => one.id)).toEqual([next.id]);
    const after = { ...older, phone: newer };
    expect((await service.verify(next.id, await service.codeOf(after, next.id))).status).toBe(200);
    expect(service.pushesTo(older.pushToken).filter(({ data }) => data['id'] === next.id)).toEqual([]);
  });
});

describe('a request and its device proof', () => {
  let phone: Phone;
  let installation: Installation;
  const PATH = '/app/v1/authentications';

  beforeAll(async () => {
    ({ phone } = await service.subscriber());
    installation = await Installation.of(phone);
  });

  const proofAt = async (secondsFromNow: number) => {
    const { signing } = await importDeviceKeys(await phone.toState());
    return deviceProof({
      signing,
      deviceId: phone.deviceId,
      method: 'GET',
      url: service.issuer + PATH,
      body: new Uint8Array(0),
      now: Date.now() + secondsFromNow * 1000,
    });
  };

  it.each([-58, 0, 58])(
    'a request is accepted when its clock is off by %i seconds, which is the case that the refusals differ from',
    async (off) => {
      const answer = await installation.send('GET', `${PATH}?since=1#x`, undefined, { proof: await proofAt(off) });
      expect(answer.status).toBe(200);
    },
  );

  it.each<[string, () => Promise<Bent> | Bent]>([
    ['no proof at all', () => ({ proof: null })],
    ['an empty proof', () => ({ proof: '' })],
    ['garbage', () => ({ proof: 'garbage' })],
    ['three parts of garbage', () => ({ proof: 'a.b.c' })],
    ['a proof of 5 KB', () => ({ claims: { padding: 'x'.repeat(4096) } })],
    ['a proof of 61 seconds ago', async () => ({ proof: await proofAt(-62) })],
    ['a proof of 61 seconds hence', async () => ({ proof: await proofAt(62) })],
    ['a proof without iat', () => ({ claims: { iat: undefined } })],
    ['an iat that is a text', () => ({ claims: { iat: String(Math.floor(Date.now() / 1000)) } })],
    ['an iat in milliseconds', () => ({ claims: { iat: Date.now() } })],
    ['a proof for another method', () => ({ claims: { htm: 'POST' } })],
    ['a method in small letters', () => ({ claims: { htm: 'get' } })],
    ['a proof for another path', () => ({ claims: { htu: `${service.issuer}/app/v1/history` } })],
    ['a proof for another host', () => ({ claims: { htu: `https://other.example${PATH}` } })],
    ['a proof for a path alone', () => ({ claims: { htu: PATH } })],
    ['a proof for another body', () => ({ claims: { bh: createHash('sha256').update('x').digest('base64url') } })],
    ['a proof without bh', () => ({ claims: { bh: undefined } })],
    ['a proof without jti', () => ({ claims: { jti: undefined } })],
    ['an empty jti', () => ({ claims: { jti: '' } })],
    ['a jti of 65 characters', () => ({ claims: { jti: 'j'.repeat(65) } })],
    ['another key’s signature', () => ({ key: keyPair().privateKey })],
    ['alg none', () => ({ header: { alg: 'none' } })],
    ['alg none and no signature', () => ({ proof: withoutSignature() })],
    ['alg HS256', () => ({ header: { alg: 'HS256' } })],
    ['another typ', () => ({ header: { typ: 'dpop+jwt' } })],
    ['no typ', () => ({ header: { typ: undefined } })],
    ['an unknown device', () => ({ header: { kid: randomUUID() } })],
    ['a device id that is none', () => ({ header: { kid: 'device-1' } })],
    ['a device id that is a number', () => ({ header: { kid: 1 } })],
    ['its key instead of its id', () => ({ header: { kid: undefined, jwk: installation.signing.publicJwk } })],
    ['its id and its key', () => ({ header: { jwk: installation.signing.publicJwk } })],
    ['an unknown critical header', () => ({ header: { crit: ['x'], x: 1 } })],
    ['a bearer token in its place', async () => ({ proof: await service.token() })],
  ])('a request is refused for its device proof: %s', async (_case, bend) => {
    const answer = await installation.send('GET', PATH, undefined, await bend());
    expectProblem(answer, 401, 'device_proof_invalid');
    expect(answer.headers.get('www-authenticate')).toBe('Device-Proof');
  });

  const withoutSignature = () => {
    const [header, claims] = installation.proof('GET', PATH, '', { header: { alg: 'none' } }).split('.');
    return `${header}.${claims}.`;
  };

  it('a request is refused when its proof was used before', async () => {
    const proof = installation.proof('GET', PATH);
    expect((await installation.send('GET', PATH, undefined, { proof })).status).toBe(200);
    expectProblem(await installation.send('GET', PATH, undefined, { proof }), 401, 'device_proof_invalid');
  });

  it('a request is refused when its jti was used in another proof', async () => {
    const claims = { jti: randomUUID() };
    expect((await installation.send('GET', PATH, undefined, { claims })).status).toBe(200);
    const answer = await installation.send('GET', '/app/v1/history', undefined, { claims });
    expectProblem(answer, 401, 'device_proof_invalid');
  });

  it('a request is served once when its proof is sent many times at once', async () => {
    const proof = installation.proof('GET', PATH);
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => installation.send('GET', PATH, undefined, { proof })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401, 401, 401, 401, 401, 401, 401]);
  });

  it('a request is refused when its body was changed on the way', async () => {
    const path = '/app/v1/device/push-token';
    const proof = installation.proof('PUT', path, JSON.stringify({ pushToken: 'mine' }));
    const answer = await installation.send('PUT', path, { pushToken: 'stolen' }, { proof });
    expectProblem(answer, 401, 'device_proof_invalid');
  });

  it('a request is refused when its body has another media type, whatever the proof covers', async () => {
    const path = '/app/v1/device/push-token';
    const form = 'pushToken=stolen';
    for (const about of ['', form]) {
      const response = await fetch(service.issuer + path, {
        method: 'PUT',
        headers: {
          'Device-Proof': installation.proof('PUT', path, about),
          'Content-Type': 'application/x-www-form-urlencoded',
        },
        body: form,
      });
      const answer = await answerOf<Record<string, unknown>>(response);
      expectProblem(answer, 415, 'unsupported_media_type');
    }
  });
});

describe('the pending list', () => {
  it('the pending list names relying party and purpose, oldest first, and nothing else', async () => {
    const { person, phone } = await service.subscriber();
    const { phoneNumber, birthDate, genderDigit } = person;
    const endUser = { ip: '203.0.113.7', userAgent: 'Mozilla/5.0 <b>창</b>' };
    const first = await service.call<{ id: string; expiresAt: string }>('POST', '/v1/authentications', {
      phoneNumber,
      birthDate,
      genderDigit,
      purpose: ' 비밀번호 변경 ',
      endUser,
    });
    const second = await service.start(person, { clientId: 'demo-bank' });
    const common = {
      requestedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      nonce: expect.stringMatching(/^[\w-]{22}$/),
      state: 'pending',
    };
    const { id, expiresAt } = first.body;
    const pending = await phone.pending();
    expect(pending).toEqual([
      { ...common, id, relyingParty: { name: '한빛서점' }, purpose: '비밀번호 변경', expiresAt, endUser },
      {
        ...common,
        id: second.body.id,
        relyingParty: { name: '두루은행' },
        purpose: '회원가입',
        expiresAt: second.body.expiresAt,
        endUser: null,
      },
    ]);
    expect(pending[0]?.nonce).not.toBe(pending[1]?.nonce);
  });

  it('the pending list works without a push, shows opened authentications, and drops closed ones', async () => {
    const subscriber = await service.subscriber({ pushToken: `unregistered-${randomUUID()}` });
    const one = await startAndRead(subscriber);
    await subscriber.phone.open(one, TEST_PIN);
    expect((await subscriber.phone.pending()).map(({ id, state }) => [id, state])).toEqual([[one.id, 'opened']]);
    await subscriber.phone.decline(one.id, 'cancelled');
    expect(await subscriber.phone.pending()).toEqual([]);
  });

  it('the pending list contains nothing expired, and nothing of another person or another subscription', async () => {
    const [subscriber, stranger] = [await service.subscriber(), await service.subscriber()];
    const { id } = await startAndRead(subscriber);
    expect(await stranger.phone.pending()).toEqual([]);
    await service.rows.authentications.expire(id);
    expect(await subscriber.phone.pending()).toEqual([]);
  });
});

describe('opening', () => {
  let subscriber: Subscriber;
  let installation: Installation;
  beforeEach(async () => {
    subscriber = await service.subscriber();
    installation = await Installation.of(subscriber.phone);
  });

  const failures = () => service.rows.devices.pinFailuresOf(subscriber.phone.deviceId);
  /** Tries to open an authentication; returns the outcome for the phone. */
  const attempt = async (one: { id: string; nonce: string }, pin: string) => {
    try {
      await subscriber.phone.open(one, pin);
      return 'opened';
    } catch (error) {
      const { status, code, attemptsLeft } = error as ProblemError;
      return { status, code, ...(attemptsLeft !== undefined && { attemptsLeft }) };
    }
  };

  it('opening with the right PIN is 202, and the state is opened', async () => {
    const one = await startAndRead(subscriber);
    expect(await attempt(one, TEST_PIN)).toBe('opened');
    expect(await stateOf(one.id)).toBe('opened');
  });

  it('opening with a wrong PIN counts down; the fifth in a row locks the PIN, and then the right one is refused too', async () => {
    const one = await startAndRead(subscriber);
    for (const attemptsLeft of [4, 3, 2, 1]) {
      expect(await attempt(one, WRONG_PIN)).toEqual({ status: 422, code: 'pin_mismatch', attemptsLeft });
    }
    expect(await attempt(one, WRONG_PIN)).toEqual({ status: 423, code: 'pin_locked' });
    expect(await attempt(one, TEST_PIN)).toEqual({ status: 423, code: 'pin_locked' });
    expect(await stateOf(one.id)).toBe('pending');
    await clearStarts();
    expect(await attempt(await startAndRead(subscriber), TEST_PIN)).toEqual({ status: 423, code: 'pin_locked' });
  });

  it('opening is possible again once an operator has unlocked the PIN', async () => {
    const one = await startAndRead(subscriber);
    for (let tries = 1; tries <= 5; tries += 1) await attempt(one, WRONG_PIN);
    expect((await operator(`${subscriber.subscriptionId}/unlock-pin`, { reason: '본인 확인함' })).status).toBe(204);
    expect(await attempt(one, WRONG_PIN)).toEqual({ status: 422, code: 'pin_mismatch', attemptsLeft: 4 });
    expect(await attempt(one, TEST_PIN)).toBe('opened');
  });

  it('opening with the right PIN resets the failure counter', async () => {
    const one = await startAndRead(subscriber);
    for (let tries = 1; tries <= 4; tries += 1) await attempt(one, WRONG_PIN);
    expect(await attempt(one, TEST_PIN)).toBe('opened');
    expect(await failures()).toBe(0);
    const next = await startAndRead(subscriber);
    expect(await attempt(next, WRONG_PIN)).toMatchObject({ attemptsLeft: 4 });
  });

  it('opening with concurrent wrong PINs never exceeds the limit of five', async () => {
    const one = await startAndRead(subscriber);
    const answers = await Promise.all(Array.from({ length: 12 }, () => attempt(one, WRONG_PIN)));
    const codes = answers.map((answer) => (typeof answer === 'string' ? answer : answer.code)).sort();
    expect(codes.filter((code) => code === 'pin_mismatch')).toHaveLength(4);
    expect(codes.filter((code) => code === 'pin_locked')).toHaveLength(8);
  });

  it('opening twice is 202 both times, with the same envelope', async () => {
    const one = await startAndRead(subscriber);
    expect(await attempt(one, TEST_PIN)).toBe('opened');
    const envelope = await subscriber.phone.envelope(one.id);
    expect(await attempt(one, TEST_PIN)).toBe('opened');
    expect(await subscriber.phone.envelope(one.id)).toBe(envelope);
    expect(await failures()).toBe(0);
    const { code } = await subscriber.phone.readCode(envelope, one.id);
    expect((await service.verify(one.id, code)).status).toBe(200);
  });

  it('opening many times at once makes one code', async () => {
    const one = await startAndRead(subscriber);
    // No more than five: concurrent attempts count as failures until they are judged, so more right PINs could meet a
    // locked PIN. A person taps only once.
    const answers = await Promise.all(Array.from({ length: 4 }, () => attempt(one, TEST_PIN)));
    expect(answers).toEqual(['opened', 'opened', 'opened', 'opened']);
    await service.pushed(subscriber.pushToken, 'code');
    const { code } = await subscriber.phone.readCode(await subscriber.phone.envelope(one.id), one.id);
    expect((await service.verify(one.id, code)).status).toBe(200);
    const envelopes = service.pushesTo(subscriber.pushToken).flatMap(({ data }) => data['envelope'] ?? []);
    expect(new Set(envelopes).size).toBeLessThanOrEqual(2); // the test's and the code's
  });

  it('opening needs a proof for this authentication: a proof for another one counts as a wrong PIN', async () => {
    const [one, other] = [await startAndRead(subscriber), await startAndRead(subscriber, 'demo-bank')];
    expect(await attempt({ id: one.id, nonce: other.nonce }, TEST_PIN)).toMatchObject({ code: 'pin_mismatch' });
  });

  it.each<[string, unknown]>([
    ['missing', undefined],
    ['a number', 1],
    ['empty', ''],
    ['too long', 'x'.repeat(129)],
  ])('opening refuses a pinProof that is %s without counting it', async (_case, pinProof) => {
    const { id } = await startAndRead(subscriber);
    expectFaults(await installation.send('POST', `/app/v1/authentications/${id}/open`, { pinProof }), '/pinProof');
    expect(await failures()).toBe(0);
  });

  it.each(['', '!', 'é', `${MADE_BY_NOBODY}=`])(
    'opening counts a pinProof that cannot be right as a wrong PIN',
    async (end) => {
      const { id } = await startAndRead(subscriber);
      const body = { pinProof: MADE_BY_NOBODY.slice(0, 42) + end };
      const answer = await installation.send('POST', `/app/v1/authentications/${id}/open`, body);
      expectProblem(answer, 422, 'pin_mismatch', { attemptsLeft: 4 });
    },
  );

  it.each<[string, number, (id: string) => Promise<unknown>]>([
    ['cancelled', 409, (id) => service.call('DELETE', `/v1/authentications/${id}`)],
    ['declined', 409, (id) => subscriber.phone.decline(id, 'not_me')],
    ['expired', 410, (id) => service.rows.authentications.expire(id)],
  ])(
    'opening an authentication that is %s is %i, and no attempt at the PIN is counted',
    async (state, status, close) => {
      const one = await startAndRead(subscriber);
      await close(one.id);
      const code = status === 410 ? 'authentication_expired' : 'authentication_closed';
      const answer = await installation.send('POST', `/app/v1/authentications/${one.id}/open`, { pinProof: 'x' });
      expectProblem(answer, status, code, { state });
      expect(await failures()).toBe(0);
      expectProblem(await installation.send('GET', `/app/v1/authentications/${one.id}/envelope`), status, code, {
        state,
      });
    },
  );

  it('an authentication has no envelope before its opening', async () => {
    const { id } = await startAndRead(subscriber);
    const answer = await installation.send('GET', `/app/v1/authentications/${id}/envelope`);
    expectProblem(answer, 409, 'envelope_not_ready');
  });

  it('opening seals the code to this device: another phone cannot read it', async () => {
    const one = await startAndRead(subscriber);
    await subscriber.phone.open(one, TEST_PIN);
    const stranger = await service.subscriber();
    const envelope = await subscriber.phone.envelope(one.id);
    await expect(stranger.phone.readCode(envelope, one.id)).rejects.toMatchObject({ fault: 'other_device' });
  });
});

describe('declining', () => {
  it.each(['not_me', 'cancelled', 'wrong_details'] as const)(
    'declining for %s closes the authentication for good',
    async (reason) => {
      const subscriber = await service.subscriber();
      const { id } = await startAndRead(subscriber);
      const installation = await Installation.of(subscriber.phone);
      const answer = await installation.send('POST', `/app/v1/authentications/${id}/decline`, { reason });
      expect(answer).toMatchObject({ status: 204, body: {} });
      expect(await stateOf(id)).toBe('declined');
      expect((await service.rows.authentications.endOf(id))?.reason).toBe(reason);
      expectProblem(await service.verify(id, '123456'), 409, 'authentication_closed', { state: 'declined' });
      const again = await installation.send('POST', `/app/v1/authentications/${id}/decline`, { reason });
      expectProblem(again, 409, 'authentication_closed', { state: 'declined' });
    },
  );

  it('declining is still possible after opening, and the code is worthless then', async () => {
    const subscriber = await service.subscriber();
    const { id } = await startAndRead(subscriber);
    const code = await service.codeOf(subscriber, id);
    await subscriber.phone.decline(id, 'not_me');
    expectProblem(await service.verify(id, code), 409, 'authentication_closed', { state: 'declined' });
  });

  it.each([undefined, '', 'other', 1, ['not_me']])('declining refuses the reason %p', async (reason) => {
    const subscriber = await service.subscriber();
    const { id } = await startAndRead(subscriber);
    const installation = await Installation.of(subscriber.phone);
    const answer = await installation.send('POST', `/app/v1/authentications/${id}/decline`, { reason });
    expectFaults(answer, '/reason');
    expect(await stateOf(id)).toBe('pending');
  });
});

it('the app answers 404 alike for an authentication of another phone, an unknown id and an impossible id', async () => {
  const [subscriber, stranger] = [await service.subscriber(), await service.subscriber()];
  const { id } = await startAndRead(subscriber);
  await service.codeOf(subscriber, id);
  const installation = await Installation.of(stranger.phone);
  for (const one of [id, randomUUID(), 'x', id.toUpperCase()]) {
    for (const [method, step, body] of [
      ['POST', 'open', { pinProof: MADE_BY_NOBODY }],
      ['GET', 'envelope', undefined],
      ['POST', 'decline', { reason: 'not_me' }],
    ] as const) {
      const answer = await installation.send(method, `/app/v1/authentications/${one}/${step}`, body);
      expectProblem(answer, 404, 'authentication_not_found');
    }
  }
  expect(await stateOf(id)).toBe('opened');
});

describe('the history', () => {
  it('the history shows every state, newest first, with relying party, purpose, channel and device', async () => {
    const subscriber = await service.subscriber();
    const verified = await startAndRead(subscriber);
    await service.verify(verified.id, await service.codeOf(subscriber, verified.id));
    const declined = await startAndRead(subscriber);
    await subscriber.phone.decline(declined.id, 'not_me');
    const expired = await startAndRead(subscriber);
    await service.rows.authentications.expire(expired.id);
    const failed = await startAndRead(subscriber);
    const code = await service.codeOf(subscriber, failed.id);
    for (let tries = 1; tries <= 5; tries += 1) await service.verify(failed.id, otherThan(code));
    await clearStarts();
    const cancelled = await startAndRead(subscriber);
    await service.call('DELETE', `/v1/authentications/${cancelled.id}`);
    const opened = await startAndRead(subscriber);
    await subscriber.phone.open(opened, TEST_PIN);
    const pending = await startAndRead(subscriber, 'demo-bank');

    const installation = await Installation.of(subscriber.phone);
    const { body } = await installation.send('GET', '/app/v1/history');
    const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    const entry = (
      of: { id: string; requestedAt: string },
      state: string,
      device: string | null,
      closedAt: unknown = time,
    ) => ({
      id: of.id,
      requestedAt: of.requestedAt,
      relyingParty: { name: '한빛서점' },
      purpose: '회원가입',
      channel: 'push',
      state,
      closedAt,
      device,
    });
    const name = '시험 전화기';
    expect(body).toEqual([
      { ...entry(pending, 'pending', null, null), relyingParty: { name: '두루은행' } },
      entry(opened, 'opened', name, null),
      entry(cancelled, 'cancelled', null),
      entry(failed, 'failed', name),
      entry(expired, 'expired', null),
      { ...entry(declined, 'declined', name), flags: ['not_me'] },
      entry(verified, 'verified', name),
    ]);
  });

  it('the history contains the last twenty authentications', async () => {
    const subscriber = await service.subscriber();
    const times: string[] = [];
    for (let starts = 1; starts <= 22; starts += 1) {
      if (starts % 5 === 0) await clearStarts();
      const { expiresAt } = (await service.start(subscriber.person)).body;
      times.unshift(new Date(Date.parse(expiresAt) - 180_000).toISOString());
    }
    const history = await subscriber.phone.history();
    expect(history.map(({ requestedAt }) => requestedAt)).toEqual(times.slice(0, 20));
  });

  it('the history contains this person’s authentications alone', async () => {
    const [subscriber, stranger] = [await service.subscriber(), await service.subscriber()];
    await service.start(subscriber.person);
    expect(await stranger.phone.history()).toEqual([]);
  });
});

describe('the push token', () => {
  it('the push token is replaced, and the next push goes to the new one', async () => {
    const { person, phone, pushToken } = await service.subscriber();
    const newer = `token-${randomUUID()}`;
    const installation = await Installation.of(phone);
    const answer = await installation.send('PUT', '/app/v1/device/push-token', { pushToken: newer });
    expect(answer).toMatchObject({ status: 204, body: {} });
    const { id } = (await service.start(person)).body;
    expect((await service.pushed(newer, 'wake')).data['id']).toBe(id);
    expect(service.pushesTo(pushToken).filter(({ data }) => data['t'] === 'wake')).toEqual([]);
  });

  it('the push token is stored encrypted', async () => {
    const { phone, pushToken } = await service.subscriber();
    const kept = await service.rows.devices.pushTokenOf(phone.deviceId);
    expect(kept.includes(pushToken)).toBe(false);
    const bond = await service.rows.devices.bondOf(phone.deviceId);
    expect(service.keys.devices.decryptBound('devices:push_token', kept, bond)?.toString()).toBe(pushToken);
  });

  it.each([undefined, null, 'a b', '토큰', 'x'.repeat(4097), 1])('the push token cannot be %p', async (pushToken) => {
    const { phone } = await service.subscriber();
    const installation = await Installation.of(phone);
    expectFaults(await installation.send('PUT', '/app/v1/device/push-token', { pushToken }), '/pushToken');
  });
});

it('an older device proof is forgotten only when it could no longer be accepted', async () => {
  const { phone } = await service.subscriber();
  await phone.pending();
  const seen = () => service.rows.devices.proofsOf(phone.deviceId);
  const before = await seen();
  expect(before).toBeGreaterThan(0);
  await service.rows.devices.ageProofs(phone.deviceId, 6);
  await phone.pending();
  await eventually('old proofs to go and the new one to stay', async () => (await seen()) === 1);
});
