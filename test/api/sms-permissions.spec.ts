import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { randomUUID } from 'node:crypto';
import { pinProof, type PinPurpose } from '../../src/crypto/pin-proof.ts';
import type { ProblemError } from '../../src/phone/problem-error.ts';
import { eventually } from '../support/eventually.ts';
import { Installation } from '../support/installation.ts';
import { expectSecondsAfter } from '../support/instants.ts';
import { expectFaults, expectProblem } from '../support/problem.ts';
import { TEST_PIN, TestService, type Subscriber, type TestPerson } from '../support/service.ts';

const WRONG_PIN = '918273';
const PATH = '/app/v1/sms-permissions';
const BANK = { clientId: 'demo-bank' };
const TIME = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);

let service: TestService;
let subscriber: Subscriber;
let installation: Installation;

beforeAll(async () => {
  service = await TestService.start();
});
afterAll(async () => {
  await service.stop();
});
beforeEach(async () => {
  subscriber = await service.subscriber();
  installation = await Installation.of(subscriber.phone);
});

const clearStarts = () => service.rows.budgets.clearStarts();
const partyId = (clientId = 'demo-shop') => service.rows.clients.idOf(clientId);
/** Starts one authentication of this person, so that the relying party appears in the history. */
const wasAsked = async (clientId = 'demo-shop', { person }: Subscriber = subscriber) => {
  await service.start(person, { clientId });
  return partyId(clientId);
};
const permitted = async (clientId = 'demo-shop') => subscriber.phone.permitSms(await wasAsked(clientId), TEST_PIN);
const failures = () => service.rows.devices.pinFailuresOf(subscriber.phone.deviceId);
/** Text messages with a code to a number. */
const codesTo = ({ phoneNumber }: TestPerson) =>
  service.smsc.received.filter(({ to, text }) => to === phoneNumber && text.includes('인증번호'));
const texts = () => codesTo(subscriber.person);
/** Makes the SMS centre refuse the next twenty messages to this number. */
const centreAway = ({ phoneNumber }: TestPerson) => {
  service.smsc.answer(phoneNumber, ...Array.from({ length: 20 }, () => 'ESME_RTHROTTLED' as const));
};
const triedOnce = (id: string) =>
  eventually('a first try that the centre refused', async () => {
    return (await service.rows.deliveries.of(id)).filter(({ attempts }) => attempts > 0).length === 1;
  });
/** Waits for the next code, in the text message after the first `before` messages to the number. */
const nextCode = (before: number) =>
  eventually('another code by text message', () => /\[(\d{6})\]/.exec(texts()[before]?.text ?? '')?.[1]);
/** Creates proofs with the knowledge key that the phone itself would not create. */
const proofFor = async (purpose: PinPurpose, { id, nonce }: { id: string; nonce: string }) => {
  const { deviceId } = subscriber.phone;
  const bond = await service.rows.devices.bondOf(deviceId);
  const kept = await service.rows.devices.knowledgeKeyOf(deviceId);
  const key = service.keys.devices.decryptBound('devices:knowledge_key', kept, bond)!;
  return pinProof(key, { purpose, id, deviceId, nonce });
};
type Asked = { id: string; nonce: string; expiresAt: string };
const ask = async (relyingPartyId: string) =>
  (await installation.send('POST', PATH, { relyingPartyId })).body as unknown as Asked;
const confirm = (id: string, proof: string, by = installation) =>
  by.send('POST', `${PATH}/${id}/confirm`, { pinProof: proof });
const refusalOf = async (work: Promise<unknown>) => {
  const { status, code, attemptsLeft } = await work.then(
    () => ({ status: 200 }) as ProblemError,
    (error: unknown) => error as ProblemError,
  );
  return { status, code, ...(attemptsLeft !== undefined && { attemptsLeft }) };
};
/** Resolves once no delivery is queued for an authentication. */
const delivered = (id: string) => service.rows.deliveries.untilDone(id);
/** The state of an authentication, as its relying party reads it. */
const stateOf = async (id: string) => (await service.call('GET', `/v1/authentications/${id}`)).body['state'];
const permissions = async () => (await subscriber.phone.smsPermissions()).permissions;

describe('SMS that a subscriber permits for one relying party', () => {
  it('a permission for SMS covers one relying party alone, is reported, and ends by itself', async () => {
    const shop = await wasAsked('demo-shop');
    const bank = await wasAsked('demo-bank');
    expect(await subscriber.phone.smsPermissions()).toEqual({
      minutes: 10,
      relyingParties: [
        { id: bank, name: '두루은행', refusesSms: false },
        { id: shop, name: '한빛서점', refusesSms: false },
      ],
      permissions: [],
    });
    const sentAt = Date.now();
    const endsAt = await subscriber.phone.permitSms(shop, TEST_PIN);
    expectSecondsAfter(sentAt, 600, endsAt);

    const atBank = (await service.start(subscriber.person, BANK)).body;
    const atShop = (await service.start(subscriber.person)).body;
    expect([atBank.channel, atShop.channel]).toEqual(['push', 'sms']);
    const code = await nextCode(0);
    expect(texts().map(({ text }) => text)).toEqual([expect.stringContaining('[한빛서점]')]);
    expect((await subscriber.phone.pending()).map(({ id }) => id)).toEqual([atBank.id]);
    const { status, body } = await service.verify(atShop.id, code);
    expect({ status, channel: (body['result'] as { channel: string }).channel }).toEqual({
      status: 200,
      channel: 'sms',
    });
    expect(decodeJwt(body['assertion'] as string)).toMatchObject({ acr: 'sms', amr: ['sms', 'otp'] });

    expect((await subscriber.phone.history())[0]).toMatchObject({
      relyingParty: { name: '한빛서점' },
      channel: 'sms',
      state: 'verified',
    });
    const given = { id: expect.any(String), relyingParty: { name: '한빛서점' }, permittedAt: TIME };
    expect(await permissions()).toEqual([{ ...given, endsAt, active: true }]);

    await service.rows.smsPermissions.endPermitted(subscriber.subscriptionId);
    expect((await service.start(subscriber.person)).body.channel).toBe('push');
    expect(await permissions()).toEqual([{ ...given, endsAt: TIME, active: false }]);
    expect(texts()).toHaveLength(1);
  });

  it('a permission for SMS does not cover another person at the same relying party', async () => {
    await permitted();
    const stranger = await service.subscriber();
    expect((await service.start(stranger.person)).body.channel).toBe('push');
    expect((await stranger.phone.smsPermissions()).permissions).toEqual([]);
  });

  it('a permission for SMS has no effect before the PIN was proven', async () => {
    const relyingParty = await wasAsked();
    const sentAt = Date.now();
    const asked = await ask(relyingParty);
    expect(asked).toEqual({
      id: expect.any(String),
      relyingParty: { name: '한빛서점' },
      nonce: expect.stringMatching(/^[\w-]{22}$/),
      expiresAt: TIME,
    });
    expectSecondsAfter(sentAt, 180, asked.expiresAt);
    expect((await service.start(subscriber.person)).body.channel).toBe('push');
    expect(await permissions()).toEqual([]);
  });

  it('a permission for SMS that is granted again begins anew, and the earlier one has ended', async () => {
    await permitted();
    const again = await subscriber.phone.permitSms(await partyId(), TEST_PIN);
    expect((await permissions()).map(({ active }) => active)).toEqual([true, false]);
    expect((await permissions())[0]?.endsAt).toBe(again);
  });

  it('a permission for SMS works again when it is granted again after it had ended by itself', async () => {
    await permitted();
    await service.rows.smsPermissions.endPermitted(subscriber.subscriptionId);
    await subscriber.phone.permitSms(await partyId(), TEST_PIN);
    expect((await service.start(subscriber.person)).body.channel).toBe('sms');
  });

  it('permissions for SMS are listed with the last twenty, newest first', async () => {
    const shop = await wasAsked();
    for (let times = 1; times <= 21; times += 1) await subscriber.phone.permitSms(shop, TEST_PIN);
    const listed = await permissions();
    expect(listed).toHaveLength(20);
    expect(listed.map(({ active }) => active)).toEqual([true, ...Array.from({ length: 19 }, () => false)]);
    const times = listed.map(({ permittedAt }) => permittedAt);
    expect(times).toEqual(times.toSorted().toReversed());
  });
});

describe('a permission that has ended', () => {
  it('a permission that its person ended is followed by push at once, and the texted code is worthless', async () => {
    await permitted();
    const { id } = (await service.start(subscriber.person)).body;
    const code = await nextCode(0);
    const [{ id: permission } = { id: '' }] = await permissions();
    const answer = await installation.send('DELETE', `${PATH}/${permission}`);
    expect(answer).toMatchObject({ status: 204, body: {} });
    expectProblem(await service.verify(id, code), 409, 'authentication_closed', { state: 'cancelled' });
    expect((await service.start(subscriber.person)).body.channel).toBe('push');
    // A repeated deletion gives the same answer.
    expect((await installation.send('DELETE', `${PATH}/${permission}`)).status).toBe(204);
  });

  it('a permission that its person ended leaves the authentications of another relying party unchanged', async () => {
    await permitted();
    const { id } = (await service.start(subscriber.person, BANK)).body;
    await subscriber.phone.endSms((await permissions())[0]!.id);
    expect((await subscriber.phone.pending()).map((one) => one.id)).toContain(id);
  });

  it('a permission that ended before the text was delivered stops the text', async () => {
    await permitted();
    centreAway(subscriber.person);
    const { id, channel } = (await service.start(subscriber.person)).body;
    expect(channel).toBe('sms');
    await triedOnce(id);
    await service.rows.smsPermissions.endPermitted(subscriber.subscriptionId);
    await delivered(id);
    expect(texts()).toEqual([]);
  });

  it('a permission that has ended prevents sending the same code again', async () => {
    await permitted();
    const { id } = (await service.start(subscriber.person)).body;
    await nextCode(0);
    const resend = async () => {
      await service.rows.authentications.rewindSending(id, 31);
      expect((await service.call('POST', `/v1/authentications/${id}/resend`)).status).toBe(202);
      await delivered(id);
    };
    await resend();
    expect(texts()).toHaveLength(2);
    await service.rows.smsPermissions.endPermitted(subscriber.subscriptionId);
    await resend();
    expect(texts()).toHaveLength(2);
  });

  it.each<[string, () => Promise<unknown>]>([
    ['a reported loss', () => service.operate(subscriber.subscriptionId, 'report-loss')],
    ['a cancelled subscription', () => service.operate(subscriber.subscriptionId, 'cancel')],
    ['a suspended line', () => service.sendEvent(subscriber.person.lineId, 'suspended', undefined, 1)],
    ['a swapped SIM', () => service.sendEvent(subscriber.person.lineId, 'sim-swapped', undefined, 1)],
    [
      'another handset',
      () => {
        const handset = { os: 'android', osVersion: '14', formFactor: 'phone', model: 'SM-X' };
        return service.sendEvent(subscriber.person.lineId, 'device-changed', handset, 1);
      },
    ],
  ])(
    'a permission that ended with %s also closes the authentication that was texted under it',
    async (_case, happen) => {
      await permitted();
      const { id } = (await service.start(subscriber.person)).body;
      const code = await nextCode(0);
      await happen();
      expectProblem(await service.verify(id, code), 409, 'authentication_closed', { state: 'cancelled' });
      expect(await service.rows.smsPermissions.of(subscriber.subscriptionId)).toMatchObject([{ ended: true }]);
    },
  );

  it('a permission that ended with a suspension does not return when that is lifted', async () => {
    await permitted();
    await service.operate(subscriber.subscriptionId, 'report-loss');
    expect((await service.start(subscriber.person)).body.channel).toBe('push');
    await service.operate(subscriber.subscriptionId, 'resume');
    expect((await service.start(subscriber.person)).body.channel).toBe('push');
    expect(texts()).toEqual([]);
  });

  it('a permission that has ended closes an authentication that was texted at the same instant', async () => {
    await permitted();
    const { id } = (await service.start(subscriber.person)).body;
    const code = await nextCode(0);
    const openAgain = await service.rows.authentications.openAgainLater(id);
    await service.operate(subscriber.subscriptionId, 'report-loss');
    // Simulates a start that commits between the suspension's last read and its commit.
    await openAgain();
    expectProblem(await service.verify(id, code), 422, 'code_mismatch', { attemptsLeft: 4 });
  });

  it('a permission ends with the phone that granted it, when another one replaces that phone', async () => {
    await permitted();
    const { body } = await service.operate(subscriber.subscriptionId, 'enrolment-code');
    const newer = await service.enrol(body['enrolmentCode'] as string);
    await newer.confirmTest((await newer.readTestEnvelope(await newer.testEnvelope())).code);
    expect((await service.start(subscriber.person)).body.channel).toBe('push');
    expect((await newer.smsPermissions()).permissions).toMatchObject([{ active: false }]);
    expectProblem(await installation.send('GET', PATH), 401, 'device_proof_invalid');
  });

  it('a permission ends with the relying party’s own refusal', async () => {
    const bank = await wasAsked('demo-bank');
    await subscriber.phone.permitSms(bank, TEST_PIN);
    await service.rows.clients.refuseSms('demo-bank', true);
    try {
      expect((await service.start(subscriber.person, BANK)).body.channel).toBe('push');
      const listed = await subscriber.phone.smsPermissions();
      expect(listed.relyingParties).toEqual([{ id: bank, name: '두루은행', refusesSms: true }]);
      expect(listed.permissions).toMatchObject([{ active: false }]);
      expectProblem(await installation.send('POST', PATH, { relyingPartyId: bank }), 403, 'sms_not_permitted');
    } finally {
      await service.rows.clients.refuseSms('demo-bank', false);
    }
  });
});

describe('conditions that do not permit SMS', () => {
  it.each<[string, () => Promise<unknown>]>([
    ['no push token', () => service.rows.devices.dropPushToken(subscriber.phone.deviceId)],
    ['a locked PIN', () => service.rows.devices.lockPin(subscriber.phone.deviceId)],
    ['no device', () => service.sendEvent(subscriber.person.lineId, 'device-changed', HANDSET, 1)],
    ['a suspension', () => service.operate(subscriber.subscriptionId, 'report-loss')],
  ])('a subscriber’s code does not go by SMS because of %s', async (_case, happen) => {
    await happen();
    expect((await service.start(subscriber.person)).body.channel).toBe('push');
    expect(texts()).toEqual([]);
  });

  const HANDSET = { os: 'android', osVersion: '14', formFactor: 'phone', model: 'SM-X' };

  it('a code does not go by SMS to a line whose protection has begun since the start', async () => {
    const person = await service.addLine();
    const { enrolmentCode } = await service.subscribe(person);
    centreAway(person);
    const { id, channel } = (await service.start(person)).body;
    expect(channel).toBe('sms');
    await triedOnce(id);
    const phone = await service.enrol(enrolmentCode);
    await phone.confirmTest((await phone.readTestEnvelope(await phone.testEnvelope())).code);
    await delivered(id);
    expect(codesTo(person)).toEqual([]);
  });
});

describe('the PIN of a permission', () => {
  it('the PIN of a permission shares its counter with opening, and the fifth wrong one locks both', async () => {
    const shop = await wasAsked();
    const [pending] = await subscriber.phone.pending();
    const wrong = (attemptsLeft: number) => ({ status: 422, code: 'pin_mismatch', attemptsLeft });
    expect(await refusalOf(subscriber.phone.permitSms(shop, WRONG_PIN))).toEqual(wrong(4));
    expect(await refusalOf(subscriber.phone.open(pending!, WRONG_PIN))).toEqual(wrong(3));
    expect(await refusalOf(subscriber.phone.checkPin(WRONG_PIN))).toEqual(wrong(2));
    expect(await refusalOf(subscriber.phone.permitSms(shop, WRONG_PIN))).toEqual(wrong(1));
    const locked = { status: 423, code: 'pin_locked' };
    expect(await refusalOf(subscriber.phone.permitSms(shop, WRONG_PIN))).toEqual(locked);
    for (const attempt of [
      subscriber.phone.permitSms(shop, TEST_PIN),
      subscriber.phone.open(pending!, TEST_PIN),
      subscriber.phone.checkPin(TEST_PIN),
    ]) {
      expect(await refusalOf(attempt)).toEqual(locked);
    }
    expect(await permissions()).toEqual([]);
  });

  it('a right PIN of a permission resets the failure counter', async () => {
    const shop = await wasAsked();
    for (let tries = 1; tries <= 4; tries += 1) await refusalOf(subscriber.phone.permitSms(shop, WRONG_PIN));
    await subscriber.phone.permitSms(shop, TEST_PIN);
    expect(await failures()).toBe(0);
  });

  it('the PIN of a permission is proven once: the same proof permits nothing again', async () => {
    const asked = await ask(await wasAsked());
    const proof = await proofFor('sms', asked);
    expect(await confirm(asked.id, proof)).toMatchObject({ status: 200, body: { endsAt: TIME } });
    expectProblem(await confirm(asked.id, proof), 410, 'pin_nonce_spent');
    await subscriber.phone.endSms(asked.id);
    expectProblem(await confirm(asked.id, proof), 410, 'pin_nonce_spent');
    const next = await ask(await partyId());
    expectProblem(await confirm(next.id, proof), 422, 'pin_mismatch', { attemptsLeft: 4 });
    expect((await service.start(subscriber.person)).body.channel).toBe('push');
  });

  it.each<PinPurpose>(['open', 'pin'])(
    'the PIN of a permission needs its own proof: a proof for %s is a wrong PIN',
    async (purpose) => {
      const asked = await ask(await wasAsked());
      const answer = await confirm(asked.id, await proofFor(purpose, asked));
      expectProblem(answer, 422, 'pin_mismatch', { attemptsLeft: 4 });
      expect(await permissions()).toEqual([]);
    },
  );

  it.each<PinPurpose>(['sms', 'pin'])('an authentication is not opened with a proof for %s', async (purpose) => {
    await wasAsked();
    const [pending] = await subscriber.phone.pending();
    const body = { pinProof: await proofFor(purpose, pending!) };
    const answer = await installation.send('POST', `/app/v1/authentications/${pending!.id}/open`, body);
    expectProblem(answer, 422, 'pin_mismatch', { attemptsLeft: 4 });
    expect(await stateOf(pending!.id)).toBe('pending');
  });

  it('the PIN of a permission is not accepted after three minutes, and no attempt is counted', async () => {
    const asked = await ask(await wasAsked());
    await service.rows.smsPermissions.expireRequest(asked.id);
    expectProblem(await confirm(asked.id, await proofFor('sms', asked)), 410, 'pin_nonce_spent');
    expect(await failures()).toBe(0);
  });

  it('the PIN of a permission is requested once at a time: a new request replaces the one before', async () => {
    const first = await ask(await wasAsked());
    await ask(await partyId());
    expectProblem(await confirm(first.id, await proofFor('sms', first)), 404, 'sms_permission_not_found');
  });

  it('the PIN of a permission, proven a hundred times at once, permits once', async () => {
    const asked = await ask(await wasAsked());
    const proof = await proofFor('sms', asked);
    const answers = await Promise.all(Array.from({ length: 100 }, () => confirm(asked.id, proof)));
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    // Five concurrent attempts count as failures until they are judged, so a further one finds the PIN locked for that
    // moment.
    expect(statuses.filter((status) => ![200, 410, 423].includes(status))).toEqual([]);
    expect(await permissions()).toHaveLength(1);
    expect(await failures()).toBe(0);
  });

  it.each<[string, unknown]>([
    ['missing', undefined],
    ['a number', 1],
    ['empty', ''],
    ['too long', 'x'.repeat(129)],
  ])(
    'the PIN of a permission cannot be proven with a pinProof that is %s, and no attempt is counted',
    async (_case, proof) => {
      const { id } = await ask(await wasAsked());
      expectFaults(await installation.send('POST', `${PATH}/${id}/confirm`, { pinProof: proof }), '/pinProof');
      expect(await failures()).toBe(0);
    },
  );
});

describe('the refusal of a permission', () => {
  it('a permission is refused for a relying party that never started for this person, or an unknown or impossible one', async () => {
    const stranger = await service.subscriber();
    const bank = await wasAsked('demo-bank', stranger);
    for (const relyingPartyId of [bank, randomUUID(), 'x', await partyId('demo-carrier')]) {
      expectProblem(await installation.send('POST', PATH, { relyingPartyId }), 404, 'relying_party_not_found');
    }
    expect((await subscriber.phone.smsPermissions()).relyingParties).toEqual([]);
  });

  it.each([undefined, 1, '', null, 'x'.repeat(65)])(
    'a permission is refused for the relying party %p',
    async (relyingPartyId) => {
      expectFaults(await installation.send('POST', PATH, { relyingPartyId }), '/relyingPartyId');
    },
  );

  it('a permission cannot be confirmed or ended by another person’s phone', async () => {
    const asked = await ask(await wasAsked());
    const proof = await proofFor('sms', asked);
    const other = await Installation.of((await service.subscriber()).phone);
    expectProblem(await confirm(asked.id, proof, other), 404, 'sms_permission_not_found');
    expect((await confirm(asked.id, proof)).status).toBe(200);
    for (const id of [asked.id, randomUUID(), 'x']) {
      expectProblem(await other.send('DELETE', `${PATH}/${id}`), 404, 'sms_permission_not_found');
    }
    expect(await permissions()).toMatchObject([{ active: true }]);
  });

  it('a permission is refused while the subscription is suspended, whether it was requested before or not', async () => {
    const shop = await wasAsked();
    const asked = await ask(shop);
    const proof = await proofFor('sms', asked);
    await service.operate(subscriber.subscriptionId, 'report-loss');
    expectProblem(await installation.send('POST', PATH, { relyingPartyId: shop }), 409, 'subscription_not_active');
    expectProblem(await confirm(asked.id, proof), 404, 'sms_permission_not_found');
    await service.operate(subscriber.subscriptionId, 'resume');
    expectProblem(await confirm(asked.id, proof), 404, 'sms_permission_not_found');
  });

  it('a permission is refused for a relying party that has refused SMS since the request', async () => {
    const bank = await wasAsked('demo-bank');
    const asked = await ask(bank);
    await service.rows.clients.refuseSms('demo-bank', true);
    const answer = await confirm(asked.id, await proofFor('sms', asked));
    await service.rows.clients.refuseSms('demo-bank', false);
    expectProblem(answer, 403, 'sms_not_permitted');
    expect(await permissions()).toEqual([]);
  });

  it('a permission is refused to a phone that is still under test', async () => {
    const shop = await wasAsked();
    const { body } = await service.operate(subscriber.subscriptionId, 'enrolment-code');
    const testing = await service.enrol(body['enrolmentCode'] as string);
    expect(await refusalOf(testing.permitSms(shop, TEST_PIN))).toEqual({
      status: 409,
      code: 'subscription_not_active',
    });
  });
});

describe('the setting of 0 minutes', () => {
  let without: TestService;
  beforeAll(async () => {
    without = await TestService.start({ SMS_PERMISSION_MINUTES: '0' });
  });
  afterAll(async () => {
    await without.stop();
  });

  it('a setting of 0 minutes permits nothing, and earlier permissions no longer count', async () => {
    const { person, phone, subscriptionId } = await without.subscriber();
    await without.start(person);
    const { minutes, relyingParties } = await phone.smsPermissions();
    expect(minutes).toBe(0);
    const [{ id } = { id: '' }] = relyingParties;
    expect(await refusalOf(phone.permitSms(id, TEST_PIN))).toEqual({ status: 403, code: 'sms_not_permitted' });
    const own = await Installation.of(phone);
    const answer = await own.send('POST', `${PATH}/${randomUUID()}/confirm`, { pinProof: 'x' });
    expectProblem(answer, 403, 'sms_not_permitted');
    await without.rows.smsPermissions.add({ subscriptionId, relyingPartyId: id, deviceId: phone.deviceId });
    expect((await without.start(person)).body.channel).toBe('push');
    expect((await phone.smsPermissions()).permissions).toMatchObject([{ active: false }]);
  });
});

describe('a check of the PIN', () => {
  const CHECK = '/app/v1/device/pin-check';
  const askCheck = async () => (await installation.send('POST', CHECK)).body as unknown as Asked;
  const check = (id: string, proof: string, by = installation) =>
    by.send('POST', `${CHECK}/${id}/confirm`, { pinProof: proof });

  it('a check of the PIN accepts the right PIN and resets the counter, and refuses another one', async () => {
    expect(await refusalOf(subscriber.phone.checkPin(WRONG_PIN))).toEqual({
      status: 422,
      code: 'pin_mismatch',
      attemptsLeft: 4,
    });
    await subscriber.phone.checkPin(TEST_PIN);
    expect(await failures()).toBe(0);
  });

  it('a check of the PIN precedes its change: the new PIN is right from then on, and the old one is not', async () => {
    await subscriber.phone.checkPin(TEST_PIN);
    await subscriber.phone.changePin(TEST_PIN, '905173');
    await subscriber.phone.checkPin('905173');
    expect(await refusalOf(subscriber.phone.checkPin(TEST_PIN))).toMatchObject({ code: 'pin_mismatch' });
  });

  it('a check of the PIN accepts each proof once, for three minutes', async () => {
    const asked = await askCheck();
    expect(asked).toEqual({ id: expect.any(String), nonce: expect.stringMatching(/^[\w-]{22}$/), expiresAt: TIME });
    const proof = await proofFor('pin', asked);
    expect(await check(asked.id, proof)).toMatchObject({ status: 204, body: {} });
    expectProblem(await check(asked.id, proof), 410, 'pin_nonce_spent');
    const late = await askCheck();
    await service.rows.devices.expirePinCheck(subscriber.phone.deviceId);
    expectProblem(await check(late.id, await proofFor('pin', late)), 410, 'pin_nonce_spent');
    expect(await failures()).toBe(0);
  });

  it.each<PinPurpose>(['open', 'sms'])(
    'a check of the PIN needs its own proof: a proof for %s is a wrong PIN',
    async (purpose) => {
      const asked = await askCheck();
      const answer = await check(asked.id, await proofFor(purpose, asked));
      expectProblem(answer, 422, 'pin_mismatch', { attemptsLeft: 4 });
    },
  );

  it('a check of the PIN with concurrent wrong PINs never exceeds the limit of five', async () => {
    const { id } = await askCheck();
    const answers = await Promise.all(Array.from({ length: 12 }, () => check(id, 'wrong')));
    const codes = answers.map(({ body }) => body['code']);
    expect(codes.filter((code) => code === 'pin_mismatch')).toHaveLength(4);
    expect(codes.filter((code) => code === 'pin_locked')).toHaveLength(8);
  });

  it('a check of the PIN belongs to its phone alone, and an unknown check is answered like an expired one', async () => {
    const asked = await askCheck();
    const other = await Installation.of((await service.subscriber()).phone);
    expectProblem(await check(asked.id, await proofFor('pin', asked), other), 410, 'pin_nonce_spent');
    for (const id of [randomUUID(), 'x']) expectProblem(await check(id, 'x'), 410, 'pin_nonce_spent');
    expect(await failures()).toBe(0);
  });

  it('a check of the PIN is refused while the subscription is suspended', async () => {
    await service.operate(subscriber.subscriptionId, 'report-loss');
    expect(await refusalOf(subscriber.phone.checkPin(TEST_PIN))).toEqual({
      status: 409,
      code: 'subscription_not_active',
    });
  });
});

it('a request for SMS that was never confirmed is deleted, and a permission that has ended is settled', async () => {
  await permitted();
  await ask(await partyId());
  await service.rows.smsPermissions.ageRequests(subscriber.subscriptionId, 2);
  await service.rows.smsPermissions.endPermitted(subscriber.subscriptionId);
  await eventually('one settled permission', async () => {
    const kept = await service.rows.smsPermissions.of(subscriber.subscriptionId);
    return kept.length === 1 && kept[0]!.settled;
  });
  await clearStarts();
});
