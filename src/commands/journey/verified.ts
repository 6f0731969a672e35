import { Phone } from '../../phone/phone.ts';
import {
  call,
  enrolled,
  expect,
  nextPush,
  nextText,
  PIN,
  start,
  subscriber,
  verify,
  type JourneyStep,
} from './scene.ts';

/** First act: a window verifies a subscriber. */
export const VERIFIED: readonly JourneyStep[] = [
  {
    title: 'The call centre subscribes a line and reads out an enrolment code',
    play: async (scene) => {
      const { status, body } = await call(scene, 'operator', 'POST', '/operator/v1/subscriptions', {
        phoneNumber: subscriber(scene).phoneNumber,
        reason: '가입 신청',
      });
      expect(status === 201, `201 expected, got ${status} ${JSON.stringify(body)}`);
      scene.code = String(body['enrolmentCode']);
      scene.subscriptionId = String(body['subscriptionId']);
      return `enrolment code ${scene.code}`;
    },
  },
  {
    title: 'The app enrols; its keys never leave the phone',
    play: async (scene) => {
      scene.phone = await Phone.enrol({
        issuer: scene.service.issuer,
        enrolmentCode: scene.code ?? '',
        pin: PIN,
        platform: 'android',
        formFactor: 'phone',
        osVersion: '14',
        appVersion: '1.0.0',
        pushToken: scene.pushToken,
        name: '여정의 전화기',
      });
      return `device ${scene.phone.serialNumber} is under test`;
    },
  },
  {
    title: 'A test code arrives by encrypted push, and ends the test',
    play: async (scene) => {
      const phone = enrolled(scene);
      const received = await phone.receive(await nextPush(scene, 'test'));
      expect(received.kind === 'test', 'a test code expected');
      await phone.confirmTest(received.code);
      return `test code ${received.code}: the device is active`;
    },
  },
  {
    title: 'A window starts an authentication; the phone gets a wake-up push that contains nothing secret',
    play: async (scene) => {
      const { status, body } = await start(scene);
      expect(
        status === 201 && body['channel'] === 'push',
        `201 by push expected, got ${status} ${JSON.stringify(body)}`,
      );
      scene.authenticationId = String(body['id']);
      const data = await nextPush(scene, 'wake');
      expect(
        Object.keys(data).sort().join() === 'id,t',
        `the wake-up contains more than its id: ${JSON.stringify(data)}`,
      );
      return `woken for ${scene.authenticationId}, until ${String(body['expiresAt'])}`;
    },
  },
  {
    title: 'The person sees the relying party and its purpose, and enters a wrong PIN',
    play: async (scene) => {
      const phone = enrolled(scene);
      const [asked] = await phone.pending();
      expect(
        asked !== undefined && asked.id === scene.authenticationId,
        'the authentication is not in the pending list',
      );
      const refused = await phone.open(asked, '000001').then(
        () => undefined,
        (error: unknown) => error as { code?: string; attemptsLeft?: number },
      );
      expect(
        refused?.code === 'pin_mismatch' && refused.attemptsLeft === 4,
        `pin_mismatch expected, got ${String(refused?.code)}`,
      );
      return `${asked.relyingParty.name} asks for: ${asked.purpose}. Wrong PIN, 4 tries left`;
    },
  },
  {
    title: 'The person enters the correct PIN; only now is a code generated, and it arrives encrypted',
    play: async (scene) => {
      const phone = enrolled(scene);
      const [asked] = await phone.pending();
      expect(asked !== undefined, 'nothing is pending');
      await phone.open(asked, PIN);
      const received = await phone.receive(await nextPush(scene, 'code'));
      expect(
        received.kind === 'code' && received.relyingParty === asked.relyingParty.name,
        'a code from this relying party expected',
      );
      scene.code = received.code;
      const fetched = await phone.readCode(await phone.envelope(asked.id), asked.id);
      expect(fetched.code === received.code, 'the fetched envelope holds another code than the push');
      return `code ${received.code}`;
    },
  },
  {
    title: 'A wrong code is refused and counted',
    play: async (scene) => {
      const wrong = scene.code === '000000' ? '000001' : '000000';
      const { status, body } = await verify(scene, wrong);
      expect(
        status === 422 && body['code'] === 'code_mismatch' && body['attemptsLeft'] === 4,
        `code_mismatch expected, got ${status} ${JSON.stringify(body)}`,
      );
      return '4 tries left';
    },
  },
  {
    title: 'The correct code verifies the person, with a signed assertion',
    play: async (scene) => {
      const { status, body } = await verify(scene, scene.code ?? '');
      const result = body['result'] as { birthDate?: string; phoneNumber?: string } | undefined;
      expect(
        status === 200 && body['state'] === 'verified',
        `verified expected, got ${status} ${JSON.stringify(body)}`,
      );
      expect(result?.phoneNumber === subscriber(scene).phoneNumber, 'a different person was verified');
      scene.assertion = String(body['assertion']);
      expect(scene.assertion.split('.').length === 3, 'no assertion');
      return `verified: born ${String(result.birthDate)}, ${result.phoneNumber}`;
    },
  },
  {
    title: 'The same request gets the same answer again, in case the first was lost; no other code verifies',
    play: async (scene) => {
      const again = await verify(scene, scene.code ?? '');
      expect(again.status === 200 && again.body['assertion'] === scene.assertion, 'the same assertion expected');
      const { status, body } = await verify(scene, scene.code === '000000' ? '000001' : '000000');
      expect(status === 409 && body['state'] === 'verified', `authentication_closed expected, got ${status}`);
      return 'the same assertion; then authentication_closed';
    },
  },
  {
    title: 'A request that the person did not make is declined',
    play: async (scene) => {
      const phone = enrolled(scene);
      const { body } = await start(scene);
      await phone.decline(String(body['id']), 'not_me');
      const seen = await call(scene, 'authentications', 'GET', `/v1/authentications/${String(body['id'])}`);
      expect(seen.body['state'] === 'declined', `declined expected, got ${String(seen.body['state'])}`);
      return 'the window receives: declined';
    },
  },
  {
    title: 'A person who is not subscribed still gets a code by SMS and is verified with it',
    play: async (scene) => {
      const person = scene.service.lines.find(({ lineId }) => lineId === 'demo-3');
      expect(person !== undefined, 'the demo line is missing');
      const { body } = await start(scene, person);
      expect(body['channel'] === 'sms', 'a start by SMS expected');
      const text = await nextText(scene, person.phoneNumber);
      const code = /\[(\d{6})\]/.exec(text)?.[1] ?? '';
      scene.authenticationId = String(body['id']);
      const { status } = await verify(scene, code);
      expect(status === 200, `200 expected, got ${status}`);
      return text;
    },
  },
  {
    title: 'An unknown number gets the same answer, and nothing is sent',
    play: async (scene) => {
      const { status, body } = await start(scene, {
        phoneNumber: '+821055550000',
        birthDate: '900101',
        genderDigit: '1',
      });
      expect(status === 201 && body['channel'] === 'sms', `201 by sms expected, got ${status}`);
      return 'channel sms, and no code will ever match';
    },
  },
  {
    title: 'The app shows the history',
    play: async (scene) => {
      const history = await enrolled(scene).history();
      const states = history.map(({ state }) => state).join(', ');
      expect(states === 'declined, verified', `declined, verified expected, got ${states}`);
      return states;
    },
  },
];
