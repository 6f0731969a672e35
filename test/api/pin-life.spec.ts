import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { AUTHENTICATOR_TERMS } from '../../src/domain/authenticator.ts';
import type { Phone, PhoneAlert } from '../../src/phone/phone.ts';
import { ProblemError } from '../../src/phone/problem-error.ts';
import { eventually } from '../support/eventually.ts';
import { Installation } from '../support/installation.ts';
import { expectProblem } from '../support/problem.ts';
import { TEST_PIN, TestService, type Answer, type Subscriber } from '../support/service.ts';

let service: TestService;
let owner: Subscriber;

beforeAll(async () => {
  service = await TestService.start();
});
afterAll(() => service.stop());
beforeEach(async () => {
  owner = await service.subscriber();
});

const WRONG_PIN = '000000';
const refusal = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'done',
    (error: unknown) => (error instanceof ProblemError ? error.code : String(error)),
  );
const guess = () => refusal(owner.phone.checkPin(WRONG_PIN));
/** Guesses one after the other; the answers. */
async function guesses(times: number): Promise<string[]> {
  const answers: string[] = [];
  for (let tries = 0; tries < times; tries += 1) answers.push(await guess());
  return answers;
}
const unlock = (): Promise<Answer> =>
  service.call(
    'POST',
    `/operator/v1/subscriptions/${owner.subscriptionId}/unlock-pin`,
    { reason: '본인 확인함' },
    { scope: 'operator' },
  );
const wrongInAll = () => service.rows.devices.pinWrongOf(owner.phone.deviceId);
const alertOf = async (phone: Phone, kind: PhoneAlert['kind']): Promise<PhoneAlert> =>
  eventually(`an alert of kind ${kind}`, async () => (await phone.alerts()).find((alert) => alert.kind === kind));
const standing = async () => (await service.rows.subscriptions.of(owner.subscriptionId))!;
const texts = (part: string) =>
  service.smsc.received.filter(({ to, text }) => to === owner.person.phoneNumber && text.includes(part));
const noticesOf = (kind: string) =>
  service.pushesTo(owner.pushToken).filter(({ data }) => data['t'] === 'notice' && data['kind'] === kind);

describe('fifteen wrong PINs in all', () => {
  it('lock the PIN for good: no unlock revives it, and the right PIN is refused too', async () => {
    expect(await guesses(5)).toEqual([...Array<string>(4).fill('pin_mismatch'), 'pin_locked']);
    expect((await unlock()).status).toBe(204);
    expect((await guesses(5)).at(-1)).toBe('pin_locked');
    await service.rows.devices.unlockPin(owner.phone.deviceId);
    expect((await guesses(5)).at(-1)).toBe('pin_exhausted');
    expect(await owner.phone.standing()).toMatchObject({ pinLocked: true, pinExhausted: true });
    const refused = await unlock();
    expectProblem(refused, 423, 'pin_exhausted');
    expect(refused.body['detail']).toContain('enrol the phone anew');
    await service.rows.devices.unlockPin(owner.phone.deviceId);
    expect(await refusal(owner.phone.checkPin(TEST_PIN))).toBe('pin_exhausted');
    expect(await wrongInAll()).toBe(15);
  });

  it('a right PIN begins the count anew, and until then fewer tries are left than five', async () => {
    await service.rows.devices.setPinWrong(owner.phone.deviceId, 13);
    const left = await owner.phone.checkPin(WRONG_PIN).catch((error: unknown) => (error as ProblemError).attemptsLeft);
    expect(left).toBe(1);
    expect(await owner.phone.standing()).not.toHaveProperty('pinExhausted');
    await owner.phone.checkPin(TEST_PIN);
    expect(await wrongInAll()).toBe(0);
    expect(await guesses(4)).toEqual(Array<string>(4).fill('pin_mismatch'));
  });

  it.each<[string, () => Promise<unknown>]>([
    [
      'opening a request',
      async () => {
        await service.start(owner.person);
        return owner.phone.open((await owner.phone.pending())[0]!, WRONG_PIN);
      },
    ],
    ['a PIN check', () => owner.phone.checkPin(WRONG_PIN)],
    [
      'a permission of SMS',
      async () => {
        await service.start(owner.person);
        const { relyingParties } = await owner.phone.smsPermissions();
        return owner.phone.permitSms(relyingParties[0]!.id, WRONG_PIN);
      },
    ],
    [
      'the registration of an institution',
      async () => {
        const { phoneNumber, birthDate, genderDigit } = owner.person;
        const { serialNumber } = await owner.phone.enrolAuthenticator('otp', TEST_PIN, AUTHENTICATOR_TERMS);
        await service.rows.devices.setPinWrong(owner.phone.deviceId, 14);
        const body = { phoneNumber, birthDate, genderDigit, serialNumber, vendorCode: 'PG' };
        await service.call('POST', '/v1/registrations', body, { clientId: 'demo-securities' });
        const asked = await eventually('the registration', async () => (await owner.phone.registrations())[0]);
        return owner.phone.confirmRegistration(asked, WRONG_PIN);
      },
    ],
    [
      'the answer to an alert',
      async () => {
        await service.operate(owner.subscriptionId, 'report-loss');
        return owner.phone.objectToAlert(await alertOf(owner.phone, 'loss_reported'), WRONG_PIN);
      },
    ],
  ])('%s counts like every other proof of the PIN', async (_, prove) => {
    await service.rows.devices.setPinWrong(owner.phone.deviceId, 14);
    expect(await refusal(prove())).toBe('pin_exhausted');
    expect(await wrongInAll()).toBe(15);
  });

  it('twenty guesses at once, with unlocks between them, are never more than fifteen', async () => {
    await service.rows.devices.setPinWrong(owner.phone.deviceId, 3);
    await service.start(owner.person);
    const pending = (await owner.phone.pending())[0]!;
    const answers: string[] = [];
    const open = async () => answers.push(await refusal(owner.phone.open(pending, WRONG_PIN)));
    for (let round = 0; round < 5; round += 1) {
      const unlocks = [0, 1].map(() => service.rows.devices.unlockPin(owner.phone.deviceId));
      await Promise.all([...Array.from({ length: 20 }, open), ...unlocks]);
    }
    expect(await wrongInAll()).toBe(15);
    expect(answers.filter((code) => code === 'pin_mismatch').length).toBeLessThanOrEqual(12);
    expect(answers.at(-1)).toBe('pin_exhausted');
  });
});

describe('right PINs at the same time', () => {
  const TOGETHER = 20;
  /** Sends the same proof of the PIN many times at once, each with a Device-Proof of its own; the answers. */
  const together = async (path: string, body: object): Promise<number[]> => {
    const installation = await Installation.of(owner.phone);
    const sendings = Array.from({ length: TOGETHER }, () => installation.send('POST', path, body));
    return (await Promise.all(sendings)).map(({ status }) => status).sort();
  };
  const expectNoLock = async (): Promise<void> => {
    expect(await owner.phone.standing()).toMatchObject({ pinLocked: false });
    expect((await owner.phone.alerts()).filter(({ kind }) => kind === 'pin_locked')).toEqual([]);
    expect([texts('비밀번호를 여러 번').length, noticesOf('pin_locked').length]).toEqual([0, 0]);
    expect(await wrongInAll()).toBe(0);
  };

  it('open an authentication, and none counts as wrong', async () => {
    await service.start(owner.person);
    const [pending] = await owner.phone.pending();
    const pinProof = await owner.phone['prove']('open', pending!, TEST_PIN);
    const answers = await together(`/app/v1/authentications/${pending!.id}/open`, { pinProof });
    expect(answers).toEqual(Array<number>(TOGETHER).fill(202));
    await expectNoLock();
  });

  it('approve an authentication once, and none counts as wrong', async () => {
    const { phoneNumber, birthDate, genderDigit } = owner.person;
    const body = { phoneNumber, birthDate, genderDigit, purpose: '이체 확인', method: 'approve' };
    const { match } = (await service.call<{ match: string }>('POST', '/v1/authentications', body)).body;
    const [pending] = await owner.phone.pending();
    const pinProof = await owner.phone['prove']('approve', pending!, TEST_PIN, match);
    const answers = await together(`/app/v1/authentications/${pending!.id}/approve`, { pinProof, match });
    expect(answers).toEqual([202, ...Array<number>(TOGETHER - 1).fill(409)]);
    await expectNoLock();
  });

  it('are not refused as locked while another process compares five right ones', async () => {
    await service.start(owner.person);
    const [pending] = await owner.phone.pending();
    await service.rows.devices.countPins(owner.phone.deviceId, 5);
    const spent = await service.rows.devices.proofsOf(owner.phone.deviceId);
    const answer = owner.phone.open(pending!, TEST_PIN).catch((error: unknown) => error);
    await eventually('the try', async () => (await service.rows.devices.proofsOf(owner.phone.deviceId)) > spent);
    await service.rows.devices.unlockPin(owner.phone.deviceId);
    await service.rows.devices.setPinWrong(owner.phone.deviceId, 0);
    expect(await answer).toMatchObject({ status: 503, code: 'service_unavailable', retryAfterSeconds: 1 });
    await expectNoLock();
    expect(await refusal(owner.phone.open(pending!, TEST_PIN))).toBe('done');
  });

  it('are refused after a process counted five and ended before it compared them, and the person is told', async () => {
    await service.rows.devices.countPins(owner.phone.deviceId, 5);
    expect(await refusal(owner.phone.checkPin(TEST_PIN))).toBe('pin_locked');
    expect(await alertOf(owner.phone, 'pin_locked')).toMatchObject({ state: 'open' });
  });
});

describe('a locked PIN', () => {
  it('is told once to the phone and to the number, however many wrong PINs arrive at the same time', async () => {
    await service.start(owner.person);
    const pending = (await owner.phone.pending())[0]!;
    await Promise.all(Array.from({ length: 12 }, () => refusal(owner.phone.open(pending, WRONG_PIN))));
    const alerts = (await owner.phone.alerts()).filter(({ kind }) => kind === 'pin_locked');
    expect(alerts).toHaveLength(1);
    await eventually('the text message', () => texts('비밀번호를 여러 번').length > 0);
    await eventually('the notice', () => noticesOf('pin_locked').length > 0);
    const push = await service.pushed(owner.pushToken, 'alert');
    expect(push.data).toEqual({ t: 'alert', id: alerts[0]!.id });
    expect(await guess()).toBe('pin_locked');
    expect((await owner.phone.alerts()).filter(({ kind }) => kind === 'pin_locked')).toHaveLength(1);
    expect([texts('비밀번호를 여러 번').length, noticesOf('pin_locked').length]).toEqual([1, 1]);
  });

  it('gives whoever guesses no way to suspend: the alert cannot be answered without the right PIN', async () => {
    await guesses(5);
    const alert = await alertOf(owner.phone, 'pin_locked');
    expect(await refusal(owner.phone.objectToAlert(alert, WRONG_PIN))).toBe('pin_locked');
    expect(await refusal(owner.phone.objectToAlert(alert, TEST_PIN))).toBe('pin_locked');
    expect(await standing()).toMatchObject({ state: 'active' });
  });

  it('after the unlock the person may say that it was another one, which suspends and takes two people to lift', async () => {
    await guesses(5);
    await unlock();
    await owner.phone.objectToAlert(await alertOf(owner.phone, 'pin_locked'), TEST_PIN);
    expect(await standing()).toMatchObject({ state: 'suspended', suspensions: ['loss_reported'] });
    await owner.phone.objectToAlert(await alertOf(owner.phone, 'loss_reported'), TEST_PIN);
    expect(await standing()).toMatchObject({ state: 'suspended', suspensions: ['loss_reported'] });
  });

  it('a phone that was replaced lately may object while the new one is locked', async () => {
    const { enrolmentCode } = (await service.operate(owner.subscriptionId, 'enrolment-code')).body as {
      enrolmentCode: string;
    };
    const thief = await service.enrol(enrolmentCode, { pushToken: `token-${randomUUID()}`, pin: '382615' });
    await thief.confirmTest((await thief.readTestEnvelope(await thief.testEnvelope())).code);
    for (let tries = 0; tries < 5; tries += 1) await refusal(thief.checkPin(WRONG_PIN));
    await owner.phone.objectToAlert(await alertOf(owner.phone, 'pin_locked'), TEST_PIN);
    expect(await standing()).toMatchObject({ state: 'suspended', suspensions: ['loss_reported'] });
  });
});

describe('an unlocked PIN', () => {
  it('is told to the phone and to the number, and an objection suspends', async () => {
    await guesses(5);
    await unlock();
    await eventually('the text message', () => texts('비밀번호 잠금을 해제').length === 1);
    await eventually('the notice', () => noticesOf('pin_unlocked').length === 1);
    await owner.phone.objectToAlert(await alertOf(owner.phone, 'pin_unlocked'), TEST_PIN);
    expect(await standing()).toMatchObject({ state: 'suspended', suspensions: ['loss_reported'] });
  });

  it('a confirmation only closes the alert', async () => {
    await guesses(5);
    await unlock();
    await owner.phone.confirmAlert(await alertOf(owner.phone, 'pin_unlocked'), TEST_PIN);
    expect(await standing()).toMatchObject({ state: 'active' });
    expect(await alertOf(owner.phone, 'pin_unlocked')).toMatchObject({ state: 'confirmed' });
  });
});
