import { AUTHENTICATOR_TERMS } from '../../domain/authenticator.ts';
import { randomId } from '../../crypto/random.ts';
import { Phone, type PendingAuthentication } from '../../phone/phone.ts';
import { SimulatedCard } from '../../phone/card.ts';
import { call, expect, PIN, type Announcement, type Answer, type Scene, type JourneyStep } from './scene.ts';

const BANK = 'demo-bank';
const SECURITIES = 'demo-securities';
const TRANSFER = [
  { label: '받는 분', value: '홍길동' },
  { label: '계좌', value: '두루은행 110-234-567890' },
  { label: '금액', value: '1,250,000원' },
];

/** The people of this act: one with one-time passwords, another with a Smart OTP. The steps add their phones. */
interface Cast {
  otp?: { phone: Phone; subscriptionId: string; reissueId?: string };
  sign?: {
    own: Phone;
    device: Phone;
    card: SimulatedCard;
    signed: { started: Answer; code: string };
    registrationId?: string;
  };
}
const cast: Cast = {};

/** Fourth act: codes that a phone computes by itself, and a lost phone. */
export const RELATIVES: readonly JourneyStep[] = [
  {
    title: 'A person enrols OTP in the app and is verified by a code that the phone generates without a network',
    play: async (scene) => {
      const { subscriptionId, phone } = await subscribed(scene, 'demo-4', 'OTP 전화기');
      await phone.enrolAuthenticator('otp', PIN, AUTHENTICATOR_TERMS);
      const offline = await Phone.restore(await phone.toState(), {
        fetch: () => Promise.reject(new Error('no network')),
      });
      const started = await startBy(scene, 'demo-4', { method: 'otp' });
      expect(started.body['channel'] === 'otp', `a start by OTP expected, got ${JSON.stringify(started.body)}`);
      const { code } = await offline.oneTimeCode(PIN);
      const { status, body } = await verifyAt(scene, started, { code });
      const { channel } = (body['result'] ?? {}) as { channel?: string };
      expect(status === 200 && channel === 'otp', `verified by otp expected, got ${status} ${JSON.stringify(body)}`);
      cast.otp = { phone, subscriptionId };
      return `${code}: verified, channel ${channel}`;
    },
  },
  {
    title: 'Five wrong codes in a row lock only OTP; an authentication by push unlocks it',
    play: async (scene) => {
      const { phone } = otp();
      const started = await startBy(scene, 'demo-4', { method: 'otp' });
      const { code } = await phone.oneTimeCode(PIN);
      const wrong = code === '000000' ? '111111' : '000000';
      for (let tries = 0; tries < 5; tries += 1) await verifyAt(scene, started, { code: wrong });
      const [locked] = await phone.authenticators();
      const pushed = await startBy(scene, 'demo-4', {});
      const asked = await pendingOn(phone, pushed);
      await phone.open(asked, PIN);
      const read = await phone.readCode(await phone.envelope(asked.id), asked.id);
      const { status } = await verifyAt(scene, pushed, { code: read.code });
      const [unlocked] = await phone.authenticators();
      expect(
        locked?.locked === true && status === 200 && unlocked?.locked === false,
        `locked, 200 and unlocked expected, got ${String(locked?.locked)}, ${status}, ${String(unlocked?.locked)}`,
      );
      return 'locked; verified by push; unlocked';
    },
  },
  {
    title: 'A bank issues a Smart OTP with a card: the app shows a transfer, and signs it with PIN and card',
    play: async (scene) => {
      const { phone } = await subscribed(scene, 'demo-11', '내 전화기');
      const card = await SimulatedCard.create();
      const issued = await call(scene, BANK, 'POST', '/v1/smart-otps', {
        ...named(scene, 'demo-11'),
        cardKey: card.publicJwk,
      });
      const device = await enrol(scene, String(issued.body['enrolmentCode']), '스마트OTP');
      await device.enrolAuthenticator('sign', PIN, AUTHENTICATOR_TERMS);
      const started = await startSigning(scene, BANK);
      const asked = await pendingOn(device, started);
      await device.open(asked, PIN, card);
      const code = await device.sign(asked, PIN);
      cast.sign = { own: phone, device, card, signed: { started, code } };
      const shown = (asked.transaction ?? []).map(({ label, value }) => `${label} ${value}`).join(', ');
      return `${shown}: ${code}`;
    },
  },
  {
    title:
      'One digit of the amount is changed on the way: the code is refused; for the transfer that the app showed it is accepted',
    play: async (scene) => {
      const { started, code } = sign().signed;
      const changed = TRANSFER.map((one) => ({ ...one, value: one.value.replace('1,250', '9,250') }));
      const refused = await verifyAt(scene, started, { code, transaction: changed }, BANK);
      const { status } = await verifyAt(scene, started, { code, transaction: TRANSFER }, BANK);
      expect(refused.status === 422 && status === 200, `422 and 200 expected, got ${refused.status} and ${status}`);
      return `${changed[2]?.value ?? ''}: ${String(refused.body['code'])}; ${TRANSFER[2]?.value ?? ''}: verified`;
    },
  },
  {
    title: 'Another institution registers the Smart OTP by its serial number; the person confirms it in the app',
    play: async (scene) => {
      const { own, device, card } = sign();
      const [authenticator] = await device.authenticators();
      const { serialNumber = '', vendorCode = '' } = authenticator ?? {};
      const asked = await call(scene, SECURITIES, 'POST', '/v1/registrations', {
        ...named(scene, 'demo-11'),
        serialNumber,
        vendorCode,
      });
      const registration = (await own.registrations()).find(({ id }) => id === asked.body['id']);
      expect(registration !== undefined, `nothing to confirm: ${JSON.stringify(asked.body)}`);
      await own.confirmRegistration(registration, PIN);
      sign().registrationId = registration.id;
      const started = await startSigning(scene, SECURITIES);
      const pending = await pendingOn(device, started);
      await device.open(pending, PIN, card);
      const code = await device.sign(pending, PIN);
      const { status } = await verifyAt(scene, started, { code, transaction: TRANSFER }, SECURITIES);
      expect(status === 200, `200 expected, got ${status}`);
      return `${registration.relyingParty.name}: ${vendorCode} ${serialNumber}, confirmed; verified`;
    },
  },
  {
    title: 'The person revokes the registration: requests of the institution no longer reach the phone',
    play: async (scene) => {
      const { own, device, registrationId = '' } = sign();
      await own.revokeRegistration(registrationId);
      const path = `/v1/registrations/${registrationId}`;
      const { body } = await call(scene, SECURITIES, 'GET', path);
      await startSigning(scene, SECURITIES);
      const pending = await device.pending();
      expect(body['state'] === 'revoked' && !pending.some(isOfSecurities), `revoked expected: ${JSON.stringify(body)}`);
      return 'revoked; nothing on the phone';
    },
  },
  {
    title:
      'The phone is lost: the subscription is suspended; a reissue by post is applied for and approved, and its letter is printed',
    play: async (scene) => {
      const { phone, subscriptionId } = otp();
      const path = `/operator/v1/subscriptions/${subscriptionId}`;
      await call(scene, 'operator', 'POST', `${path}/report-loss`, { reason: '분실' });
      const stopped = await phone.pending();
      const applied = await call(scene, 'operator', 'POST', `${path}/reissues`, {
        reason: '분실',
        cause: 'lost',
        oldSerialNumber: phone.serialNumber,
        identityProof: 'certificate',
        delivery: 'post',
      });
      const reissue = `/operator/v1/reissues/${String(applied.body['id'])}`;
      const approved = await call(scene, 'operator.decide', 'POST', `${reissue}/approve`, { reason: '본인확인 완료' });
      const { body } = await call(scene, 'operator', 'POST', `${reissue}/issue`, { reason: '발송' });
      expect(
        stopped.length === 0 && approved.body['state'] === 'approved',
        `approved expected, got ${JSON.stringify([applied.body, approved.body])}`,
      );
      scene.code = String(body['enrolmentCode']);
      return `the letter says ${scene.code}, until ${String(body['expiresAt'])}`;
    },
  },
  {
    title:
      'A new phone is enrolled with the code of the letter and passes its test; the old phone is refused everywhere',
    play: async (scene) => {
      const old = otp().phone;
      const phone = await enrol(scene, scene.code ?? '', '새 전화기');
      const refused = await refusalOf(old.history());
      const before = await old.oneTimeCode(PIN);
      const byOtp = await startBy(scene, 'demo-4', { method: 'otp' });
      const worthless = await verifyAt(scene, byOtp, { code: before.code });
      const started = await startBy(scene, 'demo-4', {});
      const asked = await pendingOn(phone, started);
      await phone.open(asked, PIN);
      const { code } = await phone.readCode(await phone.envelope(asked.id), asked.id);
      const { status, body } = await verifyAt(scene, started, { code });
      const { recentlyReissued } = (body['result'] ?? {}) as { recentlyReissued?: boolean };
      expect(
        refused === 'device_proof_invalid' && worthless.status === 422 && status === 200 && recentlyReissued === true,
        `refused and verified expected, got ${refused}, ${worthless.status}, ${status} ${JSON.stringify(body)}`,
      );
      return `the old phone: ${refused}; the new one: verified, recentlyReissued`;
    },
  },
];

function otp(): NonNullable<Cast['otp']> {
  expect(cast.otp !== undefined, 'no phone has OTP');
  return cast.otp;
}

function sign(): NonNullable<Cast['sign']> {
  expect(cast.sign !== undefined, 'no phone has a Smart OTP');
  return cast.sign;
}

function isOfSecurities({ relyingParty }: PendingAuthentication): boolean {
  return relyingParty.name === '다온증권';
}

async function refusalOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'not refused',
    (error: unknown) => (error as { code?: string }).code ?? 'refused without a code',
  );
}

function named({ service }: Scene, lineId: string): Record<'phoneNumber' | 'birthDate' | 'genderDigit', string> {
  const line: Announcement['lines'][number] | undefined = service.lines.find((one) => one.lineId === lineId);
  expect(line !== undefined, `the demo line ${lineId} is missing`);
  const { phoneNumber, birthDate, genderDigit } = line;
  return { phoneNumber, birthDate, genderDigit };
}

async function subscribed(
  scene: Scene,
  lineId: string,
  name: string,
): Promise<{ phone: Phone; subscriptionId: string }> {
  const { phoneNumber } = named(scene, lineId);
  const { status, body } = await call(scene, 'operator', 'POST', '/operator/v1/subscriptions', {
    phoneNumber,
    reason: '가입 신청',
  });
  expect(status === 201, `subscribed expected, got ${status} ${JSON.stringify(body)}`);
  const phone = await enrol(scene, String(body['enrolmentCode']), name);
  return { phone, subscriptionId: String(body['subscriptionId']) };
}

/** An app that is enrolled and has passed its test. */
async function enrol({ service }: Scene, enrolmentCode: string, name: string): Promise<Phone> {
  const phone = await Phone.enrol({
    issuer: service.issuer,
    enrolmentCode,
    pin: PIN,
    platform: 'android',
    formFactor: 'phone',
    osVersion: '14',
    appVersion: '1.0.0',
    pushToken: `journey-${randomId()}`,
    name,
  });
  await phone.confirmTest((await phone.readTestEnvelope(await phone.testEnvelope())).code);
  return phone;
}

async function startBy(scene: Scene, lineId: string, how: object, client = 'authentications'): Promise<Answer> {
  const body = { ...named(scene, lineId), purpose: '로그인', ...how };
  const started = await call(scene, client, 'POST', '/v1/authentications', body);
  expect(started.status === 201, `201 expected, got ${started.status} ${JSON.stringify(started.body)}`);
  return started;
}

function startSigning(scene: Scene, clientId: string): Promise<Answer> {
  return startBy(scene, 'demo-11', { purpose: '이체', method: 'sign', transaction: TRANSFER }, clientId);
}

async function verifyAt(scene: Scene, started: Answer, typed: object, client = 'authentications'): Promise<Answer> {
  return call(scene, client, 'POST', `/v1/authentications/${String(started.body['id'])}/verification`, typed);
}

async function pendingOn(phone: Phone, started: Answer): Promise<PendingAuthentication> {
  const asked = (await phone.pending()).find(({ id }) => id === started.body['id']);
  expect(asked !== undefined, 'nothing is pending on the phone');
  return asked;
}
