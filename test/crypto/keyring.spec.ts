import { describe, expect, it } from '@jest/globals';
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { FieldCipher } from '../../src/crypto/field-cipher.ts';
import { generateKeyring, parseKeyring, withRsaKey, withVapidKey } from '../../src/crypto/keyring.ts';

interface KeyringFile {
  field: Record<string, unknown>[];
  index: Record<string, unknown>[];
  code: Record<string, unknown>[];
  subject: unknown;
  signing: Record<string, unknown>[];
  vapid: Record<string, unknown>[];
}

const good = () => JSON.parse(generateKeyring()) as KeyringFile;
const errorOf = (text: string): Error | undefined => {
  try {
    parseKeyring(text);
    return undefined;
  } catch (error) {
    return error as Error;
  }
};

describe('a keyring', () => {
  it('a keyring that was generated is read, with keys of its own', () => {
    const ring = parseKeyring(generateKeyring());
    const secrets = [ring.field[0].key, ring.index[0].key, ring.code[0].key, ring.subject].map((key) => {
      expect(key).toHaveLength(32);
      return key.toString('hex');
    });
    expect(new Set(secrets).size).toBe(4);
    const { privateKey, publicJwk, kid } = ring.signing[0];
    expect(createPublicKey(privateKey).export({ format: 'jwk' })).toEqual(publicJwk);
    expect(kid).toMatch(/^[\w.-]+$/);
    expect(generateKeyring()).not.toBe(generateKeyring());
  });

  it('a keyring with several keys writes with the first and reads with all of them', () => {
    const [older, newer] = [good(), good()];
    const both = { ...newer, field: [...newer.field, ...older.field] };
    const written = new FieldCipher(parseKeyring(JSON.stringify(older)).field).encrypt('text', 'a:b:c');
    const cipher = new FieldCipher(parseKeyring(JSON.stringify(both)).field);
    expect(cipher.decrypt(written, 'a:b:c').toString()).toBe('text');
    expect(cipher.isStale(written)).toBe(true);
  });

  it('a keyring of a version before Web Push is read, and gets a VAPID key while all others stay', () => {
    const { vapid: _vapid, ...older } = good();
    const text = JSON.stringify(older);
    expect(parseKeyring(text).vapid).toEqual([]);
    const completed = withVapidKey(text);
    expect(JSON.parse(completed)).toMatchObject(older);
    expect(parseKeyring(completed).vapid).toHaveLength(1);
    expect(withVapidKey(completed)).toBe(completed);
  });

  it('a keyring without an RSA key gets one of 2048 bits while all others stay', () => {
    const older = generateKeyring();
    expect(parseKeyring(older).rsa).toEqual([]);
    const completed = withRsaKey(older);
    expect(JSON.parse(completed)).toMatchObject(JSON.parse(older) as object);
    expect(parseKeyring(completed).rsa[0]?.privateKey.asymmetricKeyDetails?.modulusLength).toBe(2048);
    expect(withRsaKey(completed)).toBe(completed);
  });

  const short = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey.export({ format: 'jwk' });
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' });
  const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey.export({ format: 'jwk' });
  const faults: [string, (ring: KeyringFile) => unknown][] = [
    ['no field keys', (ring) => (ring.field = [])],
    ['field keys that are no list', (ring) => ((ring as { field: unknown }).field = ring.field[0])],
    ['no index keys', (ring) => delete (ring as Partial<KeyringFile>).index],
    ['no code keys', (ring) => (ring.code = [])],
    ['a key that is null', (ring) => ring.field.push(null as never)],
    ['a key without a kid', (ring) => delete ring.field[0]!['kid']],
    ['a kid that is a number', (ring) => (ring.field[0]!['kid'] = 7)],
    ['a kid with a blank', (ring) => (ring.field[0]!['kid'] = 'a b')],
    ['a kid of 33 characters', (ring) => (ring.index[0]!['kid'] = 'k'.repeat(33))],
    ['two keys under one kid', (ring) => ring.field.push({ ...good().field[0], kid: ring.field[0]!['kid'] })],
    ['a key of 31 bytes', (ring) => (ring.code[0]!['key'] = String(ring.code[0]!['key']).slice(0, 42))],
    ['a key of 33 bytes', (ring) => (ring.code[0]!['key'] = `${String(ring.code[0]!['key'])}AA`)],
    ['a key that is a number', (ring) => (ring.field[0]!['key'] = 12345678)],
    ['a key that is a list of bytes', (ring) => (ring.field[0]!['key'] = Array.from({ length: 32 }, (_, at) => at))],
    ['no subject key', (ring) => delete (ring as Partial<KeyringFile>).subject],
    ['a subject key that is too short', (ring) => (ring.subject = 'c2VjcmV0')],
    ['a subject key that is an object', (ring) => (ring.subject = { key: 'c2VjcmV0' })],
    ['an RSA key of 1024 bits', (ring) => Object.assign(ring, { rsa: [{ kid: 'short', ...short }] })],
    ['an RSA key that is of P-256', (ring) => Object.assign(ring, { rsa: ring.signing })],
    ['no signing key', (ring) => (ring.signing = [])],
    ['a signing key without its private part', (ring) => delete ring.signing[0]!['d']],
    ['a signing key whose private part is a number', (ring) => (ring.signing[0]!['d'] = 12345678)],
    ['a signing key whose private part is cut', (ring) => (ring.signing[0]!['d'] = 'c2VjcmV0')],
    ['a signing key with its members in each other’s place', (ring) => swap(ring.signing[0]!, 'kty', 'd')],
    ['a signing key whose curve is its private part', (ring) => swap(ring.signing[0]!, 'crv', 'd')],
    ['a signing key without a kid', (ring) => delete ring.signing[0]!['kid']],
    ['a signing key of RSA', (ring) => (ring.signing[0] = { ...rsa, kid: 'rsa' })],
    ['a signing key of P-384', (ring) => (ring.signing[0] = { ...p384, kid: 'p384' })],
    ['a list of VAPID keys without a key', (ring) => (ring.vapid = [])],
    ['a VAPID key without its private part', (ring) => delete ring.vapid[0]!['d']],
    ['a VAPID key of P-384', (ring) => (ring.vapid[0] = { ...p384, kid: 'p384' })],
  ];
  const swap = (jwk: Record<string, unknown>, a: string, b: string) => {
    [jwk[a], jwk[b]] = [jwk[b], jwk[a]];
  };

  it.each(faults)(
    'a keyring with %s is refused with a sentence that names the part and contains no key',
    (_case, spoil) => {
      const ring = good();
      spoil(ring);
      const error = errorOf(JSON.stringify(ring));
      expect(error?.message).toMatch(/^keyring: /);
      const secrets = [...JSON.stringify(ring).matchAll(/"(?:key|d|subject|p|q|crv|kty)":\s*"?([\w-]{6,})/g)].map(
        ([, one]) => one!,
      );
      const said = `${error?.message} ${String(error?.stack)} ${JSON.stringify(error)}`;
      for (const secret of secrets) expect(said).not.toContain(secret);
    },
  );

  it.each(['', '{', 'null', '[]', '"secret-text"', '{"field": secret-text}'])(
    'a text that is no keyring is refused, and nothing of it is repeated: %s',
    (text) => {
      const error = errorOf(text);
      expect(error?.message).toMatch(/keyring/);
      expect(`${error?.message} ${String(error?.cause)}`).not.toContain('secret-text');
    },
  );
});
