import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import smpp, { type Pdu } from 'smpp';
import { Agent, request } from 'undici';
import { type LocalApns, startLocalApns } from '../../src/embedded/local-apns.ts';
import { type LocalFcm, startLocalFcm } from '../../src/embedded/local-fcm.ts';
import { startLocalSmsc } from '../../src/embedded/local-smsc.ts';
import { startLocalWebPush, type LocalWebPush } from '../../src/embedded/local-web-push.ts';
import { ApnsPushGateway } from '../../src/gateways/push/apns.push.ts';

let fcm: LocalFcm;
let apns: LocalApns;
let trusting: Agent;

beforeAll(async () => {
  [fcm, apns] = await Promise.all([startLocalFcm(), startLocalApns()]);
  trusting = new Agent({ connect: { ca: fcm.ca } });
});
afterAll(async () => {
  await trusting.close();
  await Promise.all([fcm.close(), apns.close()]);
});

describe('the local FCM', () => {
  const post = async (message: unknown, headers: Record<string, string> = { authorization: 'Bearer local' }) => {
    const { statusCode, body } = await request(`https://127.0.0.1:${fcm.port}/v1/projects/p/messages:send`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ message }),
      dispatcher: trusting,
    });
    return { statusCode, body: JSON.parse(await body.text()) };
  };

  it('the local FCM answers with the name of the message that it took', async () => {
    const { statusCode, body } = await post({ token: 'a', data: { t: 'wake' } });
    expect(statusCode).toBe(200);
    expect(body['name']).toMatch(/^projects\/p\/messages\/.+/);
  });

  it('the local FCM requires a bearer token', async () => {
    const { statusCode, body } = await post({ token: 'a' }, {});
    expect(statusCode).toBe(401);
    expect(body['error'].status).toBe('UNAUTHENTICATED');
  });

  it.each([
    ['no token', { data: { t: 'wake' } }],
    ['data that is no string', { token: 'a', data: { t: 1 } }],
    ['a reserved key', { token: 'a', data: { from: 'x' } }],
    ['a reserved prefix', { token: 'a', data: { 'google.x': 'x' } }],
    ['more than 4,096 bytes', { token: 'a', data: { t: '가'.repeat(1400) } }],
    ['a time to live in milliseconds', { token: 'a', android: { ttl: '180000ms' } }],
    ['a time to live over four weeks', { token: 'a', android: { ttl: '2419201s' } }],
  ])('the local FCM refuses %s as an invalid argument', async (_case, message) => {
    const { statusCode, body } = await post(message);
    expect(statusCode).toBe(400);
    expect(body['error'].details[0]).toEqual({
      '@type': 'type.googleapis.com/google.firebase.fcm.v1.FcmError',
      errorCode: 'INVALID_ARGUMENT',
    });
  });
});

describe('the local APNs', () => {
  const sendAs = async (identity: Partial<Pick<LocalApns, 'token' | 'topic'>>, collapseKey = 'key') => {
    const { token, topic } = { ...apns, ...identity };
    const gateway = new ApnsPushGateway({ token, topic, production: false, endpoint: apns });
    const outcome = await gateway.send(
      {
        id: 'msg',
        service: 'apns',
        token: 'phone',
        data: { t: 'wake' },
        alert: { title: '본인확인', body: '앱을 여세요' },
        style: 'alert',
        collapseKey,
        ttlSeconds: 180,
      },
      30_000,
    );
    await gateway.close();
    return outcome;
  };

  it('the local APNs takes a push of its own provider', async () => {
    expect(await sendAs({})).toMatchObject({ kind: 'accepted' });
  });

  it('the local APNs refuses a provider token that another key signed', async () => {
    const other = await startLocalApns();
    expect(await sendAs({ token: other.token })).toEqual({ kind: 'rejected', reason: 'InvalidProviderToken' });
    await other.close();
  });

  it('the local APNs refuses the topic of another app', async () => {
    expect(await sendAs({ topic: 'other.app' })).toEqual({ kind: 'rejected', reason: 'DeviceTokenNotForTopic' });
  });

  it('the local APNs refuses a collapse id over 64 bytes', async () => {
    expect(await sendAs({}, 'k'.repeat(65))).toEqual({ kind: 'rejected', reason: 'BadCollapseId' });
  });
});

describe('the local push service of a browser', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const pointOf = (key: KeyObject) => {
    const { x = '', y = '' } = key.export({ format: 'jwk' });
    return Buffer.concat([Buffer.of(4), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')]).toString(
      'base64url',
    );
  };
  const serverKey = pointOf(publicKey);
  const other = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  let local: LocalWebPush;
  let endpoint: string;

  beforeAll(async () => {
    local = await startLocalWebPush();
    ({ endpoint } = JSON.parse(await local.newSubscription(serverKey)) as { endpoint: string });
  });
  afterAll(async () => {
    await local.close();
  });

  const inSeconds = (seconds: number) => Math.floor(Date.now() / 1000) + seconds;
  const authorization = ({ claims = {}, by = privateKey, k = serverKey } = {}) => {
    const whole = { aud: local.origin, exp: inSeconds(3_600), sub: 'mailto:push@example.com', ...claims };
    const input = [{ typ: 'JWT', alg: 'ES256' }, whole]
      .map((one) => Buffer.from(JSON.stringify(one)).toString('base64url'))
      .join('.');
    const signature = sign('sha256', Buffer.from(input), { key: by, dsaEncoding: 'ieee-p1363' });
    return `vapid t=${input}.${signature.toString('base64url')}, k=${k}`;
  };
  const post = async (headers: Record<string, string | undefined>, body = Buffer.alloc(200, 1), to = endpoint) => {
    const all = {
      ttl: '60',
      urgency: 'high',
      'content-encoding': 'aes128gcm',
      authorization: authorization(),
      ...headers,
    };
    const sent = JSON.parse(JSON.stringify(all)) as Record<string, string>;
    return (await request(to, { method: 'POST', headers: sent, body })).statusCode;
  };

  it.each<[string, number, () => Record<string, string | undefined>]>([
    ['no VAPID', 401, () => ({ authorization: undefined })],
    [
      'the VAPID of another push service',
      403,
      () => ({ authorization: authorization({ claims: { aud: 'https://a.kr' } }) }),
    ],
    ['a token of yesterday', 403, () => ({ authorization: authorization({ claims: { exp: inSeconds(-1) } }) })],
    ['a token of 25 hours', 403, () => ({ authorization: authorization({ claims: { exp: inSeconds(90_000) } }) })],
    ['a token that names nobody', 403, () => ({ authorization: authorization({ claims: { sub: undefined } }) })],
    ['a signature of another key', 403, () => ({ authorization: authorization({ by: other.privateKey }) })],
    [
      'a key of another subscription',
      403,
      () => ({ authorization: authorization({ by: other.privateKey, k: pointOf(other.publicKey) }) }),
    ],
    ['no time to live', 400, () => ({ ttl: undefined })],
    ['a time to live with a unit', 400, () => ({ ttl: '60s' })],
    ['a topic of 33 characters', 400, () => ({ topic: 't'.repeat(33) })],
    ['an unknown urgency', 400, () => ({ urgency: 'extreme' })],
    ['an older encryption', 400, () => ({ 'content-encoding': 'aesgcm' })],
    ['a message that was not encrypted for the browser', 400, () => ({})],
  ])('the local push service refuses %s with %i', async (_case, status, headers) => {
    expect(await post(headers())).toBe(status);
    expect(local.received).toEqual([]);
  });

  it('the local push service refuses a message over 4,096 bytes, and one to nobody', async () => {
    expect(await post({}, Buffer.alloc(4_097))).toBe(413);
    expect(await post({}, Buffer.alloc(200), `${local.origin}/push/nobody`)).toBe(404);
  });
});

describe('the local SMS centre', () => {
  it('the local SMS centre answers probes, refuses a session that has not bound, and sends a receipt on request', async () => {
    const smsc = await startLocalSmsc();
    const session = smpp.connect({ host: smsc.host, port: smsc.port });
    const ask = (command: 'bind_transceiver' | 'submit_sm' | 'enquire_link', fields: Record<string, string | number>) =>
      new Promise<Pdu>((resolve) => session[command](fields, resolve));
    const message = { dest_addr_ton: 1, destination_addr: '821012345678', source_addr: '1588', short_message: 'hi' };

    expect((await ask('submit_sm', message)).command_status).toBe(smpp.errors['ESME_RINVBNDSTS']);
    const bound = await ask('bind_transceiver', { system_id: smsc.systemId, password: smsc.password });
    expect(bound.command_status).toBe(0);
    expect((await ask('enquire_link', {})).command_status).toBe(0);

    const receipt = once(session, 'deliver_sm');
    const { message_id: id } = await ask('submit_sm', { ...message, registered_delivery: 1 });
    const [delivered] = (await receipt) as [Pdu];
    expect(String(delivered.short_message?.message)).toMatch(new RegExp(`^id:${id} .*stat:DELIVRD`));
    expect(smsc.received).toEqual([
      {
        receivedAt: expect.any(String),
        to: '+821012345678',
        from: '1588',
        text: 'hi',
        messageId: id,
        validUntil: null,
      },
    ]);
    session.destroy();
    await smsc.close();
  });
});
