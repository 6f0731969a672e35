import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { generateKeyring, parseKeyring } from '../../src/crypto/keyring.ts';
import { VapidKeys } from '../../src/crypto/vapid-keys.ts';
import { eventually } from '../support/eventually.ts';
import { expectFaults } from '../support/problem.ts';
import { Installation } from '../support/installation.ts';
import { answerOf, TestService, type Subscriber } from '../support/service.ts';

/** A keyring in the middle of a rotation: the new key first, then the one of most subscriptions. */
const [{ vapid: newer }, older] = [generateKeyring(), generateKeyring()].map(
  (text) => JSON.parse(text) as { vapid: object[] },
) as [{ vapid: object[] }, { vapid: object[] }];
const KEYRING = JSON.stringify({ ...older, vapid: [...newer, ...older.vapid] });
const olderKey = new VapidKeys(parseKeyring(JSON.stringify(older)).vapid).current ?? '';

let service: TestService;

beforeAll(async () => {
  service = await TestService.start({ KEYRING });
});
afterAll(async () => {
  await service.stop();
});

const pushKey = async (issuer = service.issuer) =>
  answerOf<{ applicationServerKey: string }>(await fetch(`${issuer}/app/v1/push-key`));
const pushOf = ({ phone }: Subscriber) => service.rows.devices.pushOf(phone.deviceId);
const start = async ({ person }: Subscriber) => (await service.start(person)).body.id;
const isVerifiedWithoutPush = async (subscriber: Subscriber, id: string) => {
  expect((await service.verify(id, await service.codeOf(subscriber, id))).status).toBe(200);
};

describe('the key for Web Push', () => {
  it('the key for Web Push is the first of the keyring, and a browser can subscribe under it', async () => {
    const { status, body, headers } = await pushKey();
    expect(status).toBe(200);
    expect(body).toEqual({ applicationServerKey: service.keys.vapid.current });
    const point = Buffer.from(body.applicationServerKey, 'base64url');
    const p256 = { name: 'ECDSA', namedCurve: 'P-256' };
    await expect(crypto.subtle.importKey('raw', point, p256, false, ['verify'])).resolves.toBeDefined();
    expect(headers.get('ETag')).toMatch(/^".+"$/);
  });
});

describe('a subscription to Web Push', () => {
  it.each(['android', 'ios'] as const)(
    'a subscription to Web Push gets test code, wake-up, code and cancellation, on %s',
    async (platform) => {
      const pushToken = await service.webPushToken();
      const person = await service.addLine();
      const { subscriptionId, enrolmentCode } = await service.subscribe(person);
      const phone = await service.enrol(enrolmentCode, { platform, pushToken });
      const test = await service.pushed(pushToken, 'test');
      expect(test.alert).toBeNull();
      await phone.confirmTest((await phone.readTestEnvelope(test.data['envelope'] ?? '')).code);
      const subscriber = { person, subscriptionId, phone, pushToken };

      const id = await start(subscriber);
      const wake = await service.pushed(pushToken, 'wake');
      expect(wake.data).toEqual({ t: 'wake', id });
      expect(wake.alert).toEqual({
        title: '본인확인 요청',
        body: '앱을 열어 확인해 주세요. Open the app to continue.',
      });
      expect(wake.ttlSeconds).toBeGreaterThan(120);
      expect(wake.ttlSeconds).toBeLessThanOrEqual(180);

      const code = await service.codeOf(subscriber, id);
      const push = await service.pushed(pushToken, 'code');
      expect(push.alert).toBeNull();
      expect((await phone.readCode(push.data['envelope'] ?? '', id)).code).toBe(code);

      await service.call('DELETE', `/v1/authentications/${id}`);
      expect((await service.pushed(pushToken, 'cancelled')).data['id']).toBe(id);
      expect(await pushOf(subscriber)).toEqual({ service: 'webpush', hasToken: true });
    },
  );

  it('a subscription under an older key of the keyring gets its pushes, signed by that key', async () => {
    const pushToken = await service.webPush.newSubscription(olderKey);
    const subscriber = await service.subscriber({ pushToken });
    const id = await start(subscriber);
    expect((await service.pushed(pushToken, 'wake')).data['id']).toBe(id);
  });

  it('a subscription to Web Push gets notices and alerts with their text', async () => {
    const pushToken = await service.webPushToken();
    const { subscriptionId } = await service.subscriber({ pushToken });
    await service.operate(subscriptionId, 'report-loss');
    const notice = await service.pushed(pushToken, 'notice');
    expect(notice.data).toEqual({ t: 'notice', kind: 'suspended', detail: 'loss_reported' });
    expect(notice.alert?.body).toContain('분실 신고');
    expect((await service.pushed(pushToken, 'alert')).alert?.title).toBe('확인이 필요합니다');
  });

  it('a subscription with a time of expiry is the same subscription', async () => {
    const pushToken = await service.webPushToken();
    const subscriber = await service.subscriber({ pushToken });
    const { endpoint, ...rest } = JSON.parse(pushToken) as { endpoint: string };
    await subscriber.phone.replacePushToken(JSON.stringify({ ...rest, expirationTime: null, endpoint }, null, 1));
    const id = await start(subscriber);
    expect((await service.pushed(pushToken, 'wake')).data['id']).toBe(id);
  });
});

describe('the local push service of `npm start`', () => {
  it('any program can play an app in a browser: it subscribes there, and reads its pushes in the outbox', async () => {
    const subscribed = await fetch(`${service.issuer}/local/web-push-subscription`, { method: 'POST' });
    const { pushToken } = (await answerOf<{ pushToken: string }>(subscribed)).body;
    const id = await start(await service.subscriber({ pushToken }));
    const outbox = `${service.issuer}/local/push-outbox?to=${encodeURIComponent(pushToken)}`;
    type Push = { platform: string; data: Record<string, string> };
    const wake = await eventually('the wake-up', async () =>
      (await answerOf<Push[]>(await fetch(outbox))).body.find(({ data }) => data['t'] === 'wake'),
    );
    expect(wake).toMatchObject({ platform: 'web', data: { t: 'wake', id } });
  });
});

describe('a push token', () => {
  it('a push token of any kind takes the place of any other', async () => {
    const subscriber = await service.subscriber();
    const [native, web] = [`token-${randomUUID()}`, await service.webPushToken()];
    const steps = [
      [web, 'webpush'],
      ['', 'none'],
      [native, 'fcm'],
      ['', 'none'],
      [web, 'webpush'],
    ] as const;
    for (const [token, expected] of steps) {
      await subscriber.phone.replacePushToken(token);
      expect(await pushOf(subscriber)).toEqual({ service: expected, hasToken: token !== '' });
    }
    const apple = await service.subscriber({ platform: 'ios', pushToken: web });
    await apple.phone.replacePushToken(native);
    expect(await pushOf(apple)).toEqual({ service: 'apns', hasToken: true });
  });

  it('an app that enrols without push is verified by asking itself, and its notices go by text message', async () => {
    const subscriber = await service.subscriber({ pushToken: '' });
    expect(await pushOf(subscriber)).toEqual({ service: 'none', hasToken: false });
    const answer = await service.start(subscriber.person);
    expect(answer.body.channel).toBe('push');
    await isVerifiedWithoutPush(subscriber, answer.body.id);
    await service.operate(subscriber.subscriptionId, 'report-loss');
    await eventually('the notice by text message', () =>
      service.smsc.received.some(
        ({ to, text }) => to === subscriber.person.phoneNumber && text.includes('분실 신고로 서비스가'),
      ),
    );
  });
});

describe('a subscription that cannot be used', () => {
  type Subscription = Record<string, unknown> & { keys: Record<string, unknown> };
  const good: Subscription = {
    endpoint: 'https://push.example.com/a',
    keys: { p256dh: '', auth: Buffer.alloc(16, 1).toString('base64url') },
    applicationServerKey: '',
  };
  const foreign = new VapidKeys(parseKeyring(generateKeyring()).vapid).current ?? '';
  const offCurve = Buffer.concat([Buffer.of(4), Buffer.alloc(64, 7)]).toString('base64url');
  const compressed = Buffer.concat([Buffer.of(2), Buffer.alloc(64, 7)]).toString('base64url');

  it.each<[string, string | ((one: Subscription) => object), string]>([
    ['no JSON', '{', ''],
    ['a list in an object’s place', '{]', ''],
    ['an unknown member', (one) => ({ ...one, p256dh: 'x' }), ''],
    ['no endpoint', (one) => ({ ...one, endpoint: undefined }), '/endpoint'],
    ['an endpoint that is a list', (one) => ({ ...one, endpoint: ['https://push.example.com'] }), '/endpoint'],
    ['an endpoint without TLS', (one) => ({ ...one, endpoint: 'http://push.example.com/a' }), '/endpoint'],
    ['an endpoint of another scheme', (one) => ({ ...one, endpoint: 'file:///etc/passwd' }), '/endpoint'],
    ['an endpoint with a password', (one) => ({ ...one, endpoint: 'https://a:b@push.example.com/a' }), '/endpoint'],
    [
      'an endpoint of 2,049 characters',
      (one) => ({ ...one, endpoint: `https://a.kr/${'a'.repeat(2_036)}` }),
      '/endpoint',
    ],
    ['an endpoint in a private network', (one) => ({ ...one, endpoint: 'https://10.0.0.7/a' }), '/endpoint'],
    ['an endpoint in a private network, in octal', (one) => ({ ...one, endpoint: 'https://012.0.0.7/a' }), '/endpoint'],
    ['an endpoint with a port of the system', (one) => ({ ...one, endpoint: 'https://a.kr:25/a' }), '/endpoint'],
    ['no keys', (one) => ({ ...one, keys: undefined }), '/keys/p256dh'],
    ['keys that are a text', (one) => ({ ...one, keys: 'keys' }), '/keys/p256dh'],
    ['a further key', (one) => ({ ...one, keys: { ...one.keys, key: 'x' } }), '/keys'],
    ['a point off the curve', (one) => ({ ...one, keys: { ...one.keys, p256dh: offCurve } }), '/keys/p256dh'],
    ['a point in another form', (one) => ({ ...one, keys: { ...one.keys, p256dh: compressed } }), '/keys/p256dh'],
    ['a secret of 15 bytes', (one) => ({ ...one, keys: { ...one.keys, auth: 'A'.repeat(20) } }), '/keys/auth'],
    ['no server key', (one) => ({ ...one, applicationServerKey: undefined }), '/applicationServerKey'],
    ['the key of another service', (one) => ({ ...one, applicationServerKey: foreign }), '/applicationServerKey'],
  ])('a subscription with %s is refused, and the fault is named', async (_case, spoil, pointer) => {
    const current = service.keys.vapid.current ?? '';
    const whole = { ...good, keys: { ...good.keys, p256dh: current }, applicationServerKey: current };
    const pushToken = typeof spoil === 'string' ? spoil : JSON.stringify(spoil(whole));
    const installation = Installation.fresh(service.issuer);
    const body = installation.enrolment('00000-00000-00000-00000', { pushToken });
    expectFaults(await installation.send('POST', '/app/v1/devices', body), `/pushToken${pointer}`);
  });

  it('a subscription of more than 4,096 characters is refused', async () => {
    const installation = Installation.fresh(service.issuer);
    const body = installation.enrolment('00000-00000-00000-00000', { pushToken: `{${' '.repeat(4_096)}` });
    expectFaults(await installation.send('POST', '/app/v1/devices', body), '/pushToken');
  });

  it('a refused subscription leaves the enrolment code and the earlier push token as they are', async () => {
    const refused = JSON.stringify({ ...good, applicationServerKey: foreign });
    const { enrolmentCode } = await service.subscribe(await service.addLine());
    const installation = Installation.fresh(service.issuer);
    const enrolment = (pushToken: string) => installation.enrolment(enrolmentCode, { pushToken });
    expectFaults(await installation.send('POST', '/app/v1/devices', enrolment(refused)), '/pushToken/keys/p256dh');
    expect((await installation.send('POST', '/app/v1/devices', enrolment(''))).status).toBe(201);

    const subscriber = await service.subscriber();
    const of = await Installation.of(subscriber.phone);
    expectFaults(await of.send('PUT', '/app/v1/device/push-token', { pushToken: refused }), '/pushToken/keys/p256dh');
    const id = await start(subscriber);
    expect((await service.pushed(subscriber.pushToken, 'wake')).data['id']).toBe(id);
  });
});

describe('a push service of a browser', () => {
  it.each(['404', '410'] as const)('a push service that answers %s ends its subscription', async (status) => {
    const pushToken = await service.webPushToken();
    const subscriber = await service.subscriber({ pushToken });
    service.webPush.answer(pushToken, status);
    const id = await start(subscriber);
    await eventually('the token to be cleared', async () => !(await pushOf(subscriber)).hasToken);
    expect((await pushOf(subscriber)).service).toBe('webpush');
    await isVerifiedWithoutPush(subscriber, id);
  });

  it.each(['400', '401', '403', '413', '301'] as const)(
    'a push service that answers %s ends no subscription, and fails no authentication',
    async (status) => {
      const pushToken = await service.webPushToken();
      const subscriber = await service.subscriber({ pushToken });
      service.webPush.answer(pushToken, status, status);
      const id = await start(subscriber);
      await service.rows.deliveries.untilDone(id);
      expect(await pushOf(subscriber)).toEqual({ service: 'webpush', hasToken: true });
      await isVerifiedWithoutPush(subscriber, id);
    },
  );

  it('a push service that ends a subscription does not end the one that the app has made since', async () => {
    const [before, since] = [await service.webPushToken(), await service.webPushToken()];
    const subscriber = await service.subscriber({ pushToken: before });
    service.webPush.answer(before, '500', '410');
    const id = await start(subscriber);
    await eventually('a postponed delivery', async () =>
      (await service.rows.deliveries.of(id)).find((one) => one.waiting && one.attempts > 0),
    );
    await subscriber.phone.replacePushToken(since);
    await service.rows.deliveries.makeDue(id);
    expect((await service.pushed(since, 'wake')).data['id']).toBe(id);
    expect((await pushOf(subscriber)).hasToken).toBe(true);
  });

  it('a push service that asks for a pause is tried again after it, and its address stands in no log', async () => {
    const pushToken = await service.webPushToken();
    const subscriber = await service.subscriber({ pushToken });
    service.webPush.answer(pushToken, '429', '403');
    const id = await start(subscriber);
    const postponed = await eventually('a postponed delivery', async () =>
      (await service.rows.deliveries.of(id)).find((one) => one.waiting && one.attempts > 0),
    );
    expect(postponed.dueIn).toBeGreaterThan(30);
    await service.rows.deliveries.makeDue(id);
    await service.rows.deliveries.untilDone(id);
    const { endpoint, keys } = JSON.parse(pushToken) as { endpoint: string; keys: { auth: string; p256dh: string } };
    const log = service.process.log();
    expect(log).toContain(`429 from ${new URL(endpoint).host}`);
    expect(log).toContain(`403 from ${new URL(endpoint).host}`);
    for (const secret of [new URL(endpoint).pathname, keys.auth, keys.p256dh]) expect(log).not.toContain(secret);
  });
});
