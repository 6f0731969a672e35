import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { compactDecrypt, decodeProtectedHeader, importJWK } from 'jose';
import { signJws } from '../../src/crypto/compact-jws.ts';
import { seal } from '../../src/crypto/seal.ts';
import { importDeviceKeys } from '../../src/phone/device-keys.ts';
import { openCodeEnvelope } from '../../src/phone/envelope.ts';
import { readVectors } from '../phone/read-vectors.ts';
import { keyPair } from '../support/installation.ts';
import { signingKey } from './keys.ts';

const device = keyPair();
const sealed = (text: string) => seal(text, { kid: 'device-1', key: device.publicJwk });
const privateKey = async (of = device) => importJWK(of.privateKey.export({ format: 'jwk' }), 'ECDH-ES');

describe('an envelope', () => {
  it('an envelope is a compact JWE with ECDH-ES and A256GCM for the device, and has no other header', () => {
    const envelope = sealed('text');
    expect(envelope).toMatch(/^[\w-]+\.\.[\w-]{16}\.[\w-]+\.[\w-]{22}$/);
    expect(decodeProtectedHeader(envelope)).toEqual({
      alg: 'ECDH-ES',
      enc: 'A256GCM',
      kid: 'device-1',
      epk: {
        kty: 'EC',
        crv: 'P-256',
        x: expect.stringMatching(/^[\w-]{43}$/),
        y: expect.stringMatching(/^[\w-]{43}$/),
      },
    });
  });

  it('an envelope is opened by another implementation to exactly the same text', async () => {
    const key = await privateKey();
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 2000 }), async (text) => {
        const { plaintext } = await compactDecrypt(sealed(text), key);
        expect(Buffer.from(plaintext).toString('utf8')).toBe(Buffer.from(text).toString('utf8'));
      }),
    );
  });

  it('an envelope cannot be opened with another key', async () => {
    await expect(compactDecrypt(sealed('text'), await privateKey(keyPair()))).rejects.toThrow();
  });

  it('each envelope is different, with an ephemeral key of its own', () => {
    const envelopes = Array.from({ length: 50 }, () => sealed('text'));
    expect(new Set(envelopes).size).toBe(50);
    const keys = envelopes.map((one) => decodeProtectedHeader(one)['epk'] as { x?: string });
    expect(new Set(keys.map(({ x }) => x)).size).toBe(50);
  });

  it('an envelope of a code is read by the reference app with the keys of the known answer', async () => {
    const known = readVectors('envelope') as {
      deviceId: string;
      encryptionKey: { kty: 'EC'; crv: 'P-256'; x: string; y: string; d: string };
      claims: { authenticationId: string; expiresAt: string };
    };
    const key = signingKey('service-1');
    const envelope = seal(signJws(key, 'pushguard-code+jwt', known.claims), {
      kid: known.deviceId,
      key: known.encryptionKey,
    });
    const claims = await openCodeEnvelope({
      envelope,
      deviceId: known.deviceId,
      encryptionKey: (await importDeviceKeys({ signingKey: known.encryptionKey, encryptionKey: known.encryptionKey }))
        .encryption.privateKey,
      serviceKey: async (kid) => (kid === key.kid ? { ...key.publicJwk, kid } : undefined),
      now: Date.parse(known.claims.expiresAt) - 1,
      authenticationId: known.claims.authenticationId,
    });
    expect(claims).toEqual(known.claims);
  });

  it('an envelope of the longest code stays far below the size limit of a push', () => {
    const claims = {
      v: 1,
      authenticationId: 'a'.repeat(36),
      deviceId: 'd'.repeat(36),
      code: '000000',
      relyingParty: '가'.repeat(100),
      purpose: '🐯'.repeat(40),
      expiresAt: '2026-11-22T00:00:00.000Z',
    };
    expect(sealed(signJws(signingKey('service-1'), 'pushguard-code+jwt', claims)).length).toBeLessThan(3000);
  });

  it('an envelope is never made for a point off the curve', () => {
    const key = { ...device.publicJwk, y: device.publicJwk.x };
    expect(() => seal('text', { kid: 'device-1', key })).toThrow();
  });
});
