import { describe, expect, it } from '@jest/globals';
import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { CompactSign, compactVerify, decodeProtectedHeader } from 'jose';
import { parseJws, publicKey, signJws, verifyJws } from '../../src/crypto/compact-jws.ts';
import type { PublicJwk } from '../../src/crypto/keyring.ts';
import { readVectors } from '../phone/read-vectors.ts';
import { publicHalf, signingKey } from './keys.ts';

const key = signingKey('key-1');
const claims = fc.dictionary(
  fc.string().filter((name) => name !== '__proto__'),
  fc.jsonValue(),
);
const json = (value: unknown) => JSON.parse(JSON.stringify(value)) as unknown;
const encoded = (text: string) => Buffer.from(text).toString('base64url');

describe('a JWS', () => {
  it('a JWS signed here is verified by another implementation, to the same claims', async () => {
    await fc.assert(
      fc.asyncProperty(claims, async (payload) => {
        const signed = signJws(key, 'at+jwt', payload);
        const verified = await compactVerify(signed, publicHalf(key), { algorithms: ['ES256'] });
        expect(verified.protectedHeader).toEqual({ alg: 'ES256', typ: 'at+jwt', kid: 'key-1' });
        expect(JSON.parse(Buffer.from(verified.payload).toString())).toEqual(json(payload));
      }),
    );
  });

  it('a JWS signed by another implementation is verified here, to the same claims', async () => {
    await fc.assert(
      fc.asyncProperty(claims, async (payload) => {
        const signed = await new CompactSign(new TextEncoder().encode(JSON.stringify(payload)))
          .setProtectedHeader({ alg: 'ES256', typ: 'x' })
          .sign(key.privateKey);
        const jws = parseJws(signed)!;
        expect(jws.payload).toEqual(json(payload));
        expect(jws.header).toEqual({ alg: 'ES256', typ: 'x' });
        expect(verifyJws(jws, publicHalf(key))).toBe(true);
      }),
    );
  });

  it('a JWS of the known answers is verified here', () => {
    for (const name of ['envelope', 'test-envelope'] as const) {
      const {
        jws,
        serviceKey,
        claims: known,
      } = readVectors(name) as {
        jws: string;
        serviceKey: PublicJwk;
        claims: object;
      };
      const parsed = parseJws(jws)!;
      expect(parsed.payload).toEqual(known);
      expect(verifyJws(parsed, publicKey(serviceKey)!)).toBe(true);
    }
  });

  it('a JWS with any bit changed is not verified', () => {
    const signed = signJws(key, 'x', { a: 1, b: 'text' });
    const parts = signed.split('.');
    fc.assert(
      fc.property(fc.nat(2), fc.nat(1000), fc.integer({ min: 1, max: 255 }), (part, at, mask) => {
        const bytes = Buffer.from(parts[part]!, 'base64url');
        bytes[at % bytes.length]! ^= mask;
        const changed = parts.with(part, bytes.toString('base64url')).join('.');
        const jws = parseJws(changed);
        expect(jws !== null && verifyJws(jws, publicHalf(key))).toBe(false);
      }),
    );
  });

  it('a JWS is not verified by any other key', () => {
    expect(verifyJws(parseJws(signJws(key, 'x', {}))!, publicHalf(signingKey('key-1')))).toBe(false);
  });

  const [header = '', payload = '', signature = ''] = signJws(key, 'x', { a: 1 }).split('.');
  /** Another encoding of the same bytes: sets the unused bits of the last character. */
  const otherSpelling = (part: string) => {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const last = alphabet[alphabet.indexOf(part.at(-1)!) + 1]!;
    const other = part.slice(0, -1) + last;
    if (!Buffer.from(other, 'base64url').equals(Buffer.from(part, 'base64url'))) throw new Error('another value');
    return other;
  };

  it('a valid JWS is decoded, which is the case that the refusals below differ from', () => {
    expect(parseJws(`${header}.${payload}.${signature}`)).not.toBeNull();
  });

  it.each<[string, string]>([
    ['nothing', ''],
    ['one part', header],
    ['two parts', `${header}.${payload}`],
    ['four parts', `${header}.${payload}.${signature}.`],
    ['five parts, as a JWE has', `${header}.${payload}.${signature}.${payload}.${payload}`],
    ['no header', `.${payload}.${signature}`],
    ['no payload', `${header}..${signature}`],
    ['no signature', `${header}.${payload}.`],
    ['a signature of 63 bytes', `${header}.${payload}.${signature.slice(0, 84)}`],
    ['a signature of 65 bytes', `${header}.${payload}.${signature}A`],
    ['a signature in another spelling', `${header}.${payload}.${otherSpelling(signature)}`],
    ['padding', `${header}=.${payload}.${signature}`],
    ['a blank before', ` ${header}.${payload}.${signature}`],
    ['a line break behind', `${header}.${payload}.${signature}\n`],
    ['the alphabet of base64', `${encoded('{"a":"???>>>"}').replaceAll('_', '/')}.${payload}.${signature}`],
    ['a header that is no JSON', `${encoded('x')}.${payload}.${signature}`],
    ['a header that is a list', `${encoded('[]')}.${payload}.${signature}`],
    ['a header that is null', `${encoded('null')}.${payload}.${signature}`],
    ['a payload that is a text', `${header}.${encoded('"x"')}.${signature}`],
    ['a payload that is a number', `${header}.${encoded('1')}.${signature}`],
    ['a part that is no base64url', `${header}.${payload}A.${signature}`],
  ])('a JWS of %s is refused', (_case, compact) => {
    expect(parseJws(compact)).toBeNull();
  });

  it('any text is decoded as a JWS or refused, and never raises an error', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(fc.base64String(), { minLength: 3, maxLength: 3 }).map((all) => all.join('.')),
        ),
        (compact) => {
          parseJws(compact);
        },
      ),
    );
  });

  it('a JWS names its key and kind as it was signed', () => {
    expect(decodeProtectedHeader(signJws(key, 'pushguard-code+jwt', {}))).toEqual({
      alg: 'ES256',
      typ: 'pushguard-code+jwt',
      kid: 'key-1',
    });
  });
});

describe('a public key', () => {
  const jwk = key.publicJwk;
  const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey.export({ format: 'jwk' });
  const ed25519 = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' });

  it('a public key is read from its JWK, whatever further members the JWK has', () => {
    expect(publicKey(jwk)?.export({ format: 'jwk' })).toEqual(jwk);
    expect(publicKey({ ...jwk, alg: 'none', use: 'enc', d: jwk.x })?.type).toBe('public');
  });

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'key'],
    ['no x', { ...jwk, x: undefined }],
    ['an x of 31 bytes', { ...jwk, x: jwk.x.slice(0, 42) }],
    ['a padded x', { ...jwk, x: `${jwk.x}=` }],
    ['a number for y', { ...jwk, y: 1 }],
    ['a point off the curve', { ...jwk, y: jwk.x }],
    ['the point at zero', { ...jwk, x: 'A'.repeat(43), y: 'A'.repeat(43) }],
    ['a coordinate in another spelling', { ...jwk, x: jwk.x.slice(0, 42) + spelledOtherwise(jwk.x.at(-1)!) }],
    ['a key of P-384', p384],
    ['a key of P-384 that says P-256', { ...p384, crv: 'P-256' }],
    ['a key of Ed25519', ed25519],
    ['an octet key', { kty: 'oct', k: jwk.x }],
  ])('a public key is not read from %s', (_case, value) => {
    expect(publicKey(value)).toBeNull();
  });
});

/** The last of 43 characters carries four bits; the two lowest bits are zero in the only valid spelling. */
function spelledOtherwise(character: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return alphabet[alphabet.indexOf(character) + 1]!;
}
