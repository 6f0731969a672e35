import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { exportJWK, generateKeyPair, SignJWT, type JWK } from 'jose';
import { networksOf } from '../../src/gateways/outbound/global-address.ts';
import { Outbound } from '../../src/gateways/outbound/outbound.ts';
import { ClientKeys } from '../../src/relying-parties/client-keys.ts';
import { KeyHost } from '../support/key-host.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

let host: KeyHost;
/** Public keys with the `kid` of their places, and a JWT that each signed. */
let keys: JWK[];
let signed: string[];
/** A JWT whose header names no key. */
let unnamed: string;

let path: string;
let now: number;
let clientKeys: ClientKeys;

beforeAll(async () => {
  host = await KeyHost.start();
  const pairs = await Promise.all([0, 1].map(() => generateKeyPair('ES256')));
  keys = await Promise.all(
    pairs.map(async ({ publicKey }, at) => ({ ...(await exportJWK(publicKey)), kid: String(at) })),
  );
  signed = await Promise.all(
    pairs.map(({ privateKey }, at) =>
      new SignJWT({}).setProtectedHeader({ alg: 'ES256', kid: String(at) }).sign(privateKey),
    ),
  );
  unnamed = await new SignJWT({}).setProtectedHeader({ alg: 'ES256' }).sign(pairs[0]!.privateKey);
});
afterAll(() => host.stop());

beforeEach(() => {
  path = `/${randomUUID()}`;
  now = 0;
  const outbound = new Outbound({ isProduction: false, allowed: networksOf([]) });
  clientKeys = new ClientKeys(outbound, () => now);
  host.publish(path, { keys: [keys[0]!] });
});

/** The ids of the keys that serve a JWT of the key at this place. */
async function served(at: number): Promise<unknown[]> {
  const set = await clientKeys.of({ jwks: null, jwksUri: host.url(path) }, signed[at]!);
  return (set as { keys: JWK[] }).keys.map(({ kid }) => kid);
}

describe('the keys at the address of a client', () => {
  it('serve for five minutes, and are fetched again after them, so that a withdrawn key ends', async () => {
    expect(await served(0)).toEqual(['0']);
    host.publish(path, { keys: [keys[1]!] });
    now = 5 * MINUTE - 1;
    expect([await served(0), host.fetches(path)]).toEqual([['0'], 1]);
    now = 5 * MINUTE;
    expect([await served(0), host.fetches(path)]).toEqual([['1'], 2]);
  });

  it('are fetched again for an unknown key, and for further ones half a minute later', async () => {
    await served(0);
    expect([await served(1), host.fetches(path)]).toEqual([['0'], 2]);
    host.publish(path, { keys });
    now = 30_000 - 1;
    expect([await served(1), host.fetches(path)]).toEqual([['0'], 2]);
    now = 30_000;
    expect([await served(1), host.fetches(path)]).toEqual([['0', '1'], 3]);
  });

  it('serve an hour and no longer where their host does not answer, which is asked every half minute', async () => {
    await served(0);
    host.publish(path, { status: 503, body: '' });
    now = 5 * MINUTE;
    expect([await served(0), await served(0), host.fetches(path)]).toEqual([['0'], ['0'], 2]);
    now = HOUR - 1;
    expect([await served(0), host.fetches(path)]).toEqual([['0'], 3]);
    now = HOUR + 30_000;
    expect(await served(0)).toEqual([]);
    host.publish(path, { keys });
    now = HOUR + 32_000;
    expect(await served(0)).toEqual(['0', '1']);
  });

  it('are read two seconds later where none were read before, so that a hiccup refuses the client for no longer', async () => {
    host.publish(path, { status: 503, body: '' });
    expect([await served(0), await served(0), host.fetches(path)]).toEqual([[], [], 1]);
    host.publish(path, { keys });
    now = 2_000;
    expect(await served(0)).toEqual(['0', '1']);
  });

  it.each([
    ['an empty set', { keys: [] }],
    ['a set of keys that encrypt', { keys: [{ kty: 'EC', use: 'enc' }] }],
    ['404', { status: 404, body: '' }],
    ['410', { status: 410, body: '' }],
  ])('end within five minutes where %s withdraws them all', async (_, answer) => {
    await served(0);
    host.publish(path, answer);
    now = 5 * MINUTE;
    expect(await served(0)).toEqual([]);
  });

  it('are looked for half a minute after there were none, also for a JWT that names no key', async () => {
    host.publish(path, { status: 404, body: '' });
    const nameless = async () =>
      (await clientKeys.of({ jwks: null, jwksUri: host.url(path) }, unnamed)) as { keys: JWK[] };
    expect((await nameless()).keys).toEqual([]);
    host.publish(path, { keys });
    now = 30_000;
    expect((await nameless()).keys).toHaveLength(2);
  });

  it('leave out RSA keys that cost much time', async () => {
    const { publicKey } = await generateKeyPair('PS256');
    const cheap = { ...(await exportJWK(publicKey)), kid: 'cheap' };
    host.publish(path, {
      keys: [cheap, { ...cheap, kid: 'long exponent', e: '_____w' }, { ...cheap, kid: 'long', n: cheap.n!.repeat(4) }],
    });
    expect(await served(0)).toEqual(['cheap']);
  });
});
