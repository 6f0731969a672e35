import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { base64url } from 'jose';
import { generateDeviceKeys, type DeviceKeys } from '../../src/phone/device-keys.ts';
import {
  EnvelopeError,
  openCodeEnvelope,
  openTestEnvelope,
  type EnvelopeFault,
  type EnvelopeInput,
} from '../../src/phone/envelope.ts';
import { playedKey, seal, type PlayedKey, type Sealing } from './play-service.ts';

const expiresAt = '2026-11-22T09:03:00.000Z';
const now = Date.parse(expiresAt) - 60_000;
const deviceId = 'device-1';
const authenticationId = 'authentication-1';
const claims = {
  v: 1,
  authenticationId,
  deviceId,
  code: '048213',
  relyingParty: '한빛서점',
  purpose: '회원가입',
  expiresAt,
};
const testClaims = { v: 1, deviceId, code: '771905', expiresAt };

let device: DeviceKeys;
let otherDevice: DeviceKeys;
let service: PlayedKey;
let impostor: PlayedKey;

beforeAll(async () => {
  [device, otherDevice] = await Promise.all([generateDeviceKeys(), generateDeviceKeys()]);
  // An impostor gives its key the same key id as the service.
  [service, impostor] = await Promise.all([playedKey('service-1'), playedKey('service-1')]);
});

const sealed = (changes: Partial<Sealing> = {}) =>
  seal({ key: service, to: device.encryption.publicJwk, kid: deviceId, claims, ...changes });

const input = (envelope: string): EnvelopeInput & { authenticationId: string } => ({
  envelope,
  deviceId,
  authenticationId,
  encryptionKey: device.encryption.privateKey,
  serviceKey: async (kid) => (kid === service.publicJwk.kid ? service.publicJwk : undefined),
  now,
});

async function faultOf(opening: Promise<unknown>): Promise<EnvelopeFault | 'none'> {
  try {
    await opening;
    return 'none';
  } catch (error) {
    if (error instanceof EnvelopeError) return error.fault;
    throw error;
  }
}

/** Flips one bit in the middle of one part of a token, which keeps it valid base64url. */
function flipped(token: string, part: number): string {
  const parts = token.split('.');
  const bytes = base64url.decode(parts[part] ?? '');
  const middle = bytes.length >> 1;
  bytes[middle] = (bytes[middle] ?? 0) ^ 1;
  parts[part] = base64url.encode(bytes);
  return parts.join('.');
}

describe('An envelope', () => {
  it('an envelope of a code gives the code, the relying party and the purpose', async () => {
    expect(await openCodeEnvelope(input(await sealed()))).toEqual(claims);
  });

  it('an envelope of a test code gives the test code', async () => {
    const envelope = await sealed({ claims: testClaims, typ: 'pushguard-test+jwt' });
    expect(await openTestEnvelope(input(envelope))).toEqual(testClaims);
  });

  it('an envelope may contain members that this version does not know, which are ignored', async () => {
    expect(await openCodeEnvelope(input(await sealed({ claims: { ...claims, novelty: true } })))).toEqual(claims);
  });

  const refusals: [what: string, fault: EnvelopeFault, envelope: () => Promise<string>][] = [
    ['that is no token', 'malformed', async () => 'code: 048213'],
    ['whose key agreement is ECDH-ES+A128KW', 'algorithm_refused', () => sealed({ alg: 'ECDH-ES+A128KW' })],
    ['whose key agreement is ECDH-ES+A256KW', 'algorithm_refused', () => sealed({ alg: 'ECDH-ES+A256KW' })],
    ['encrypted with A128GCM', 'algorithm_refused', () => sealed({ enc: 'A128GCM' })],
    ['encrypted with A256CBC-HS512', 'algorithm_refused', () => sealed({ enc: 'A256CBC-HS512' })],
    ['that is compressed', 'algorithm_refused', () => sealed({ header: { zip: 'DEF' } })],
    ['named for another device', 'other_device', () => sealed({ kid: 'device-2' })],
    ['encrypted to another key', 'undecryptable', () => sealed({ to: otherDevice.encryption.publicJwk })],
    ['encrypted to the signing key', 'undecryptable', () => sealed({ to: device.signing.publicJwk })],
    ['with its initialisation vector changed', 'undecryptable', async () => flipped(await sealed(), 2)],
    ['with its ciphertext changed', 'undecryptable', async () => flipped(await sealed(), 3)],
    ['with its tag changed', 'undecryptable', async () => flipped(await sealed(), 4)],
    ['signed by an impostor under the service’s kid', 'bad_signature', () => sealed({ key: impostor })],
    ['signed under an unknown kid', 'unknown_service_key', () => sealed({ signingKid: 'service-0' })],
    ['signed under no kid', 'unknown_service_key', () => sealed({ signingKid: undefined })],
    ['of a test code, where a code is wanted', 'wrong_kind', () => sealed({ typ: 'pushguard-test+jwt' })],
    ['of an access token', 'wrong_kind', () => sealed({ typ: 'at+jwt' })],
    ['whose claims are no JSON', 'wrong_claims', () => sealed({ claims: 'code=048213' })],
    ['whose claims are null', 'wrong_claims', () => sealed({ claims: 'null' })],
    ['of version 2', 'wrong_claims', () => sealed({ claims: { ...claims, v: 2 } })],
    ['whose code has five digits', 'wrong_claims', () => sealed({ claims: { ...claims, code: '48213' } })],
    ['whose code is a number', 'wrong_claims', () => sealed({ claims: { ...claims, code: 482130 } })],
    ['without a relying party', 'wrong_claims', () => sealed({ claims: { ...claims, relyingParty: undefined } })],
    ['without a purpose', 'wrong_claims', () => sealed({ claims: { ...claims, purpose: undefined } })],
    ['whose signed device is another', 'other_device', () => sealed({ claims: { ...claims, deviceId: 'device-2' } })],
    [
      'of another authentication',
      'other_authentication',
      () => sealed({ claims: { ...claims, authenticationId: 'authentication-2' } }),
    ],
    ['past its time', 'expired', () => sealed({ claims: { ...claims, expiresAt: new Date(now).toISOString() } })],
    ['whose time cannot be read', 'expired', () => sealed({ claims: { ...claims, expiresAt: 'soon' } })],
  ];

  it.each(refusals)('an envelope %s is refused: %s', async (_what, fault, envelope) => {
    expect(await faultOf(openCodeEnvelope(input(await envelope())))).toBe(fault);
  });

  it('an envelope of a code is refused where a test code is expected', async () => {
    expect(await faultOf(openTestEnvelope(input(await sealed())))).toBe('wrong_kind');
  });

  it('an envelope with its header changed is refused, for the header is authenticated too', async () => {
    const [header = '', ...rest] = (await sealed()).split('.');
    const read: unknown = JSON.parse(new TextDecoder().decode(base64url.decode(header)));
    const changed = base64url.encode(JSON.stringify({ ...(read as object), extra: 1 }));
    expect(await faultOf(openCodeEnvelope(input([changed, ...rest].join('.'))))).toBe('undecryptable');
  });

  it('an envelope of any bytes is refused with EnvelopeError and no other error', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.string(),
          fc.base64String().map((text) => `${text}..${text}.${text}.${text}`),
        ),
        async (text) => {
          expect(await faultOf(openCodeEnvelope(input(text)))).not.toBe('none');
        },
      ),
    );
  });
});
