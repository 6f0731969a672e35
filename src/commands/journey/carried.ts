import { randomId } from '../../crypto/random.ts';
import { Phone } from '../../phone/phone.ts';
import {
  call,
  enrolled,
  expect,
  nextPush,
  PIN,
  standing,
  start,
  subscriber,
  reportEvent,
  verify,
  type JourneyStep,
} from './scene.ts';

/** Second act: the carrier reports events, and the subscription follows them. */
export const CARRIED: readonly JourneyStep[] = [
  {
    title: 'Five ineligible lines are refused, each with its reason',
    play: async (scene) => {
      const wanted = { 'demo-5': 'minor', 'demo-6': 'corporate_line', 'demo-7': 'other_party_name' };
      const further = { 'demo-8': 'prepaid_plan', 'demo-10': 'unsupported_os' };
      const refused: string[] = [];
      for (const [lineId, reason] of Object.entries({ ...wanted, ...further })) {
        const { phoneNumber } = scene.service.lines.find((line) => line.lineId === lineId) ?? { phoneNumber: '' };
        const { status, body } = await call(scene, 'operator', 'POST', '/operator/v1/subscriptions', {
          phoneNumber,
          reason: '가입 신청',
        });
        const reasons = (body['reasons'] ?? []) as { code: string; message: string }[];
        const found = reasons.find(({ code }) => code === reason);
        expect(status === 422 && found !== undefined, `${lineId}: ${reason} expected, got ${JSON.stringify(body)}`);
        refused.push(`${reason}: ${found.message}`);
      }
      return refused.join('\n   ');
    },
  },
  {
    title:
      'The carrier suspends the line, and nothing can be opened; the carrier resumes it, and the subscription is active again',
    play: async (scene) => {
      await reportEvent(scene, 'suspended');
      const { body } = await start(scene);
      expect(body['channel'] === 'push', 'a suspended subscription must answer like any other');
      expect((await enrolled(scene).pending()).length === 0, 'a suspended subscription shows something to open');
      const suspended = await standing(scene);
      await reportEvent(scene, 'resumed');
      const resumed = await standing(scene);
      expect(suspended === 'suspended (line_suspended)' && resumed === 'active', `got ${suspended}, then ${resumed}`);
      return `${suspended}, then ${resumed}`;
    },
  },
  {
    title: 'The carrier reports a new phone: the old one is revoked, and the app is enrolled again',
    play: async (scene) => {
      const old = enrolled(scene);
      await reportEvent(scene, 'device-changed', {
        os: 'ios',
        osVersion: '18.1',
        formFactor: 'phone',
        model: 'iPhone17,3',
      });
      const refused = await old.pending().then(
        () => undefined,
        (error: unknown) => (error as { code?: string }).code,
      );
      expect(refused === 'device_proof_invalid', `the old phone must be refused, got ${String(refused)}`);
      const path = `/operator/v1/subscriptions/${scene.subscriptionId ?? ''}/enrolment-code`;
      const { body } = await call(scene, 'operator', 'POST', path, { reason: '기기변경' });
      scene.pushToken = `journey-${randomId()}`;
      scene.phone = await Phone.enrol({
        issuer: scene.service.issuer,
        enrolmentCode: String(body['enrolmentCode']),
        pin: PIN,
        platform: 'ios',
        formFactor: 'phone',
        osVersion: '18.1',
        appVersion: '1.0.0',
        pushToken: scene.pushToken,
        name: '새 전화기',
      });
      const received = await scene.phone.receive(await nextPush(scene, 'test'));
      expect(received.kind === 'test', 'a test code expected');
      await scene.phone.confirmTest(received.code);
      return `the old phone: ${refused}; the new one: ${scene.phone.serialNumber}`;
    },
  },
  {
    title: 'The number changes: the subscriber is found under the new number, and the old one belongs to no line',
    play: async (scene) => {
      const old = subscriber(scene);
      scene.phoneNumber = '+821000001111';
      await reportEvent(scene, 'number-changed', { phoneNumber: scene.phoneNumber });
      const atOld = await start(scene, old);
      const atNew = await start(scene, { ...old, phoneNumber: scene.phoneNumber });
      expect(
        atOld.body['channel'] === 'sms' && atNew.body['channel'] === 'push',
        `sms and push expected, got ${String(atOld.body['channel'])} and ${String(atNew.body['channel'])}`,
      );
      scene.authenticationId = String(atNew.body['id']);
      return 'a push at the new number, a decoy at the old one';
    },
  },
  {
    title:
      'The number is ported out while a window waits: the subscription is cancelled at once, and the correct code is refused',
    play: async (scene) => {
      const phone = enrolled(scene);
      const asked = (await phone.pending()).find(({ id }) => id === scene.authenticationId);
      expect(asked !== undefined, 'nothing is pending');
      await phone.open(asked, PIN);
      const { code } = await phone.readCode(await phone.envelope(asked.id), asked.id);
      await reportEvent(scene, 'ported-out', { newCarrier: 'KT' });
      const { status } = await verify(scene, code);
      const end = await standing(scene);
      expect(status === 409 && end === 'cancelled (ported_out)', `409 and cancelled expected, got ${status}, ${end}`);
      const notice = await nextPush(scene, 'notice');
      const said = `${notice['kind'] ?? ''} ${notice['detail'] ?? ''}`;
      expect(said === 'cancelled ported_out', `the notice of the end expected, got ${JSON.stringify(notice)}`);
      return `${end}; the phone is notified, the window gets ${status}`;
    },
  },
];
