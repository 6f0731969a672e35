import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { generateKeyring, parseKeyring } from '../../src/crypto/keyring.ts';
import { VapidKeys } from '../../src/crypto/vapid-keys.ts';
import { readWebhookSecret, writtenWebhookSecret } from '../../src/crypto/webhook-signature.ts';
import { type ApnsAnswer, type LocalApns, startLocalApns } from '../../src/embedded/local-apns.ts';
import { type FcmAnswer, type LocalFcm, startLocalFcm } from '../../src/embedded/local-fcm.ts';
import { type LocalWebPush, startLocalWebPush, type WebPushAnswer } from '../../src/embedded/local-web-push.ts';
import type { ReceivedPush } from '../../src/embedded/received-push.ts';
import { ApnsPushGateway } from '../../src/gateways/push/apns.push.ts';
import { staticCredential } from '../../src/gateways/push/fcm.credential.ts';
import { FcmPushGateway } from '../../src/gateways/push/fcm.push.ts';
import { networksOf } from '../../src/gateways/outbound/global-address.ts';
import { Outbound } from '../../src/gateways/outbound/outbound.ts';
import { PlatformPushGateway } from '../../src/gateways/push/platform.push.ts';
import { SignedCalls } from '../../src/gateways/outbound/signed-calls.ts';
import { freePort } from '../support/free-port.ts';
import { type ReceivedCall, type ReceiverAnswer, SignedReceiver } from '../support/signed-receiver.ts';
import { HttpPushGateway } from '../../src/gateways/push/http.push.ts';
import type { PushGateway, PushMessage, PushOutcome } from '../../src/gateways/push/push.ts';
import { WebPushGateway } from '../../src/gateways/push/web.push.ts';

const DEADLINE_MS = 30_000;

interface Platform {
  service: PushMessage['service'];
  /** A token of a phone with this name. */
  token(name: string): string | Promise<string>;
  /** A gateway to a port on which nobody listens. */
  lost(): PushGateway & { close(): Promise<void> };
  start(): Promise<void>;
  stop(): Promise<void>;
  gateway(): PushGateway;
  received(): readonly ReceivedPush[];
  answer(token: string, ...names: string[]): void;
  /** The answers of the platform, in its own words, and the outcomes of the port. */
  outcomes: readonly (readonly [answer: string, outcome: PushOutcome])[];
  /** The answer that never comes; the one that breaks the connection; one that passes with time. */
  unavailable: string;
  /** The vendor's SDK repeats a push whose connection broke, once. */
  repeatsBroken?: true;
}

let fcm: LocalFcm;
let fcmGateway: FcmPushGateway;
const nowhere = () => ({ host: '127.0.0.1', port: 1, ca: fcm.ca });
const android: Platform = {
  service: 'fcm',
  token: (name) => name,
  lost: () =>
    new FcmPushGateway({ credential: staticCredential('local'), projectId: 'pushguard', endpoint: nowhere() }),
  async start() {
    fcm = await startLocalFcm();
    fcmGateway = new FcmPushGateway({ credential: staticCredential('local'), projectId: 'pushguard', endpoint: fcm });
  },
  async stop() {
    await fcmGateway.close();
    await fcm.close();
  },
  gateway: () => fcmGateway,
  received: () => fcm.received,
  answer: (token, ...names) => fcm.answer(token, ...(names as FcmAnswer[])),
  outcomes: [
    ['UNREGISTERED', { kind: 'unregistered' }],
    ['NOT_FOUND', { kind: 'rejected', reason: 'not found, but not UNREGISTERED' }],
    ['INVALID_ARGUMENT', { kind: 'rejected', reason: 'messaging/invalid-argument' }],
    ['THIRD_PARTY_AUTH_ERROR', { kind: 'rejected', reason: 'messaging/third-party-auth-error' }],
    ['SENDER_ID_MISMATCH', { kind: 'rejected', reason: 'messaging/mismatched-credential' }],
    ['QUOTA_EXCEEDED', { kind: 'retry', reason: 'messaging/message-rate-exceeded', afterMs: 60_000 }],
    ['INTERNAL', { kind: 'retry', reason: 'messaging/internal-error' }],
    ['UNAVAILABLE', { kind: 'retry', reason: 'messaging/server-unavailable', afterMs: 5_000 }],
  ],
  unavailable: 'UNAVAILABLE',
  repeatsBroken: true,
};

let apns: LocalApns;
let apnsGateway: ApnsPushGateway;
const ios: Platform = {
  service: 'apns',
  token: (name) => name,
  lost: () => new ApnsPushGateway({ token: apns.token, topic: apns.topic, production: false, endpoint: nowhere() }),
  async start() {
    apns = await startLocalApns();
    apnsGateway = new ApnsPushGateway({ token: apns.token, topic: apns.topic, production: false, endpoint: apns });
  },
  async stop() {
    await apnsGateway.close();
    await apns.close();
  },
  gateway: () => apnsGateway,
  received: () => apns.received,
  answer: (token, ...names) => apns.answer(token, ...(names as ApnsAnswer[])),
  outcomes: [
    ['Unregistered', { kind: 'unregistered', since: expect.any(Date) as unknown as Date }],
    ['ExpiredToken', { kind: 'unregistered', since: expect.any(Date) as unknown as Date }],
    ['410 TopicMoved', { kind: 'rejected', reason: 'TopicMoved' }],
    ['410 ', { kind: 'rejected', reason: expect.any(String) as unknown as string }],
    ['BadDeviceToken', { kind: 'rejected', reason: 'BadDeviceToken' }],
    ['InvalidProviderToken', { kind: 'rejected', reason: 'InvalidProviderToken' }],
    ['ExpiredProviderToken', { kind: 'retry', reason: 'ExpiredProviderToken' }],
    ['TooManyRequests', { kind: 'retry', reason: 'TooManyRequests' }],
    ['InternalServerError', { kind: 'retry', reason: 'Error 500, stream ended unexpectedly' }],
    ['ServiceUnavailable', { kind: 'retry', reason: 'ServiceUnavailable' }],
    ['GOAWAY', { kind: 'retry', reason: expect.any(String) as unknown as string }],
  ],
  unavailable: 'ServiceUnavailable',
};

const vapid = new VapidKeys(parseKeyring(generateKeyring()).vapid);
const here = { isProduction: false, allowed: networksOf([]) };
const webPushGateway = (outbound: Outbound) =>
  new WebPushGateway({ keys: vapid, subject: 'mailto:push@example.com', outbound });
let webPush: LocalWebPush;
let webGateway: WebPushGateway;
let closedPort: number;
const from = (status: number) =>
  expect.stringMatching(new RegExp(`^${status} from 127\\.0\\.0\\.1:\\d+$`)) as unknown as string;
const web: Platform = {
  service: 'webpush',
  token: (name) => webPush.newSubscription(vapid.current ?? '', name),
  lost: () => ({
    send: (push, ms) => webGateway.send({ ...push, token: push.token.replace(/:\d+/, `:${closedPort}`) }, ms),
    close: () => Promise.resolve(),
  }),
  async start() {
    [webPush, closedPort] = await Promise.all([startLocalWebPush(), freePort()]);
    webGateway = webPushGateway(new Outbound(here, undefined, { most: 50, kept: 50 }));
  },
  async stop() {
    await webGateway.close();
    await webPush.close();
  },
  gateway: () => webGateway,
  received: () => webPush.received,
  answer: (token, ...names) => webPush.answer(token, ...(names as WebPushAnswer[])),
  outcomes: [
    ['404', { kind: 'unregistered' }],
    ['410', { kind: 'unregistered' }],
    ['301', { kind: 'rejected', reason: from(301) }],
    ['400', { kind: 'rejected', reason: from(400) }],
    ['401', { kind: 'rejected', reason: from(401) }],
    ['403', { kind: 'rejected', reason: from(403) }],
    ['413', { kind: 'rejected', reason: from(413) }],
    ['429', { kind: 'retry', reason: from(429), afterMs: 60_000 }],
    ['500', { kind: 'retry', reason: from(500) }],
    ['503', { kind: 'retry', reason: from(503), afterMs: 5_000 }],
  ],
  unavailable: '503',
};

/** A carrier's own hub, in place of one push service. A token that begins with `unregistered-` is dead. */
const secret = writtenWebhookSecret(Buffer.alloc(32, 7));
function throughHub(service: 'fcm' | 'apns', platform: 'android' | 'ios'): Platform {
  let hub: SignedReceiver;
  let hubGateway: HttpPushGateway;
  const gatewayTo = (url: string) =>
    new HttpPushGateway(
      new SignedCalls({
        url,
        secrets: [readWebhookSecret(secret)!],
        outbound: new Outbound(here, undefined, { most: 50, kept: 50 }),
      }),
    );
  const asReceived = ({ body }: ReceivedCall): ReceivedPush => ({
    receivedAt: new Date().toISOString(),
    platform,
    token: String(body['token']),
    data: body['data'] as Record<string, string>,
    alert: body['alert'] as ReceivedPush['alert'],
    ttlSeconds: Number(body['ttlSeconds']),
    collapseKey: String(body['collapseKey']),
  });
  return {
    service,
    token(name) {
      const token = `${service}-${name}`;
      if (name.startsWith('unregistered-')) hub.answer(token, '410');
      return token;
    },
    lost: () => gatewayTo(`http://127.0.0.1:${closedPort}/`),
    async start() {
      hub = await SignedReceiver.start(secret, ({ token }) => String(token));
      hubGateway = gatewayTo(hub.url);
    },
    async stop() {
      await hubGateway.close();
      await hub.close();
    },
    gateway: () => hubGateway,
    received: () => hub.received.map(asReceived),
    answer: (token, ...names) => {
      hub.answer(token, ...(names as ReceiverAnswer[]));
    },
    outcomes: [
      ['410', { kind: 'unregistered' }],
      ['{"outcome":"unregistered"}', { kind: 'unregistered' }],
      [
        '{"outcome":"unregistered","since":"2026-11-29T01:02:03Z"}',
        { kind: 'unregistered', since: new Date('2026-11-29T01:02:03Z') },
      ],
      ['301', { kind: 'retry', reason: from(301) }],
      ['400', { kind: 'rejected', reason: from(400) }],
      ['401', { kind: 'retry', reason: from(401) }],
      ['403', { kind: 'retry', reason: from(403) }],
      ['404', { kind: 'retry', reason: from(404) }],
      ['408', { kind: 'retry', reason: from(408) }],
      ['413', { kind: 'rejected', reason: from(413) }],
      ['422', { kind: 'rejected', reason: from(422) }],
      ['429', { kind: 'retry', reason: from(429), afterMs: 60_000 }],
      ['500', { kind: 'retry', reason: from(500) }],
      ['503', { kind: 'retry', reason: from(503), afterMs: 5_000 }],
      ['504', { kind: 'retry', reason: from(504) }],
    ],
    unavailable: '503',
  };
}
const hubOfAndroid = throughHub('fcm', 'android');
const hubOfIos = throughHub('apns', 'ios');

/** The same platforms, reached as the service reaches them. */
const routed = (platform: Platform): Platform => ({
  ...platform,
  gateway: () => new PlatformPushGateway({ fcm: fcmGateway, apns: apnsGateway, webpush: webGateway }),
});

const platforms = [
  ['FcmPushGateway', 'android', android],
  ['ApnsPushGateway', 'ios', ios],
  ['WebPushGateway', 'web', web],
  ['HttpPushGateway, android', 'android', hubOfAndroid],
  ['HttpPushGateway, ios', 'ios', hubOfIos],
  ['PlatformPushGateway, android', 'android', routed(android)],
  ['PlatformPushGateway, ios', 'ios', routed(ios)],
  ['PlatformPushGateway, web', 'web', routed(web)],
] as const;

beforeAll(async () => {
  await Promise.all([android.start(), ios.start(), web.start(), hubOfAndroid.start(), hubOfIos.start()]);
});
afterAll(async () => {
  await Promise.all([android.stop(), ios.stop(), web.stop(), hubOfAndroid.stop(), hubOfIos.stop()]);
});

let phones = 0;

describe.each(platforms)('%s', (_name, platform, tested) => {
  const { gateway, received, answer, outcomes, unavailable } = tested;
  const message = async (fields: Partial<PushMessage> = {}): Promise<PushMessage> => {
    phones += 1;
    return {
      id: `msg-${phones}`,
      service: tested.service,
      token: await tested.token(`phone-${phones}`),
      data: { t: 'wake', id: `authentication-${phones}` },
      alert: { title: '본인확인', body: '앱을 열어 확인하세요' },
      style: 'alert',
      collapseKey: `wake-${phones}`,
      ttlSeconds: 180,
      ...fields,
    };
  };
  const send = (push: PushMessage) => gateway().send(push, DEADLINE_MS);
  const to = (token: string) => received().filter((push) => push.token === token);

  it('a push carries data, visible text, time to live and collapse key', async () => {
    const push = await message();
    expect(await send(push)).toMatchObject({ kind: 'accepted' });
    expect(to(push.token)).toEqual([
      {
        receivedAt: expect.any(String),
        platform,
        token: push.token,
        data: push.data,
        alert: push.alert,
        ttlSeconds: expect.any(Number),
        collapseKey: push.collapseKey,
      },
    ]);
    expect(Math.abs(to(push.token)[0]!.ttlSeconds - 180)).toBeLessThanOrEqual(30);
  });

  it('a push carries an envelope that fills most of it, without text that the platform would show', async () => {
    const push = await message({ style: 'data', data: { t: 'code', id: 'a', envelope: 'e'.repeat(3000) } });
    expect(await send(push)).toMatchObject({ kind: 'accepted' });
    const [sent] = to(push.token);
    expect(sent?.data).toEqual(push.data);
    // iOS wakes the app's extension only for a visible push.
    expect(sent?.alert).toEqual(platform === 'ios' ? push.alert : null);
  });

  it('the push gateway reports a dead token exactly when the platform does', async () => {
    expect(await send(await message({ token: await tested.token(`unregistered-${platform}`) }))).toMatchObject({
      kind: 'unregistered',
    });
  });

  it('the push gateway rejects a push over 4,096 bytes, which the platform never takes', async () => {
    expect(await send(await message({ data: { envelope: 'e'.repeat(4096) } }))).toMatchObject({ kind: 'rejected' });
  });

  it.each(outcomes)('the push gateway maps %s to %j', async (name, outcome) => {
    const push = await message();
    answer(push.token, name);
    expect(await send(push)).toEqual(outcome);
    expect(to(push.token)).toEqual([]);
  });

  it('the push gateway asks the platform once and leaves the retry to its caller', async () => {
    const push = await message();
    // The second answer is still queued when the first send is over, so nothing was sent behind the caller's back.
    answer(push.token, unavailable, unavailable);
    expect(await send(push)).toMatchObject({ kind: 'retry' });
    expect(await send(push)).toMatchObject({ kind: 'retry' });
    expect(await send(push)).toMatchObject({ kind: 'accepted' });
    expect(to(push.token)).toHaveLength(1);
  });

  it('the push gateway settles at its deadline when the platform hangs, and the next push succeeds', async () => {
    const push = await message();
    answer(push.token, 'HANG');
    const started = performance.now();
    expect(await gateway().send(push, 300)).toEqual({ kind: 'retry', reason: expect.stringContaining('300 ms') });
    expect(performance.now() - started).toBeLessThan(DEADLINE_MS);
    expect(await send(push)).toMatchObject({ kind: 'accepted' });
  });

  it('the push gateway recovers from a connection that the platform broke', async () => {
    const push = await message();
    answer(push.token, 'RESET', 'RESET');
    expect(await send(push)).toMatchObject({ kind: 'retry' });
    const other = await message();
    expect(await send(other)).toMatchObject({ kind: 'accepted' });
    expect(to(other.token)).toHaveLength(1);
  });

  it('the push gateway loses no push of a burst of 20 while the platform shuts a connection down', async () => {
    const burst = await Promise.all(Array.from({ length: 20 }, () => message()));
    answer(burst[7]!.token, outcomes.some(([name]) => name === 'GOAWAY') ? 'GOAWAY' : 'RESET');
    const first = await Promise.all(burst.map(send));
    expect(first.map(({ kind }) => kind).filter((kind) => kind !== 'accepted' && kind !== 'retry')).toEqual([]);
    const unsent = burst.filter((_push, index) => first[index]!.kind === 'retry');
    expect(await Promise.all(unsent.map(send))).toMatchObject(unsent.map(() => ({ kind: 'accepted' })));
    for (const push of burst) expect(to(push.token).length).toBeGreaterThanOrEqual(1);
  });

  it('the push gateway tells each of 80 pushes at once its own outcome, also those whose connection broke', async () => {
    // On one HTTP/2 session these two end the others as well.
    const own = outcomes.filter(([name]) => name !== 'GOAWAY' && name !== 'InternalServerError');
    const expected = Array.from({ length: 80 }, (_, at) => own[at % (own.length + 1)]);
    const pushes = await Promise.all(expected.map(() => message()));
    for (const [at, push] of pushes.entries()) {
      const [name] = expected[at] ?? ['OK'];
      // A connection of HTTP/1.1 carries one push, which is repeated once.
      answer(push.token, ...(tested.repeatsBroken && at % 3 === 0 ? ['RESET', name] : [name]));
    }
    const accepted: PushOutcome = { kind: 'accepted' };
    expect(await Promise.all(pushes.map(send))).toMatchObject(expected.map((one) => one?.[1] ?? accepted));
    expect(pushes.map(({ token }) => to(token).length)).toEqual(expected.map((one) => (one ? 0 : 1)));
  });

  it('the push gateway never throws, not even when the port of the platform is closed', async () => {
    const lost = tested.lost();
    expect(await lost.send(await message(), DEADLINE_MS)).toMatchObject({ kind: 'retry' });
    await lost.close();
  });
});
