import { randomId } from '../../crypto/random.ts';
import { Phone, type PhoneAlert } from '../../phone/phone.ts';
import {
  call,
  expect,
  nextPush,
  nextText,
  PIN,
  reportEvent,
  standing,
  type Announcement,
  type Scene,
  type JourneyStep,
} from './scene.ts';
import { TextBrowser } from './text-browser.ts';

const LINE = 'demo-3';
const OTHER_LINE = 'demo-2';
const BANK = 'demo-bank';
const SUSPENDED = 'suspended (sim_swapped)';

/** The text messages to the number before it was protected. */
let textsBefore = 0;

/** Fifth act: a SIM swap survived. A thief has the number on a SIM of their own and knows the birth date. */
export const SWAPPED: readonly JourneyStep[] = [
  {
    title:
      'The carrier puts a subscriber’s number on another SIM: protection is suspended, and the phone asks the person',
    play: async (scene) => {
      await subscribe(scene);
      await reportEvent(scene, 'sim-swapped', undefined, victim(scene));
      const { id } = await nextPush(scene, 'alert');
      const alert = await openAlert(scene);
      const state = await standingOf(scene);
      expect(state === SUSPENDED && alert.id === id, `${SUSPENDED} and its alert expected, got ${state}`);
      return `${state}; the phone asks about: ${alert.kind}, until ${alert.expiresAt}`;
    },
  },
  {
    title:
      'The thief, with SIM and birth date, starts at the bank: the answer is as ever, no code comes, nothing rings',
    play: async (scene) => {
      const { body } = await startAtBank(scene);
      const verification = `/v1/authentications/${String(body['id'])}/verification`;
      const guess = await call(scene, BANK, 'POST', verification, { code: '000000' });
      await othersAreServed(scene);
      const pending = await own(scene).pending();
      const rang = (await received(scene.service.pushOutbox, scene.pushToken)).filter(
        ({ data }) => data?.['t'] === 'wake',
      );
      expect(
        body['channel'] === 'push' && guess.body['code'] === 'code_mismatch' && pending.length + rang.length === 0,
        `push, code_mismatch and silence expected, got ${JSON.stringify([body, guess.body, pending, rang])}`,
      );
      await expectNoCodes(scene);
      return `channel push; the guess gets ${guess.body['code']}; no text message, nothing to open`;
    },
  },
  {
    title: 'On the website, the thief neither joins anew nor gets a code for another phone',
    play: async (scene) => {
      const { phoneNumber, birthDate, genderDigit } = victim(scene);
      const thief = new TextBrowser(scene.service.issuer);
      await thief.open('/join');
      const typed = { phoneNumber, birthDate, genderDigit };
      const asked = await thief.send('/join', { ...typed, agree0: 'yes', agree1: 'yes' });
      const wanted = '휴대폰의 앱을 열어 주세요';
      expect(asked.text.includes(wanted), `the page does not ask for the app: ${asked.text}`);
      const guessed = await thief.send('/code', { code: '000000' });
      expect(guessed.url.endsWith('/code?note=mismatch'), `the guess led to ${guessed.url}`);
      await thief.open('/new-phone');
      const filed = await thief.send('/new-phone', { ...typed, way: 'sms' });
      expect(filed.status === 200, `an answer as ever expected, got ${filed.status}`);
      await othersAreServed(scene);
      await expectNoCodes(scene);
      return `joining: ${wanted}; a new phone: no code by SMS as long as the suspension stands`;
    },
  },
  {
    title: 'The person did not change the SIM, and says so on the phone with the PIN: the suspension stays',
    play: async (scene) => {
      await own(scene).objectToAlert(await openAlert(scene), PIN);
      const state = await standingOf(scene);
      expect(state === SUSPENDED, `${SUSPENDED} expected, got ${state}`);
      return `objected; ${state}`;
    },
  },
  {
    title:
      'The carrier gives the number back, on a new SIM of the person’s: the phone asks again, the PIN confirms, and protection is back',
    play: async (scene) => {
      await reportEvent(scene, 'sim-swapped', undefined, victim(scene));
      const alert = await openAlert(scene);
      const wrong = await own(scene)
        .confirmAlert(alert, '000001')
        .catch((error: unknown) => (error as { code?: string }).code);
      const before = await standingOf(scene);
      await own(scene).confirmAlert(alert, PIN);
      const after = await standingOf(scene);
      expect(
        wrong === 'pin_mismatch' && before === SUSPENDED && after === 'active',
        `pin_mismatch, ${SUSPENDED} and active expected, got ${JSON.stringify([wrong, before, after])}`,
      );
      return `a wrong PIN: ${wrong}; confirmed; ${after}`;
    },
  },
  {
    title: 'The bank verifies the person by push again, and is told that the SIM was changed lately',
    play: async (scene) => {
      const { body } = await startAtBank(scene);
      const phone = own(scene);
      const asked = (await phone.pending()).find(({ id }) => id === body['id']);
      expect(asked !== undefined, 'nothing is pending on the phone');
      await phone.open(asked, PIN);
      const { code } = await phone.readCode(await phone.envelope(asked.id), asked.id);
      const verified = await call(scene, BANK, 'POST', `/v1/authentications/${asked.id}/verification`, { code });
      const result = (verified.body['result'] ?? {}) as { channel?: string; recentSimChange?: boolean };
      expect(
        verified.status === 200 && result.channel === 'push' && result.recentSimChange === true,
        `verified by push with recentSimChange expected, got ${JSON.stringify(verified)}`,
      );
      await expectNoCodes(scene);
      return `verified, channel ${result.channel}, recentSimChange; no code ever went to the thief`;
    },
  },
];

/** Subscribes the victim, with a phone that has passed its test. */
async function subscribe(scene: Scene): Promise<void> {
  const { phoneNumber } = victim(scene);
  const asked = { phoneNumber, reason: '가입 신청' };
  const { status, body } = await call(scene, 'operator', 'POST', '/operator/v1/subscriptions', asked);
  expect(status === 201, `subscribed expected, got ${status} ${JSON.stringify(body)}`);
  textsBefore = (await received(scene.service.smsOutbox, phoneNumber)).length;
  scene.pushToken = `journey-${randomId()}`;
  scene.phone = await Phone.enrol({
    issuer: scene.service.issuer,
    enrolmentCode: String(body['enrolmentCode']),
    pin: PIN,
    platform: 'android',
    formFactor: 'phone',
    osVersion: '14',
    appVersion: '1.0.0',
    pushToken: scene.pushToken,
    name: '내 전화기',
  });
  await scene.phone.confirmTest((await scene.phone.readTestEnvelope(await scene.phone.testEnvelope())).code);
}

function victim({ service }: Scene): Announcement['lines'][number] {
  const line = service.lines.find(({ lineId }) => lineId === LINE);
  expect(line !== undefined, `the demo line ${LINE} is missing`);
  return line;
}

function own({ phone }: Scene): Phone {
  expect(phone !== undefined, 'no phone is enrolled');
  return phone;
}

function standingOf(scene: Scene): Promise<string> {
  return standing(scene, victim(scene).phoneNumber);
}

async function openAlert(scene: Scene): Promise<PhoneAlert> {
  const alert = (await own(scene).alerts()).find(({ kind, state }) => kind === 'sim_swapped' && state === 'open');
  expect(alert !== undefined, 'the phone has no alert about the SIM');
  return alert;
}

async function startAtBank(scene: Scene): ReturnType<typeof call> {
  const { phoneNumber, birthDate, genderDigit } = victim(scene);
  const person = { phoneNumber, birthDate, genderDigit, purpose: '이체' };
  const started = await call(scene, BANK, 'POST', '/v1/authentications', person);
  expect(started.status === 201, `201 expected, got ${started.status} ${JSON.stringify(started.body)}`);
  return started;
}

/** Waits for the SMS of another person, which was requested after all that the thief did. */
async function othersAreServed(scene: Scene): Promise<void> {
  const other = scene.service.lines.find(({ lineId }) => lineId === OTHER_LINE);
  expect(other !== undefined, 'the demo line is missing');
  const { phoneNumber, birthDate, genderDigit } = other;
  const seen = (await received(scene.service.smsOutbox, phoneNumber)).length;
  const person = { phoneNumber, birthDate, genderDigit, purpose: '회원가입' };
  await call(scene, BANK, 'POST', '/v1/authentications', person);
  await nextText(scene, phoneNumber, seen);
}

/** Since the number is protected, no text message to it contains a code, of six digits or for an enrolment. */
async function expectNoCodes(scene: Scene): Promise<void> {
  const texts = await received(scene.service.smsOutbox, victim(scene).phoneNumber);
  const codes = texts
    .slice(textsBefore)
    .filter(({ text = '' }) => /\[\d{6}\]|[0-9A-Z]{5}(?:-[0-9A-Z]{5}){3}/.test(text));
  expect(codes.length === 0, `no code by SMS expected, got ${JSON.stringify(codes)}`);
}

/** All that a platform has received for a number or a push token so far. */
async function received(outbox: string, to: string): Promise<{ text?: string; data?: Record<string, string> }[]> {
  const answer = await fetch(`${outbox}?to=${encodeURIComponent(to)}`);
  return (await answer.json()) as { text?: string; data?: Record<string, string> }[];
}
