import { randomId } from '../../crypto/random.ts';
import { Phone } from '../../phone/phone.ts';
import {
  call,
  expect,
  nextPush,
  nextText,
  PIN,
  start,
  verify,
  type Announcement,
  type Scene,
  type JourneyStep,
} from './scene.ts';
import { TextBrowser } from './text-browser.ts';

/** Third act: a customer joins, uses and leaves the service by the website alone. */
export const CUSTOMER: readonly JourneyStep[] = [
  {
    title: 'A person opens the website and joins with a code by SMS',
    play: async (scene) => {
      const browser = new TextBrowser(scene.service.issuer);
      scene.browser = browser;
      const { text } = await browser.open('/');
      expect(text.includes('월 1,100원'), 'the start page does not name the fee');
      await browser.open('/join');
      const { phoneNumber, birthDate, genderDigit } = customer(scene);
      await browser.send('/join', { phoneNumber, birthDate, genderDigit, agree0: 'yes', agree1: 'yes' });
      const sms = await nextText(scene, phoneNumber);
      const page = await browser.send('/code', { code: /\[(\d{6})\]/.exec(sms)?.[1] ?? '' });
      const code = /[0-9A-Z]{5}(?:-[0-9A-Z]{5}){3}/.exec(page.text)?.[0];
      expect(code !== undefined, `the page shows no enrolment code: ${page.text}`);
      scene.code = code;
      return `joined; the page shows ${code} and a QR code`;
    },
  },
  {
    title: 'The page follows the enrolment until the app has passed its test and protection begins',
    play: async (scene) => {
      const browser = open(scene);
      const waiting = browser.request('GET', '/enrol/state?wait=20&state=waiting');
      scene.pushToken = `journey-${randomId()}`;
      scene.phone = await Phone.enrol({
        issuer: scene.service.issuer,
        enrolmentCode: scene.code ?? '',
        pin: PIN,
        platform: 'ios',
        formFactor: 'phone',
        osVersion: '17.5',
        appVersion: '1.0.0',
        pushToken: scene.pushToken,
        name: '고객의 전화기',
      });
      const { state } = (await (await waiting).json()) as { state: string };
      expect(state === 'testing', `testing expected, got ${state}`);
      const received = await scene.phone.receive(await nextPush(scene, 'test'));
      expect(received.kind === 'test', 'a test code expected');
      await scene.phone.confirmTest(received.code);
      const { text } = await browser.open('/enrol');
      expect(text.includes('보호가 시작되었습니다'), `the page does not say that protection began: ${text}`);
      return 'waiting, testing, 보호가 시작되었습니다';
    },
  },
  {
    title: 'A window verifies the person; the website shows the same history as the app, and the fee so far',
    play: async (scene) => {
      const { body } = await start(scene, customer(scene));
      expect(body['channel'] === 'push', `a start by push expected, got ${String(body['channel'])}`);
      scene.authenticationId = String(body['id']);
      const { status } = await verify(scene, await readCode(scene));
      expect(status === 200, `200 expected, got ${status}`);
      const { text } = await open(scene).open('/my');
      const [latest] = (await scene.phone?.history()) ?? [];
      expect(latest !== undefined && text.includes(latest.relyingParty.name), 'the website shows a different history');
      const fee = /이번 달 요금 ([\d,]+원 \([^)]*\))/.exec(text)?.[1];
      expect(fee !== undefined, `the website names no fee: ${text}`);
      return `${latest.relyingParty.name}, ${latest.purpose}: ${latest.state}; ${fee}`;
    },
  },
  {
    title: 'The person cancels on the website, with the code from the app; the cancellation takes effect at once',
    play: async (scene) => {
      const browser = open(scene);
      await browser.open('/cancel');
      await browser.send('/cancel');
      const receipt = await browser.send('/code', { code: await readCode(scene) });
      const said = /해지 일시 (.*?) 이번 달 요금 ([\d,]+원)/.exec(receipt.text);
      expect(said !== null, `no receipt: ${receipt.text}`);
      return `해지되었습니다: ${said[1] ?? ''}, ${said[2] ?? ''}`;
    },
  },
  {
    title: 'After the cancellation, a window verifies the person by SMS again',
    play: async (scene) => {
      const { body } = await start(scene, customer(scene));
      expect(body['channel'] === 'sms', `a start by SMS expected, got ${String(body['channel'])}`);
      await call(scene, 'authentications', 'DELETE', `/v1/authentications/${String(body['id'])}`);
      return 'channel sms';
    },
  },
];

function customer({ service }: Scene): Announcement['lines'][number] {
  const person = service.lines.find(({ lineId }) => lineId === 'demo-2');
  expect(person !== undefined, 'the demo line is missing');
  return person;
}

function open({ browser }: Scene): TextBrowser {
  expect(browser !== undefined, 'the website has not been opened');
  return browser;
}

/** Opens the latest pending authentication in the app and reads its code. */
async function readCode({ phone }: Scene): Promise<string> {
  expect(phone !== undefined, 'no phone is enrolled');
  const asked = (await phone.pending()).at(-1);
  expect(asked !== undefined, 'nothing is pending');
  await phone.open(asked, PIN);
  return (await phone.readCode(await phone.envelope(asked.id), asked.id)).code;
}
