import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { randomUUID } from 'node:crypto';
import { OTP_PARAMETERS } from '../../src/crypto/otp-window.ts';
import { totpOf, totpStep } from '../../src/crypto/totp.ts';
import { AUTHENTICATOR_TERMS } from '../../src/domain/authenticator.ts';
import { SimulatedCard } from '../../src/phone/card.ts';
import { Phone } from '../../src/phone/phone.ts';
import type { ProblemError } from '../../src/phone/problem-error.ts';
import {
  BANK,
  codeAt,
  otpSubscriber,
  secretOf,
  signedBy,
  smartOtp,
  startSigning,
  TRANSFER,
} from '../support/authenticators.ts';
import { eventually } from '../support/eventually.ts';
import { scrape } from '../support/exposition.ts';
import { Installation } from '../support/installation.ts';
import { expectFaults, expectProblem } from '../support/problem.ts';
import { TEST_PIN, TestService, type Answer, type Subscriber, type TestPerson } from '../support/service.ts';

let service: TestService;

beforeAll(async () => {
  service = await TestService.start();
});
afterAll(async () => {
  await service.stop();
});

const named = ({ phoneNumber, birthDate, genderDigit }: TestPerson) => ({ phoneNumber, birthDate, genderDigit });
const startOtp = (person: TestPerson, clientId = 'demo-shop') =>
  service.call<{ id: string; channel: string; attemptsLeft: number }>(
    'POST',
    '/v1/authentications',
    { ...named(person), purpose: '출석 확인', method: 'otp' },
    { clientId },
  );
const verifyAt = (clientId: string, id: string, body: object) =>
  service.call('POST', `/v1/authentications/${id}/verification`, body, { clientId });
const refusalOf = async (work: Promise<unknown>) => {
  const { status, code } = await work.then(
    () => ({ status: 200, code: '' }),
    (error: unknown) => error as ProblemError,
  );
  return { status, code };
};
const shapeOf = ({ status, body }: Answer) => ({ status, body: { ...body, id: '', expiresAt: '' } });
/** Returns a code that is wrong at every time step that the service accepts. */
const wrongCode = async (phone: Phone) => {
  const secret = await secretOf(service, phone);
  const present = totpStep(new Date());
  const right = new Set(Array.from({ length: 101 }, (_, at) => totpOf(secret, present - 50 + at, OTP_PARAMETERS)));
  return ['000000', '000001', '000002', '111111'].find((code) => !right.has(code))!;
};

describe('one-time passwords', () => {
  let subscriber: Subscriber;
  let phone: Phone;
  const started = async (clientId = 'demo-shop') => {
    await service.rows.budgets.clearStarts();
    return (await startOtp(subscriber.person, clientId)).body.id;
  };
  const tried = async (code: string, clientId = 'demo-shop') =>
    service.verify(await started(clientId), code, { clientId });

  beforeEach(async () => {
    subscriber = await otpSubscriber(service);
    phone = subscriber.phone;
  });

  it('one-time passwords verify their owner without contacting the phone, and the assertion says so', async () => {
    const { status, body } = await startOtp(subscriber.person);
    expect({ status, channel: body.channel }).toEqual({ status: 201, channel: 'otp' });
    const { code } = await phone.oneTimeCode(TEST_PIN);
    const verified = await service.verify(body.id, code);
    expect(verified).toMatchObject({ status: 200, body: { state: 'verified', result: { channel: 'otp' } } });
    expect(decodeJwt(String(verified.body['assertion']))).toMatchObject({ acr: 'otp', amr: ['otp', 'pin', 'mfa'] });
    expect(service.pushesTo(subscriber.pushToken).map(({ data }) => data['t'])).not.toContain('wake');
    expect(await phone.pending()).toEqual([]);
    expect((await phone.history())[0]).toMatchObject({ channel: 'otp', state: 'verified', purpose: '출석 확인' });
  });

  it('one-time passwords are six digits that need no network, and change with the half minute', async () => {
    const offline = await Phone.restore(await phone.toState(), {
      fetch: () => Promise.reject(new Error('no network')),
    });
    const { code, endsAt } = await offline.oneTimeCode(TEST_PIN);
    expect(code).toBe(await codeAt(service, phone));
    expect(endsAt % 30_000).toBe(0);
    expect(endsAt - Date.now()).toBeLessThanOrEqual(30_000);
    const coming = await offline.oneTimeCodes(TEST_PIN, 3);
    const secret = await secretOf(service, phone);
    const steps = coming.map((one) => one.endsAt / 30_000 - 1);
    expect(steps.map((step) => step - steps[0]!)).toEqual([0, 1, 2]);
    expect(coming.map((one) => one.code)).toEqual(steps.map((step) => totpOf(secret, step, OTP_PARAMETERS)));
    expect((await offline.oneTimeCode('918273')).code).toMatch(/^\d{6}$/);
    expect((await offline.oneTimeCode('918273')).code).not.toBe(code);
  });

  it.each([
    [-1, 200],
    [0, 200],
    [1, 200],
    [-3, 422],
    [3, 422],
  ])('one-time passwords of %i steps from now are answered %i', async (steps, status) => {
    expect((await tried(await codeAt(service, phone, steps))).status).toBe(status);
  });

  it('one-time passwords are accepted once, neither again in the next step nor by another relying party', async () => {
    const code = await codeAt(service, phone, -1);
    expect((await tried(code)).status).toBe(200);
    const second = await started('demo-bank');
    // The phone has moved on to the next step, but the service still accepts the previous one.
    expectProblem(await service.verify(second, code, BANK), 422, 'code_mismatch', { attemptsLeft: 4 });
    expect((await service.verify(second, await codeAt(service, phone), BANK)).status).toBe(200);
  });

  it('one-time passwords follow a clock that is ten minutes off after two codes in a row, and remember it', async () => {
    const [first, second] = [await codeAt(service, phone, 20), await codeAt(service, phone, 21)];
    const id = await started();
    expectProblem(await service.verify(id, first), 422, 'code_mismatch', { attemptsLeft: 4 });
    expect((await service.verify(id, second)).status).toBe(200);
    expect((await tried(await codeAt(service, phone, 22))).status).toBe(200);
    // With the remembered drift, codes of the correct time lie in the past.
    expect((await tried(await codeAt(service, phone))).status).toBe(422);
  });

  it('one-time passwords do not follow a clock that is a day off', async () => {
    const id = await started();
    for (const step of [2880, 2881, 2882]) {
      expect((await service.verify(id, await codeAt(service, phone, step))).body['code']).toBe('code_mismatch');
    }
  });

  it('one-time passwords do not correct the clock by two codes that are far apart', async () => {
    const id = await started();
    expect((await service.verify(id, await codeAt(service, phone, 20))).status).toBe(422);
    expect((await service.verify(id, await codeAt(service, phone, -18))).status).toBe(422);
    expect((await service.verify(id, await codeAt(service, phone, 25))).status).toBe(422);
  });

  it('one-time passwords are locked by five wrong ones in a row, over all relying parties, and nothing else is', async () => {
    const wrong = await wrongCode(phone);
    for (let tries = 0; tries < 3; tries += 1) await tried(wrong);
    expect((await phone.authenticators())[0]).toMatchObject({ kind: 'otp', locked: false });
    for (let tries = 0; tries < 2; tries += 1) await tried(wrong, 'demo-bank');
    expect((await phone.authenticators())[0]).toMatchObject({ kind: 'otp', locked: true });
    // While the authenticator is locked, a correct code gets the same answer as a wrong one.
    expectProblem(await tried(await codeAt(service, phone)), 422, 'code_mismatch', { attemptsLeft: 4 });

    await service.rows.budgets.clearStarts();
    const pushed = await service.start(subscriber.person);
    expect((await service.verify(pushed.body.id, await service.codeOf(subscriber, pushed.body.id))).status).toBe(200);
    expect((await phone.authenticators())[0]).toMatchObject({ locked: false });
    expect((await tried(await codeAt(service, phone, 1))).status).toBe(200);
  });

  it('one-time passwords are unlocked by a code by SMS that the subscriber permitted', async () => {
    await service.rows.authenticators.lock(phone.deviceId);
    const shop = await service.rows.clients.idOf('demo-shop');
    await service.start(subscriber.person);
    await phone.permitSms(shop, TEST_PIN);
    const { body } = await service.start(subscriber.person);
    expect(body.channel).toBe('sms');
    const code = await service.textedCode(subscriber.person.phoneNumber);
    expect((await service.verify(body.id, code)).status).toBe(200);
    expect((await phone.authenticators())[0]).toMatchObject({ locked: false });
  });

  it('one-time passwords count failures from the beginning after a right one', async () => {
    const wrong = await wrongCode(phone);
    for (let tries = 0; tries < 4; tries += 1) await tried(wrong);
    expect((await tried(await codeAt(service, phone))).status).toBe(200);
    for (let tries = 0; tries < 4; tries += 1) await tried(wrong);
    expect((await phone.authenticators())[0]).toMatchObject({ locked: false });
  });

  it('one-time passwords end an authentication after five wrong ones, as every other code does', async () => {
    const id = await started();
    const wrong = await wrongCode(phone);
    for (let left = 4; left > 0; left -= 1) {
      expectProblem(await service.verify(id, wrong), 422, 'code_mismatch', { attemptsLeft: left });
    }
    expectProblem(await service.verify(id, wrong), 422, 'attempts_exhausted', { attemptsLeft: 0 });
    expectProblem(await service.verify(id, wrong), 409, 'authentication_closed', { state: 'failed' });
  });

  it.each<[string, (id: string) => Promise<unknown>]>([
    ['suspended', (id) => service.operate(id, 'report-loss')],
    ['cancelled', (id) => service.operate(id, 'cancel')],
  ])('one-time passwords are wrong once the subscription is %s, and a window cannot see why', async (_, work) => {
    const code = await codeAt(service, phone);
    await work(subscriber.subscriptionId);
    const answer = await startOtp(subscriber.person);
    expect(answer.body.channel).toBe('otp');
    expectProblem(await service.verify(answer.body.id, code), 422, 'code_mismatch', { attemptsLeft: 4 });
  });

  it('one-time passwords are answered alike for an unknown person, for a stranger’s number and for a person without one', async () => {
    const other = await service.subscriber();
    const people: TestPerson[] = [
      subscriber.person,
      other.person,
      { ...subscriber.person, birthDate: '900102' },
      { phoneNumber: '010-5999-0001', birthDate: '900101', genderDigit: '1' },
    ];
    const answers: unknown[] = [];
    for (const person of people) {
      const answer = await startOtp(person);
      const refused = await service.verify(answer.body.id, '000000');
      answers.push([shapeOf(answer), refused.status, refused.body]);
    }
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
  });

  it('an authentication by one-time password has nothing to resend', async () => {
    const id = await started();
    expectProblem(await service.call('POST', `/v1/authentications/${id}/resend`), 409, 'nothing_to_send');
  });

  it('one-time passwords have a secret that only this phone can read, and that is stored encrypted', async () => {
    const row = await service.rows.authenticators.of(phone.deviceId);
    expect(row.terms).toBe(AUTHENTICATOR_TERMS);
    const secret = await secretOf(service, phone);
    expect(secret).toHaveLength(32);
    expect(row.secret!.includes(secret)).toBe(false);
    expect(JSON.stringify(await phone.toState())).not.toContain(secret.toString('base64url'));
  });

  it('one-time passwords have a new secret when the app enrols again, and the old codes are wrong', async () => {
    const old = await secretOf(service, phone);
    await phone.enrolAuthenticator('otp', TEST_PIN, AUTHENTICATOR_TERMS);
    expect((await tried(totpOf(old, totpStep(new Date()), OTP_PARAMETERS))).status).toBe(422);
    expect((await tried((await phone.oneTimeCode(TEST_PIN)).code)).status).toBe(200);
  });

  it('one-time passwords continue to work under a new PIN', async () => {
    await phone.changePin(TEST_PIN, '618034');
    expect((await phone.oneTimeCode('618034')).code).toBe(await codeAt(service, phone));
  });

  it('one-time passwords are not set up without the right PIN', async () => {
    const refusal = await refusalOf(phone.enrolAuthenticator('otp', '918273', AUTHENTICATOR_TERMS));
    expect(refusal).toEqual({ status: 422, code: 'pin_mismatch' });
  });

  it('one-time passwords are not set up without consent to the terms in force', async () => {
    const installation = await Installation.of(phone);
    const body = { kind: 'otp', terms: '2020-01', pinCheckId: randomUUID(), pinProof: 'x' };
    expectFaults(await installation.send('POST', '/app/v1/authenticators', body), '/terms');
  });

  it('one-time passwords belong to the subscription’s own phone', async () => {
    const refusal = await refusalOf(phone.enrolAuthenticator('sign', TEST_PIN, AUTHENTICATOR_TERMS));
    expect(refusal).toEqual({ status: 409, code: 'authenticator_not_possible' });
  });
});

describe('a signed transaction', () => {
  let subscriber: Subscriber;
  let device: Phone;

  beforeEach(async () => {
    subscriber = await service.subscriber();
    device = await smartOtp(service, subscriber.person);
  });

  it('a signed transaction is shown in the app as the institution sent it, and verified together with its code', async () => {
    const { status, body } = await startSigning(service, subscriber.person);
    expect({ status, channel: body.channel }).toEqual({ status: 201, channel: 'sign' });
    const [asked] = await device.pending();
    expect(asked).toMatchObject({
      id: body.id,
      transaction: TRANSFER,
      card: false,
      relyingParty: { name: '두루은행' },
    });
    const code = await signedBy(device, body.id);
    expect(code).toMatch(/^\d{8}$/);
    const verified = await verifyAt('demo-bank', body.id, { code, transaction: TRANSFER });
    expect(verified).toMatchObject({ status: 200, body: { result: { channel: 'sign' } } });
    const assertion = decodeJwt(String(verified.body['assertion']));
    expect(assertion).toMatchObject({ acr: 'sign', transactionDigest: expect.stringMatching(/^[\da-f]{64}$/) });
    expect((await device.history())[0]).toMatchObject({ channel: 'sign', state: 'verified' });
    expect(await service.rows.authentications.transactionOf(body.id)).toBeNull();
  });

  it.each<[string, { label: string; value: string }[]]>([
    ['another digit of the amount', TRANSFER.map((one) => ({ ...one, value: one.value.replace('1,2', '9,2') }))],
    ['another payee', [{ label: '받는 분', value: '홍길순' }, ...TRANSFER.slice(1)]],
    ['another label', [{ label: '받는분', value: '홍길동' }, ...TRANSFER.slice(1)]],
    ['another order', [...TRANSFER].reverse()],
    ['a field less', TRANSFER.slice(0, 2)],
    ['decomposed letters', TRANSFER.map((one) => ({ ...one, value: one.value.normalize('NFD') }))],
  ])('a signed transaction is refused with %s', async (_, transaction) => {
    const { id } = (await startSigning(service, subscriber.person)).body;
    const code = await signedBy(device, id);
    const refused = await verifyAt('demo-bank', id, { code, transaction });
    expectProblem(refused, 422, 'code_mismatch', { attemptsLeft: 4 });
    expect((await verifyAt('demo-bank', id, { code, transaction: TRANSFER })).status).toBe(200);
  });

  it('a signed transaction is not verified before the app opened it, nor without the signed fields', async () => {
    const { id } = (await startSigning(service, subscriber.person)).body;
    const [asked] = await device.pending();
    const early = await device.sign(asked!, TEST_PIN);
    expectProblem(await verifyAt('demo-bank', id, { code: early, transaction: TRANSFER }), 422, 'code_mismatch', {
      attemptsLeft: 4,
    });
    const code = await signedBy(device, id);
    expectProblem(await verifyAt('demo-bank', id, { code }), 422, 'code_mismatch', { attemptsLeft: 3 });
    expect((await verifyAt('demo-bank', id, { code, transaction: TRANSFER })).status).toBe(200);
  });

  it('the code of a signed transaction is wrong for the same transaction requested again', async () => {
    const first = (await startSigning(service, subscriber.person)).body.id;
    const code = await signedBy(device, first);
    expect((await verifyAt('demo-bank', first, { code, transaction: TRANSFER })).status).toBe(200);
    const second = (await startSigning(service, subscriber.person)).body.id;
    await signedBy(device, second);
    expect((await verifyAt('demo-bank', second, { code, transaction: TRANSFER })).body['code']).toBe('code_mismatch');
  });

  it('a transaction cannot be signed without the PIN', async () => {
    const { id } = (await startSigning(service, subscriber.person)).body;
    const [asked] = await device.pending();
    expect(await refusalOf(device.open(asked!, '918273'))).toEqual({ status: 422, code: 'pin_mismatch' });
    await device.open(asked!, TEST_PIN);
    const code = await device.sign(asked!, '918273');
    expect((await verifyAt('demo-bank', id, { code, transaction: TRANSFER })).status).toBe(422);
  });

  it('a signed transaction needs a tap of the card that was registered when the Smart OTP was issued', async () => {
    const [card, another] = [await SimulatedCard.create(), await SimulatedCard.create()];
    const phone = await smartOtp(service, subscriber.person, { card });
    const { id } = (await startSigning(service, subscriber.person)).body;
    const [asked] = await phone.pending();
    expect(asked?.card).toBe(true);
    for (const tapped of [undefined, another]) {
      expect(await refusalOf(phone.open(asked!, TEST_PIN, tapped))).toEqual({ status: 422, code: 'card_mismatch' });
    }
    expect(await service.rows.devices.pinFailuresOf(phone.deviceId)).toBe(0);
    const code = await signedBy(phone, id, card);
    expect((await verifyAt('demo-bank', id, { code, transaction: TRANSFER })).status).toBe(200);
  });

  it('a signed transaction wakes the device that signs, and no other', async () => {
    const kept = await service.rows.devices.pushTokenOf(device.deviceId);
    const bond = await service.rows.devices.bondOf(device.deviceId);
    const token = service.keys.devices.decryptBound('devices:push_token', kept, bond)!.toString();
    const { id } = (await startSigning(service, subscriber.person)).body;
    expect((await service.pushed(token, 'wake')).data['id']).toBe(id);
    expect(service.pushesTo(subscriber.pushToken).some(({ data }) => data['id'] === id)).toBe(false);
    expect(await subscriber.phone.pending()).toEqual([]);
    expect(await refusalOf(subscriber.phone.decline(id, 'not_me'))).toMatchObject({ status: 404 });
    await device.decline(id, 'not_me');
    expect((await service.call('GET', `/v1/authentications/${id}`, undefined, BANK)).body['state']).toBe('declined');
  });

  it('a Smart OTP is locked by five wrong codes in a row, and unlocked by an authentication by push', async () => {
    for (let tries = 0; tries < 5; tries += 1) {
      await service.rows.budgets.clearStarts();
      const { id } = (await startSigning(service, subscriber.person)).body;
      await signedBy(device, id);
      await verifyAt('demo-bank', id, { code: '00000000', transaction: TRANSFER });
    }
    expect((await device.authenticators())[0]).toMatchObject({ kind: 'sign', locked: true });
    await service.rows.budgets.clearStarts();
    const { id } = (await startSigning(service, subscriber.person)).body;
    const code = await signedBy(device, id);
    expect((await verifyAt('demo-bank', id, { code, transaction: TRANSFER })).status).toBe(422);
    const pushed = (await service.start(subscriber.person)).body.id;
    await service.verify(pushed, await service.codeOf(subscriber, pushed));
    expect((await verifyAt('demo-bank', id, { code, transaction: TRANSFER })).status).toBe(200);
  });

  it('a Smart OTP leaves the phone of the subscription unchanged: it opens and shows codes as before', async () => {
    const { id } = (await service.start(subscriber.person)).body;
    expect(await device.pending()).toEqual([]);
    expect((await service.verify(id, await service.codeOf(subscriber, id))).status).toBe(200);
  });

  it('a transaction is signed by the institution’s newest device, and no longer by its older one', async () => {
    const newer = await smartOtp(service, subscriber.person);
    const { id } = (await startSigning(service, subscriber.person)).body;
    expect(await refusalOf(device.pending())).toMatchObject({ status: 401 });
    const code = await signedBy(newer, id);
    expect((await verifyAt('demo-bank', id, { code, transaction: TRANSFER })).status).toBe(200);
  });

  it('a Smart OTP belongs to one institution: two devices of one person work side by side', async () => {
    const other = await smartOtp(service, subscriber.person, { clientId: 'demo-securities' });
    for (const [clientId, phone] of [
      ['demo-bank', device],
      ['demo-securities', other],
    ] as const) {
      const { id } = (await startSigning(service, subscriber.person, TRANSFER, { clientId })).body;
      const code = await signedBy(phone, id);
      expect((await verifyAt(clientId, id, { code, transaction: TRANSFER })).status).toBe(200);
    }
  });

  it('a Smart OTP ends with the subscription’s suspension', async () => {
    const { id } = (await startSigning(service, subscriber.person)).body;
    const code = await signedBy(device, id);
    await service.operate(subscriber.subscriptionId, 'report-loss');
    expect((await verifyAt('demo-bank', id, { code, transaction: TRANSFER })).body['state']).toBe('cancelled');
    const next = (await startSigning(service, subscriber.person)).body;
    expect(next.channel).toBe('sign');
    expect(await device.pending()).toEqual([]);
  });

  it('a signed transaction may be requested by financial institutions alone', async () => {
    const body = { ...named(subscriber.person), purpose: '이체', method: 'sign', transaction: TRANSFER };
    const answer = await service.call('POST', '/v1/authentications', body, { clientId: 'demo-shop' });
    expectProblem(answer, 403, 'insufficient_scope');
    const issue = await service.call('POST', '/v1/smart-otps', named(subscriber.person), { clientId: 'demo-shop' });
    expectProblem(issue, 403, 'insufficient_scope');
  });

  it.each<[string, object, string[]]>([
    ['no transaction', { method: 'sign' }, ['/transaction']],
    ['a transaction without the method', { transaction: TRANSFER }, ['/transaction']],
    ['no field', { method: 'sign', transaction: [] }, ['/transaction']],
    ['eleven fields', { method: 'sign', transaction: Array.from({ length: 11 }, () => TRANSFER[0]) }, ['/transaction']],
    [
      'a value that turns the line around',
      { method: 'sign', transaction: [{ label: '금액', value: 'a\u202eb' }] },
      ['/transaction/0/value'],
    ],
    [
      'a long label',
      { method: 'sign', transaction: [{ label: '가'.repeat(21), value: '1' }] },
      ['/transaction/0/label'],
    ],
    ['an unknown method', { method: 'voice' }, ['/method']],
  ])('a transaction is refused with %s, and the error names the field', async (_, other, pointers) => {
    const body = { ...named(subscriber.person), purpose: '이체', ...other };
    expectFaults(await service.call('POST', '/v1/authentications', body, BANK), ...pointers);
  });

  it('a signed transaction is answered alike for an unknown person, and for a person without a device', async () => {
    const people: TestPerson[] = [
      subscriber.person,
      (await service.subscriber()).person,
      { phoneNumber: '010-5999-0002', birthDate: '900101', genderDigit: '1' },
    ];
    const answers: unknown[] = [];
    for (const person of people) {
      const answer = await startSigning(service, person);
      const refused = await verifyAt('demo-bank', answer.body.id, { code: '00000000', transaction: TRANSFER });
      answers.push([shapeOf(answer), refused.status, refused.body]);
    }
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
  });

  it('a Smart OTP is issued five times in ten minutes at most, to unknown persons as to known ones', async () => {
    const unknown = { phoneNumber: '010-5999-0013', birthDate: '900101', genderDigit: '1' };
    const statuses: number[] = [];
    for (let tries = 0; tries < 6; tries += 1) {
      statuses.push((await service.call('POST', '/v1/smart-otps', unknown, BANK)).status);
    }
    expect(statuses).toEqual([201, 201, 201, 201, 201, 429]);
  });

  it('a signed transaction is not verified by the code of a push', async () => {
    const { id } = (await service.start(subscriber.person)).body;
    const code = await service.codeOf(subscriber, id);
    const answer = await service.call('POST', `/v1/authentications/${id}/verification`, {
      code,
      transaction: TRANSFER,
    });
    expectProblem(answer, 422, 'code_mismatch', { attemptsLeft: 4 });
    expect((await service.verify(id, code)).status).toBe(200);
  });

  it('a Smart OTP for an unknown person is issued like any other, and its code enrols nothing', async () => {
    const unknown = { phoneNumber: '010-5999-0003', birthDate: '900101', genderDigit: '1' };
    const issued = await service.call<{ enrolmentCode: string }>('POST', '/v1/smart-otps', unknown, BANK);
    expect(issued).toMatchObject({ status: 201, body: { vendorCode: '301', enrolmentUri: expect.any(String) } });
    expect(await refusalOf(service.enrol(issued.body.enrolmentCode))).toEqual({
      status: 422,
      code: 'enrolment_code_invalid',
    });
  });

  it('a Smart OTP writes the same rows for a subscriber, for another person’s number and for an unknown one', async () => {
    const notSubscribed = await service.addLine();
    const { phoneNumber } = (await service.subscriber()).person;
    const others = { birthDate: '850505', genderDigit: '2' };
    const people: TestPerson[] = [
      (await service.subscriber()).person,
      notSubscribed,
      { phoneNumber, ...others },
      { phoneNumber: '+821059990044', ...others },
    ];
    for (const again of [false, true]) {
      const written = [];
      for (const person of people) {
        const { phoneNumber: number, birthDate, genderDigit } = person;
        const before = await service.rows.authenticators.rowsOfIssuing();
        const body = { phoneNumber: number, birthDate, genderDigit };
        expect((await service.call('POST', '/v1/smart-otps', body, BANK)).status).toBe(201);
        written.push((await service.rows.authenticators.rowsOfIssuing()) - before);
      }
      // The first writes a code, a notice and the two budgets; the next replaces the code and spends from the budgets.
      expect(written).toEqual(Array(4).fill(again ? 1 : 4));
    }
  });
});

describe('a registration at another institution', () => {
  let subscriber: Subscriber;
  let device: Phone;
  const SECURITIES = 'demo-securities';
  type Registered = { id: string; state: string; expiresAt: string };
  const register = (
    {
      serialNumber = device.serialNumber,
      vendorCode = '301',
      ...person
    }: Partial<TestPerson> & {
      serialNumber?: string;
      vendorCode?: string;
    } = {},
    headers: Record<string, string> = {},
  ) =>
    service.call<Registered>(
      'POST',
      '/v1/registrations',
      { ...named(subscriber.person), ...person, serialNumber, vendorCode },
      { clientId: SECURITIES, headers },
    );
  const stateOf = async (id: string) =>
    (await service.call<Registered>('GET', `/v1/registrations/${id}`, undefined, { clientId: SECURITIES })).body.state;
  const confirmed = async () => {
    const { id } = (await register()).body;
    const registration = (await subscriber.phone.registrations()).find((one) => one.id === id)!;
    await subscriber.phone.confirmRegistration(registration, TEST_PIN);
    return id;
  };
  const signedAtSecurities = async () => {
    const { id } = (await startSigning(service, subscriber.person, TRANSFER, { clientId: SECURITIES })).body;
    const code = await signedBy(device, id);
    return verifyAt(SECURITIES, id, { code, transaction: TRANSFER });
  };

  beforeEach(async () => {
    subscriber = await service.subscriber();
    device = await smartOtp(service, subscriber.person);
  });

  it('a registration is confirmed in the app with the PIN, and only then may the institution request signatures', async () => {
    const answer = await register();
    expect(answer).toMatchObject({ status: 201, body: { state: 'pending' } });
    const before = (await startSigning(service, subscriber.person, TRANSFER, { clientId: SECURITIES })).body;
    expect(before.channel).toBe('sign');
    expect(await device.pending()).toEqual([]);
    const registration = (await subscriber.phone.registrations()).find(({ id }) => id === answer.body.id)!;
    // The institution also controls the Smart OTP that it issued, so that device must not confirm registrations.
    expect((await device.registrations()).map(({ id }) => id)).not.toContain(answer.body.id);
    expect(await refusalOf(device.confirmRegistration(registration, TEST_PIN))).toMatchObject({ status: 404 });
    expect(registration).toMatchObject({ state: 'pending', relyingParty: { name: '다온증권' } });
    expect(await refusalOf(subscriber.phone.confirmRegistration(registration, '918273'))).toEqual({
      status: 422,
      code: 'pin_mismatch',
    });
    await subscriber.phone.confirmRegistration(registration, TEST_PIN);
    expect(await stateOf(answer.body.id)).toBe('active');
    expect((await signedAtSecurities()).status).toBe(200);
  });

  it('a registration is announced on the subscription’s own phone, as is everything that is issued to it', async () => {
    await register();
    const noticeKinds = () => service.pushesTo(subscriber.pushToken).map(({ data }) => data['kind']);
    await eventually('three notices', () =>
      ['smart_otp_issued', 'smart_otp_enrolled', 'registration_asked'].every((kind) => noticeKinds().includes(kind)),
    );
  });

  it.each<[string, (id: string) => Promise<unknown>]>([
    ['in the app', (id) => device.revokeRegistration(id)],
    ['on another phone of the same person', (id) => subscriber.phone.revokeRegistration(id)],
    [
      'by the institution',
      (id) => service.call('DELETE', `/v1/registrations/${id}`, undefined, { clientId: SECURITIES }),
    ],
  ])(
    'a registration that was revoked %s permits no more requests, and ends those that are pending',
    async (_, revoke) => {
      const id = await confirmed();
      const pending = (await startSigning(service, subscriber.person, TRANSFER, { clientId: SECURITIES })).body.id;
      const code = await signedBy(device, pending);
      await revoke(id);
      expect(await stateOf(id)).toBe('revoked');
      const refused = await verifyAt(SECURITIES, pending, { code, transaction: TRANSFER });
      expectProblem(refused, 409, 'authentication_closed', { state: 'cancelled' });
      expect(await device.registrations()).toEqual([expect.objectContaining({ relyingParty: { name: '두루은행' } })]);
      await service.rows.budgets.clearStarts();
      await startSigning(service, subscriber.person, TRANSFER, { clientId: SECURITIES });
      expect(await device.pending()).toEqual([]);
    },
  );

  it('a registration that is revoked ends the institution’s pending requests: a push and an OTP as well', async () => {
    const { phone, person } = subscriber;
    await phone.enrolAuthenticator('otp', TEST_PIN, AUTHENTICATOR_TERMS);
    const { id } = (await register({ serialNumber: phone.serialNumber, vendorCode: 'PG' })).body;
    await phone.confirmRegistration(
      (await phone.registrations()).find((one) => one.id === id)!,
      TEST_PIN,
    );
    await service.rows.budgets.clearStarts();
    const byOtp = (await startOtp(person, SECURITIES)).body.id;
    await phone.revokeRegistration(id);
    const refused = await verifyAt(SECURITIES, byOtp, { code: await codeAt(service, phone) });
    expectProblem(refused, 409, 'authentication_closed', { state: 'cancelled' });
  });

  it('a registration that is revoked answers the callers that wait for what ends with it, which is counted', async () => {
    const cancelled = async () => {
      const seen = await scrape(service.process.announcement.management);
      return seen.value('pushguard_authentications_total', { method: 'sign', channel: 'sign', outcome: 'cancelled' });
    };
    const id = await confirmed();
    const asked = (await startSigning(service, subscriber.person, TRANSFER, { clientId: SECURITIES })).body.id;
    const before = (await cancelled()) ?? 0;
    const held = service.call('GET', `/v1/authentications/${asked}?wait=30`, undefined, { clientId: SECURITIES });
    await subscriber.phone.revokeRegistration(id);
    expect((await held).body['state']).toBe('cancelled');
    const second = await confirmed();
    await service.rows.budgets.clearStarts();
    await startSigning(service, subscriber.person, TRANSFER, { clientId: SECURITIES });
    await service.call('DELETE', `/v1/registrations/${second}`, undefined, { clientId: SECURITIES });
    expect(await cancelled()).toBe(before + 2);
  });

  it('a registration that is revoked while a code is being verified leaves the code unverified', async () => {
    const id = await confirmed();
    const signingId = (await startSigning(service, subscriber.person, TRANSFER, { clientId: SECURITIES })).body.id;
    const code = await signedBy(device, signingId);
    const verified = await service.rows.authenticators.revokeUnder(id, () =>
      verifyAt(SECURITIES, signingId, { code, transaction: TRANSFER }),
    );
    expect(verified.body['code']).toBe('code_mismatch');
  });

  it('a registration is listed to its institution, and to no other', async () => {
    const id = await confirmed();
    const list = async (clientId: string) =>
      (await service.call<{ id: string; state: string }[]>('GET', '/v1/registrations', undefined, { clientId })).body;
    expect(await list(SECURITIES)).toContainEqual(expect.objectContaining({ id, state: 'active' }));
    expect((await list('demo-shop')).map((one) => one.id)).not.toContain(id);
  });

  it('a registration shows a Smart OTP only its own entries', async () => {
    await service.start(subscriber.person);
    expect(await device.history()).toEqual([]);
    expect((await device.smsPermissions()).relyingParties).toEqual([]);
    const id = await confirmed();
    const other = await smartOtp(service, subscriber.person, { clientId: SECURITIES });
    expect(await refusalOf(other.revokeRegistration(id))).toMatchObject({ code: 'registration_closed' });
    expect((await other.registrations()).map(({ relyingParty }) => relyingParty.name)).toEqual(['다온증권']);
  });

  it('a registration that was declined has ended, and may be requested again', async () => {
    const { id } = (await register()).body;
    await subscriber.phone.declineRegistration(id);
    expect(await stateOf(id)).toBe('declined');
    expect(await refusalOf(subscriber.phone.declineRegistration(id))).toEqual({
      status: 409,
      code: 'registration_closed',
    });
    await confirmed();
  });

  it('a registration is unique for a person and institution: the next one replaces the one before', async () => {
    const first = await confirmed();
    const own = await smartOtp(service, subscriber.person, { clientId: SECURITIES });
    expect(await stateOf(first)).toBe('revoked');
    const { id } = (await startSigning(service, subscriber.person, TRANSFER, { clientId: SECURITIES })).body;
    expect((await own.pending()).map((one) => one.id)).toEqual([id]);
    expect(await device.pending()).toEqual([]);
  });

  it('a registration ends with its device', async () => {
    await confirmed();
    await smartOtp(service, subscriber.person);
    const { id } = (await startSigning(service, subscriber.person, TRANSFER, { clientId: SECURITIES })).body;
    const refused = await verifyAt(SECURITIES, id, { code: '00000000', transaction: TRANSFER });
    expect(refused.body['code']).toBe('code_mismatch');
    expect(await subscriber.phone.registrations()).toEqual([
      expect.objectContaining({ relyingParty: { name: '두루은행' } }),
    ]);
  });

  it('an institution that needs a registration gets no push, no SMS and no OTP without one', async () => {
    const { phone, person } = subscriber;
    await phone.enrolAuthenticator('otp', TEST_PIN, AUTHENTICATOR_TERMS);
    const [pushed, byOtp] = [await service.start(person, { clientId: SECURITIES }), await startOtp(person, SECURITIES)];
    expect(pushed.body.channel).toBe('sms');
    expect(await phone.pending()).toEqual([]);
    expect((await verifyAt(SECURITIES, byOtp.body.id, { code: await codeAt(service, phone) })).status).toBe(422);

    const answer = await register({ serialNumber: phone.serialNumber, vendorCode: 'PG' });
    const registration = (await phone.registrations()).find(({ id }) => id === answer.body.id)!;
    await phone.confirmRegistration(registration, TEST_PIN);
    await service.rows.budgets.clearStarts();
    const again = await startOtp(person, SECURITIES);
    expect((await verifyAt(SECURITIES, again.body.id, { code: await codeAt(service, phone, 1) })).status).toBe(200);
    expect((await service.start(person, { clientId: SECURITIES })).body.channel).toBe('push');
  });

  it('a registration is answered alike whatever person and device are named', async () => {
    const unknown = { phoneNumber: '010-5999-0004', birthDate: '900101', genderDigit: '1' };
    const answers: unknown[] = [];
    for (const other of [{}, { serialNumber: 'PG-0000-0000-0001' }, { vendorCode: 'XX' }, unknown]) {
      await service.rows.budgets.clearStarts();
      const { status, body } = await register(other);
      answers.push([status, Object.keys(body), body.state, await stateOf(body.id)]);
    }
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    const pending = (await subscriber.phone.registrations()).filter(({ state }) => state === 'pending');
    expect(pending).toEqual([]);
  });

  it('a registration is requested once under one Idempotency-Key', async () => {
    const headers = { 'Idempotency-Key': randomUUID() };
    const [first, second] = [await register({}, headers), await register({}, headers)];
    expect(second.body).toEqual(first.body);
    expectProblem(await register({ vendorCode: 'PG' }, headers), 422, 'idempotency_key_reused');
    const atOnce = { 'Idempotency-Key': randomUUID() };
    const answers = await Promise.all(Array.from({ length: 8 }, () => register({}, atOnce)));
    expect(new Set(answers.filter(({ status }) => status === 201).map(({ body }) => body.id)).size).toBe(1);
    expect(answers.filter(({ status }) => status !== 201 && status !== 409)).toEqual([]);
  });

  it('a registration may be requested five times in ten minutes at most', async () => {
    const statuses: number[] = [];
    for (let tries = 0; tries < 6; tries += 1) statuses.push((await register()).status);
    expect(statuses).toEqual([201, 201, 201, 201, 201, 429]);
    expect((await subscriber.phone.registrations()).filter(({ state }) => state === 'pending')).toHaveLength(1);
  });

  it('a registration is visible to its institution and its owner alone', async () => {
    const { id } = (await register()).body;
    const stranger = await service.subscriber();
    for (const work of [
      stranger.phone.declineRegistration(id),
      stranger.phone.revokeRegistration(id),
      device.declineRegistration(id),
    ]) {
      expect(await refusalOf(work)).toEqual({ status: 404, code: 'registration_not_found' });
    }
    for (const [method, path] of [
      ['GET', `/v1/registrations/${id}`],
      ['DELETE', `/v1/registrations/${id}`],
      ['GET', `/v1/registrations/nonsense`],
    ] as const) {
      expectProblem(await service.call(method, path, undefined, BANK), 404, 'registration_not_found');
    }
  });

  it('a registration needs a serial number and a vendor code as the app shows them', async () => {
    expectFaults(await register({ serialNumber: 'PG-1', vendorCode: 'x' }), '/serialNumber', '/vendorCode');
  });
});
