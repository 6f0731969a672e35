import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createECDH } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { readEnvironment } from '../../config/environment.ts';
import { generateKeyring, parseKeyring } from '../../src/crypto/keyring.ts';
import { VapidKeys } from '../../src/crypto/vapid-keys.ts';
import { startLocalWebPush, type LocalWebPush } from '../../src/embedded/local-web-push.ts';
import { decryptWebPush } from '../../src/embedded/web-push-cipher.ts';
import { configuredWebPush } from '../../src/gateways/configured.ts';
import { networksOf } from '../../src/gateways/outbound/global-address.ts';
import { Outbound } from '../../src/gateways/outbound/outbound.ts';
import type { PushMessage, PushOutcome } from '../../src/gateways/push/push.ts';
import { WebPushGateway } from '../../src/gateways/push/web.push.ts';

const vapid = new VapidKeys(parseKeyring(generateKeyring()).vapid);
const HERE = { isProduction: false, allowed: networksOf([]) };
const IN_PRODUCTION = { isProduction: true, allowed: networksOf([]) };
const SUBJECT = 'mailto:push@example.com';
const ID = '01974c2f-0b51-7e22-9d3c-1a5f6e7d8c9b';

let local: LocalWebPush;
let gateway: WebPushGateway;

beforeAll(async () => {
  local = await startLocalWebPush();
  gateway = new WebPushGateway({ keys: vapid, subject: SUBJECT, outbound: new Outbound(HERE) });
});
afterAll(async () => {
  await gateway.close();
  await local.close();
});

const message = (token: string, fields: Partial<PushMessage> = {}): PushMessage => ({
  id: 'msg',
  service: 'webpush',
  token,
  data: { t: 'wake', id: ID },
  alert: { title: '본인확인 요청', body: '앱을 열어 확인해 주세요.' },
  style: 'alert',
  collapseKey: ID,
  ttlSeconds: 170,
  ...fields,
});
const subscribe = () => local.newSubscription(vapid.current ?? '');
const at = (token: string, endpoint: string) => JSON.stringify({ ...(JSON.parse(token) as object), endpoint });
const claimsOf = (headers: IncomingHttpHeaders) => {
  const [, claims = ''] = /t=[^.]+\.([^.]+)\./.exec(headers.authorization ?? '') ?? [];
  return JSON.parse(Buffer.from(claims, 'base64url').toString()) as { aud: string; exp: number; sub: string };
};

/** The message of RFC 8291, appendix A. */
const VECTOR = {
  plaintext: 'When I grow up, I want to be a watermelon',
  privateKey: 'q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94',
  auth: 'BTBZMqHH6r4Tts7J_aSIgg',
  body:
    'DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_' +
    'yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN',
};

describe('the encryption of Web Push', () => {
  it('the reader of the tests reads the message of RFC 8291, appendix A', async () => {
    const pair = createECDH('prime256v1');
    pair.setPrivateKey(Buffer.from(VECTOR.privateKey, 'base64url'));
    const p256dh = pair.getPublicKey();
    const [x, y] = [p256dh.toString('base64url', 1, 33), p256dh.toString('base64url', 33)];
    const jwk = { kty: 'EC', crv: 'P-256', d: VECTOR.privateKey, x, y };
    const privateKey = await crypto.subtle.importKey('jwk', jwk, { name: 'ECDH', namedCurve: 'P-256' }, false, [
      'deriveBits',
    ]);
    const auth = Buffer.from(VECTOR.auth, 'base64url');
    expect(await decryptWebPush(Buffer.from(VECTOR.body, 'base64url'), { privateKey, p256dh, auth })).toBe(
      VECTOR.plaintext,
    );
  });

  it('a push service sees nothing of a message, and the browser reads all of it', async () => {
    const token = await subscribe();
    expect(await gateway.send(message(token), 30_000)).toEqual({ kind: 'accepted' });
    const push = local.received.find((one) => one.token === token)!;
    expect(push).toMatchObject({
      data: { t: 'wake', id: ID },
      alert: { title: '본인확인 요청', body: '앱을 열어 확인해 주세요.' },
      collapseKey: ID.replaceAll('-', ''),
      ttlSeconds: 170,
    });
    const body = local.bodyOf(push)!.toString('latin1');
    for (const text of ['wake', ID, 'notification', '{']) expect(body.slice(86)).not.toContain(`"${text}"`);
  });

  it('a message of 3,993 bytes is sent, and one byte more is rejected without a request', async () => {
    const sized = (bytes: number) => ({ style: 'data' as const, data: { e: 'x'.repeat(bytes - '{"e":""}'.length) } });
    const token = await subscribe();
    expect(await gateway.send(message(token, sized(3_993)), 30_000)).toEqual({ kind: 'accepted' });
    expect(local.bodyOf(local.received.at(-1)!)).toHaveLength(4_096);
    local.answer(token, '500');
    expect(await gateway.send(message(token, sized(3_994)), 30_000)).toMatchObject({ kind: 'rejected' });
    expect(await gateway.send(message(token), 30_000)).toMatchObject({ kind: 'retry' });
  });
});

describe('the request of Web Push', () => {
  let server: Server;
  let seen: { headers: IncomingHttpHeaders; url: string | undefined }[] = [];
  let answer: { status: number; headers: Record<string, string> };
  let origin: string;

  beforeAll(async () => {
    server = createServer((request, response) => {
      seen.push({ headers: request.headers, url: request.url });
      request.resume().once('end', () => response.writeHead(answer.status, answer.headers).end('a secret of the host'));
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  });
  const send = async (fields: Partial<PushMessage> = {}, answered: Partial<typeof answer> = {}) => {
    seen = [];
    answer = { status: 201, headers: {}, ...answered };
    return gateway.send(message(at(await subscribe(), `${origin}/push/secret-capability`), fields), 30_000);
  };

  it('a request names its lifetime, urgency and topic, and a sender for this push service and for less than a day', async () => {
    expect(await send()).toEqual({ kind: 'accepted' });
    const { headers } = seen[0]!;
    expect(headers).toMatchObject({
      ttl: '170',
      urgency: 'high',
      topic: ID.replaceAll('-', ''),
      'content-encoding': 'aes128gcm',
      authorization: expect.stringMatching(new RegExp(`^vapid t=[\\w.-]+, k=${vapid.current}$`)) as unknown,
    });
    const { aud, exp, sub } = claimsOf(headers);
    expect([aud, sub]).toEqual([origin, SUBJECT]);
    const seconds = exp - Date.now() / 1000;
    expect(seconds).toBeGreaterThan(60);
    expect(seconds).toBeLessThan(86_400);
  });

  it('a signature is made once for a push service, and is another one for each key', async () => {
    const [older, newer] = [vapid, new VapidKeys(parseKeyring(generateKeyring()).vapid)];
    const both: Pick<VapidKeys, 'pairOf'> = { pairOf: (key) => older.pairOf(key) ?? newer.pairOf(key) };
    const one = new WebPushGateway({ keys: both, subject: SUBJECT, outbound: new Outbound(HERE) });
    seen = [];
    answer = { status: 201, headers: {} };
    for (const key of [older.current, older.current, newer.current]) {
      const token = await local.newSubscription(key ?? '');
      expect(await one.send(message(at(token, `${origin}/push/a`)), 30_000)).toEqual({ kind: 'accepted' });
    }
    await one.close();
    const [first, again, other] = seen.map(({ headers }) => headers.authorization);
    expect(again).toBe(first);
    expect(other).toMatch(new RegExp(`, k=${newer.current}$`));
  });

  it('a collapse key that is no topic becomes one, always the same', async () => {
    await send({ collapseKey: 'a key with blanks, and far more than 32 characters' });
    const { topic } = seen[0]!.headers;
    expect(topic).toMatch(/^[\w-]{32}$/);
    await send({ collapseKey: 'a key with blanks, and far more than 32 characters' });
    expect(seen[0]!.headers['topic']).toBe(topic);
  });

  it('a redirect is not followed, and neither endpoint nor answer is named in the reason', async () => {
    const outcome = await send({}, { status: 307, headers: { location: `${origin}/elsewhere` } });
    expect(outcome).toEqual({ kind: 'rejected', reason: `307 from ${new URL(origin).host}` });
    expect(seen.map(({ url }) => url)).toEqual(['/push/secret-capability']);
  });

  it.each<[string, string, number]>([
    ['an hour at most', '99999999', 3_600_000],
    ['a number that overflows', '9'.repeat(300), 3_600_000],
  ])('a push service that asks to wait for ever is tried again: %s', async (_case, retryAfter, afterMs) => {
    expect(await send({}, { status: 429, headers: { 'retry-after': retryAfter } })).toMatchObject({ afterMs });
  });
});

describe('the proxy of Web Push', () => {
  it('a push goes through WEB_PUSH_PROXY, which is asked for the address and sees no message', async () => {
    const asked: string[] = [];
    const proxy = createServer().on('connect', (request, socket) => {
      asked.push(request.url ?? '');
      const { hostname, port } = new URL(`http://${request.url}`);
      const onward = connect(Number(port), hostname, () => {
        socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
        socket.pipe(onward).pipe(socket);
      });
      for (const one of [socket, onward]) one.on('error', () => onward.destroy());
    });
    await new Promise<void>((listening) => proxy.listen(0, '127.0.0.1', listening));
    const WEB_PUSH_PROXY = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    const KEYRING = generateKeyring();
    const one = configuredWebPush(readEnvironment({ KEYRING, WEB_PUSH_PROXY, ISSUER: 'https://push.example.com' }));
    const token = await local.newSubscription(new VapidKeys(parseKeyring(KEYRING).vapid).current ?? '');
    expect(await one.send(message(token), 30_000)).toEqual({ kind: 'accepted' });
    expect(asked).toEqual([new URL(local.origin).host]);
    await one.close();
    await new Promise((closed) => proxy.close(closed));
  });
});

describe('the guard of Web Push', () => {
  const guarded = (addresses: string[], rules = IN_PRODUCTION) =>
    new WebPushGateway({
      keys: vapid,
      subject: SUBJECT,
      outbound: new Outbound(rules, () => Promise.resolve(addresses)),
    });
  const rejected = (reason: string): PushOutcome => ({ kind: 'rejected', reason });

  it.each([
    ['a private address', ['10.0.0.7']],
    ['this host', ['127.0.0.1']],
    ['the metadata of a cloud', ['169.254.169.254']],
    ['one private address beside a public one', ['93.184.215.14', '192.168.0.1']],
    ['a private address within IPv6', ['::ffff:10.0.0.7']],
  ])('nothing is sent to a push service whose name leads to %s', async (_case, addresses) => {
    const token = at(await subscribe(), 'https://push.example.com/capability');
    const one = guarded(addresses);
    expect(await one.send(message(token), 30_000)).toEqual(rejected('address_refused at push.example.com'));
    await one.close();
  });

  it.each(['http://push.example.com/a', 'https://127.0.0.1:8443/a', 'https://push.example.com:22/a'])(
    'nothing is sent to %s in production',
    async (endpoint) => {
      const one = guarded(['93.184.215.14']);
      expect(await one.send(message(at(await subscribe(), endpoint)), 30_000)).toMatchObject({
        kind: 'rejected',
        reason: expect.stringMatching(/^url_refused/) as unknown,
      });
      await one.close();
    },
  );

  it('a subscription under a key that the keyring lacks is rejected, and not called dead', async () => {
    const other = new VapidKeys(parseKeyring(generateKeyring()).vapid);
    const token = await local.newSubscription(other.current ?? '');
    expect(await gateway.send(message(token), 30_000)).toMatchObject({ kind: 'rejected' });
  });

  it('a token that is no subscription is rejected', async () => {
    expect(await gateway.send(message('token'), 30_000)).toMatchObject({ kind: 'rejected' });
  });
});
