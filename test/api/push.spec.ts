import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { ApnsAnswer } from '../../src/embedded/local-apns.ts';
import type { FcmAnswer } from '../../src/embedded/local-fcm.ts';
import { eventually } from '../support/eventually.ts';
import { TestService, type Subscriber } from '../support/service.ts';

/** The time after which a delivery attempt is given up that a platform does not answer. */
const ATTEMPT_MS = 10_000;

let service: TestService;

beforeAll(async () => {
  service = await TestService.start();
});
afterAll(async () => {
  await service.stop();
});

/** Text messages with a code. */
const textsTo = (number: string) =>
  service.smsc.received.filter(({ to, text }) => to === number && text.includes('인증번호'));
const hasToken = ({ phone }: Subscriber) => service.rows.devices.hasPushToken(phone.deviceId);
const deliveries = (id: string) => service.rows.deliveries.of(id);
const delivered = (id: string) => service.rows.deliveries.untilDone(id);
const postponed = (id: string) =>
  eventually('a postponed delivery', async () => (await deliveries(id)).find((one) => one.waiting && one.attempts > 0));
/** Skips the delay that the platform requested. */
const makeDue = (id: string) => service.rows.deliveries.makeDue(id);
const wakes = ({ pushToken }: Subscriber) => service.pushesTo(pushToken).filter(({ data }) => data['t'] === 'wake');
const stateOf = async (id: string) => (await service.call('GET', `/v1/authentications/${id}`)).body['state'];

/**
 * Completes the authentication without a push: the phone polls, opens and fetches the envelope, and the window verifies
 * the code.
 */
async function isVerifiedWithoutPush(subscriber: Subscriber, id: string): Promise<void> {
  const code = await service.codeOf(subscriber, id);
  expect((await service.verify(id, code)).status).toBe(200);
}

describe('a token that its platform calls dead', () => {
  it.each(['android', 'ios'] as const)(
    'a push token that its platform calls dead is cleared, and the app works on without pushes: %s',
    async (platform) => {
      const subscriber = await service.subscriber({ platform, pushToken: `unregistered-${randomUUID()}` });
      const { id } = (await service.start(subscriber.person)).body;
      await eventually('the token to be cleared', async () => !(await hasToken(subscriber)));
      await isVerifiedWithoutPush(subscriber, id);
      await delivered(id);
      expect(service.pushesTo(subscriber.pushToken)).toEqual([]);
    },
  );

  it('a push token is cleared by APNs’s 410 when that is newer than the registration, and kept when it is older', async () => {
    const [older, newer] = [
      await service.subscriber({ platform: 'ios' }),
      await service.subscriber({ platform: 'ios' }),
    ];
    await service.rows.devices.postdatePushToken(newer.phone.deviceId);
    for (const subscriber of [older, newer]) {
      service.apns.answer(subscriber.pushToken, 'Unregistered');
      const { id } = (await service.start(subscriber.person)).body;
      await delivered(id);
    }
    expect([await hasToken(older), await hasToken(newer)]).toEqual([false, true]);
    const { id } = (await service.start(newer.person)).body;
    expect((await service.pushed(newer.pushToken, 'wake')).data['id']).toBe(id);
  });

  it('a dead push token does not clear the one that the app has registered since', async () => {
    const subscriber = await service.subscriber();
    const token = `token-${randomUUID()}`;
    service.fcm.answer(subscriber.pushToken, 'INTERNAL', 'UNREGISTERED');
    const { id } = (await service.start(subscriber.person)).body;
    await postponed(id);
    await subscriber.phone.replacePushToken(token);
    await makeDue(id);
    await delivered(id);
    expect(await hasToken(subscriber)).toBe(true);
  });

  it('a dead push token works again when the app registers it again', async () => {
    const subscriber = await service.subscriber();
    service.fcm.answer(subscriber.pushToken, 'UNREGISTERED');
    await delivered((await service.start(subscriber.person)).body.id);
    expect(await hasToken(subscriber)).toBe(false);
    await subscriber.phone.replacePushToken(subscriber.pushToken);
    const { id } = (await service.start(subscriber.person)).body;
    expect((await service.pushed(subscriber.pushToken, 'wake')).data['id']).toBe(id);
  });
});

describe('a push that is refused', () => {
  it.each<['android', FcmAnswer] | ['ios', ApnsAnswer]>([
    ['android', 'INVALID_ARGUMENT'],
    ['android', 'SENDER_ID_MISMATCH'],
    ['ios', 'BadDeviceToken'],
    ['ios', 'DeviceTokenNotForTopic'],
  ])(
    'a push that is refused neither clears the token nor fails the authentication: %s %s',
    async (platform, answer) => {
      const subscriber = await service.subscriber({ platform });
      if (platform === 'android') service.fcm.answer(subscriber.pushToken, answer, answer);
      else service.apns.answer(subscriber.pushToken, answer, answer);
      const { id } = (await service.start(subscriber.person)).body;
      await delivered(id);
      expect(await stateOf(id)).toBe('pending');
      expect(await hasToken(subscriber)).toBe(true);
      await isVerifiedWithoutPush(subscriber, id);
    },
  );
});

describe('a platform that cannot take a push for now', () => {
  it.each<['android', FcmAnswer] | ['ios', ApnsAnswer]>([
    ['android', 'UNAVAILABLE'],
    ['android', 'INTERNAL'],
    ['android', 'QUOTA_EXCEEDED'],
    ['android', 'RESET'],
    ['ios', 'ServiceUnavailable'],
    ['ios', 'InternalServerError'],
    ['ios', 'TooManyRequests'],
    ['ios', 'GOAWAY'],
    ['ios', 'RESET'],
  ])(
    'a push that is refused for now is retried, arrives once, and has the rest of its time to live: %s %s',
    async (platform, answer) => {
      const subscriber = await service.subscriber({ platform });
      // firebase-admin itself retries once after a broken connection.
      const failures = answer === 'RESET' && platform === 'android' ? 2 : 1;
      if (platform === 'android') {
        service.fcm.answer(subscriber.pushToken, ...Array.from({ length: failures }, () => answer));
      } else service.apns.answer(subscriber.pushToken, answer);
      const { id } = (await service.start(subscriber.person)).body;
      await postponed(id);
      expect(wakes(subscriber)).toEqual([]);
      await service.rows.deliveries.expireIn(id, 100);
      await makeDue(id);
      const push = await service.pushed(subscriber.pushToken, 'wake');
      expect(push.ttlSeconds).toBeGreaterThan(60);
      expect(push.ttlSeconds).toBeLessThanOrEqual(100);
      expect(push.data).toEqual({ t: 'wake', id });
      await delivered(id);
      expect(wakes(subscriber)).toHaveLength(1);
    },
  );

  it('a push is not retried before the time that its platform asked for', async () => {
    const subscriber = await service.subscriber();
    service.fcm.answer(subscriber.pushToken, 'QUOTA_EXCEEDED');
    const { id } = (await service.start(subscriber.person)).body;
    const { dueIn } = await postponed(id);
    expect(dueIn).toBeGreaterThan(30);
    expect(dueIn).toBeLessThanOrEqual(60);
  });

  it('a push is not retried once the authentication is closed', async () => {
    const subscriber = await service.subscriber();
    service.fcm.answer(subscriber.pushToken, 'INTERNAL');
    const { id } = (await service.start(subscriber.person)).body;
    await postponed(id);
    await service.call('DELETE', `/v1/authentications/${id}`);
    await makeDue(id);
    await delivered(id);
    // The test code of the enrolment was pushed before, unless the phone had already fetched it.
    const kinds = service.pushesTo(subscriber.pushToken).map(({ data }) => data['t']);
    expect(kinds.filter((kind) => kind !== 'test')).toEqual(['cancelled']);
  });

  it('a push is not retried once the authentication’s time is over', async () => {
    const subscriber = await service.subscriber();
    service.fcm.answer(subscriber.pushToken, 'INTERNAL');
    const { id } = (await service.start(subscriber.person)).body;
    await postponed(id);
    await service.rows.authentications.expire(id);
    await makeDue(id);
    await delivered(id);
    expect(wakes(subscriber)).toEqual([]);
  });

  it('a push of the code delays no one: the envelope can be fetched, and the push follows', async () => {
    const subscriber = await service.subscriber();
    const { id } = (await service.start(subscriber.person)).body;
    await service.pushed(subscriber.pushToken, 'wake');
    service.fcm.answer(subscriber.pushToken, 'INTERNAL');
    await service.codeOf(subscriber, id);
    await postponed(id);
    await makeDue(id);
    const push = await service.pushed(subscriber.pushToken, 'code');
    expect(push.data['envelope']).toBe(await subscriber.phone.envelope(id));
  });
});

describe('a platform that hangs for the whole life of an authentication', () => {
  it.each(['android', 'ios'] as const)(
    'a platform that hangs for a whole authentication delays neither the app nor the window: %s',
    async (platform) => {
      const timed = async (subscriber: Subscriber) => {
        const begun = performance.now();
        const { id, channel } = (await service.start(subscriber.person)).body;
        expect(channel).toBe('push');
        await isVerifiedWithoutPush(subscriber, id);
        return performance.now() - begun;
      };
      const subscriber = await service.subscriber({ platform });
      const hang = Array.from({ length: 100 }, () => 'HANG' as const);
      service.fcm.answer(subscriber.pushToken, ...hang);
      service.apns.answer(subscriber.pushToken, ...hang);
      expect(await timed(subscriber)).toBeLessThan(ATTEMPT_MS);
      expect(textsTo(subscriber.person.phoneNumber)).toEqual([]);
    },
  );
});

describe('the SMS centre', () => {
  it.each(['ESME_RTHROTTLED', 'ESME_RMSGQFUL', 'ESME_RSYSERR', 'CLOSE'] as const)(
    'the SMS centre that answers %s is tried again, and the text is delivered once',
    async (answer) => {
      const person = await service.addLine();
      service.smsc.answer(person.phoneNumber, answer);
      const { id } = (await service.start(person)).body;
      await postponed(id);
      await makeDue(id);
      const code = await service.textedCode(person.phoneNumber);
      await delivered(id);
      expect(textsTo(person.phoneNumber)).toHaveLength(1);
      expect((await service.verify(id, code)).status).toBe(200);
    },
  );

  it('the SMS centre that refuses a number for good does not fail the authentication', async () => {
    const person = await service.addLine();
    service.smsc.answer(person.phoneNumber, 'ESME_RINVDSTADR');
    const { id } = (await service.start(person)).body;
    await delivered(id);
    expect(await stateOf(id)).toBe('pending');
  });

  it('the SMS centre gets no code for a line that came under protection since the start', async () => {
    const person = await service.addLine();
    const { enrolmentCode } = await service.subscribe(person);
    await eventually('the word of joining', () => service.smsc.received.some(({ to }) => to === person.phoneNumber));
    // Enough refusals for every attempt until the phone is in use.
    for (let attempt = 0; attempt < 20; attempt += 1) service.smsc.answer(person.phoneNumber, 'ESME_RTHROTTLED');
    const { id, channel } = (await service.start(person)).body;
    expect(channel).toBe('sms');
    await postponed(id);
    const phone = await service.enrol(enrolmentCode);
    await phone.confirmTest((await phone.readTestEnvelope(await phone.testEnvelope())).code);
    await makeDue(id);
    await delivered(id);
    expect(textsTo(person.phoneNumber)).toEqual([]);
  });
});
