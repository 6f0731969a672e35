import { createPrivateKey, createPublicKey, randomBytes, type JsonWebKey, type KeyObject } from 'node:crypto';
import { newP256Jwk, newRsaJwk } from './new-key.ts';

/** A symmetric key with the id that its ciphertexts carry. */
export interface NamedKey {
  kid: string;
  key: Buffer;
}

/** An ES256 signing key of the service. */
export interface SigningKey {
  kid: string;
  privateKey: KeyObject;
  publicJwk: PublicJwk;
}

/** An RS256 key of the service, RSA of 2048 bits or more. */
export interface RsaKey {
  kid: string;
  privateKey: KeyObject;
  publicJwk: { kty: 'RSA'; n: string; e: string };
}

export interface PublicJwk {
  kty: 'EC';
  crv: 'P-256';
  x: string;
  y: string;
}

/**
 * The service's secrets. In every list the first key is used for new data; the others only read what they once wrote.
 * `npm run keys` changes a key without downtime: add, promote, `npm run reencrypt`, retire.
 */
export interface Keyring {
  /** Encrypts personal data at rest, AES-256-GCM. */
  field: readonly [NamedKey, ...NamedKey[]];
  /** Makes the blind indexes of numbers and persons. */
  index: readonly [NamedKey, ...NamedKey[]];
  /** Makes the digests of codes. */
  code: readonly [NamedKey, ...NamedKey[]];
  /**
   * Makes the subjects of relying parties and the audit chain. It has no successor: a new key would give every person a
   * new subject and invalidate every audit entry.
   */
  subject: Buffer;
  signing: readonly [SigningKey, ...SigningKey[]];
  /**
   * Sign the requests to push services of browsers (VAPID, RFC 8292). A subscription is bound to the key under which it was
   * made, so the older keys go on signing for theirs. Without a key there is no Web Push.
   */
  vapid: readonly SigningKey[];
  /**
   * Sign the id_tokens of OpenID Connect clients that read RS256 alone. Without a key there are none for such clients.
   */
  rsa: readonly RsaKey[];
}

/** NIST SP 800-131A: shorter RSA keys are too weak. */
const RSA_BITS = 2048;

/** The parts as parsed from the file, before validation. */
type KeyringFile = Partial<Record<keyof Keyring, unknown>> | null;

/** Parses a keyring from its JSON text. Throws with the name of the part that is wrong, never with its content. */
export function parseKeyring(text: string): Keyring {
  let file: KeyringFile;
  try {
    file = JSON.parse(text) as KeyringFile;
  } catch {
    throw new Error('the keyring is not JSON');
  }
  return {
    field: namedKeys('field', file?.field),
    index: namedKeys('index', file?.index),
    code: namedKeys('code', file?.code),
    subject: secret('subject', file?.subject),
    signing: signingKeys('signing', file?.signing),
    vapid: file?.vapid === undefined ? [] : signingKeys('vapid', file.vapid),
    rsa: file?.rsa === undefined ? [] : rsaKeys(file.rsa),
  };
}

/** A new keyring as JSON text. `npm start` stores it in its data directory; it is also a template for production. */
export function generateKeyring(): string {
  const subject = randomBytes(32).toString('base64url');
  const [signing, vapid] = [newSigningKeys(), newSigningKeys()];
  return JSON.stringify(
    { field: newNamedKeys(), index: newNamedKeys(), code: newNamedKeys(), subject, signing, vapid },
    null,
    2,
  );
}

/** A keyring's text with a key for Web Push, which keyrings of older versions lack. Any other text stays as it is. */
export function withVapidKey(text: string): string {
  if (parseKeyring(text).vapid.length > 0) return text;
  return JSON.stringify({ ...(JSON.parse(text) as object), vapid: newSigningKeys() }, null, 2);
}

/** A keyring's text with a key for RS256, which takes a quarter of a second to make. Any other text stays as it is. */
export function withRsaKey(text: string): string {
  if (parseKeyring(text).rsa.length > 0) return text;
  return JSON.stringify({ ...(JSON.parse(text) as object), rsa: newRsaKeys() }, null, 2);
}

/** A list with a new symmetric key, as a keyring holds it. */
export function newNamedKeys(): [{ kid: string; key: string }] {
  return [{ kid: randomBytes(4).toString('hex'), key: randomBytes(32).toString('base64url') }];
}

/** A list with a new key for signatures, as a keyring holds it. */
export function newSigningKeys(): [{ kid: string } & JsonWebKey] {
  return [{ kid: randomBytes(4).toString('hex'), ...newP256Jwk() }];
}

/** A list with a new RSA key, as a keyring holds it. */
export function newRsaKeys(): [{ kid: string } & JsonWebKey] {
  return [{ kid: randomBytes(4).toString('hex'), ...newRsaJwk(RSA_BITS) }];
}

function rsaKeys(keys: unknown): RsaKey[] {
  return entries('rsa', keys, ({ kid, ...jwk }) => {
    const privateKey = readPrivateKey('rsa', jwk);
    const { kty, n, e } = createPublicKey(privateKey).export({ format: 'jwk' });
    const bits = privateKey.asymmetricKeyDetails?.modulusLength ?? 0;
    if (kty !== 'RSA' || !n || !e || bits < RSA_BITS)
      throw new Error(`keyring: a key in "rsa" is not an RSA key of ${RSA_BITS} bits or more`);
    return { kid, privateKey, publicJwk: { kty, n, e } as const };
  });
}

function namedKeys(part: string, keys: unknown): [NamedKey, ...NamedKey[]] {
  return entries(part, keys, ({ kid, key }) => ({ kid, key: secret(part, key) }));
}

function signingKeys(part: 'signing' | 'vapid', keys: unknown): [SigningKey, ...SigningKey[]] {
  return entries(part, keys, ({ kid, ...jwk }) => {
    secret(part, jwk['d']);
    const privateKey = readPrivateKey(part, jwk);
    const { x, y, crv } = createPublicKey(privateKey).export({ format: 'jwk' });
    if (crv !== 'P-256' || !x || !y) throw new Error(`keyring: a key in "${part}" is not a P-256 key`);
    return { kid, privateKey, publicJwk: { kty: 'EC', crv, x, y } as const };
  });
}

/** Reads every entry of a part. Each kid must be unique: of two keys with one kid, only one would ever be found. */
function entries<Key extends { kid: string }>(
  part: string,
  keys: unknown,
  read: (entry: Record<string, unknown> & { kid: string }) => Key,
): [Key, ...Key[]] {
  const [first, ...others] = (Array.isArray(keys) ? (keys as unknown[]) : []).map((entry) => {
    const { kid } = (entry ?? {}) as { kid?: unknown };
    if (typeof kid !== 'string' || !/^[\w.-]{1,32}$/.test(kid))
      throw new Error(`keyring: a kid in "${part}" is not 1-32 characters of A-Z a-z 0-9 _ . -`);
    return read({ ...(entry as object), kid });
  });
  if (!first) throw new Error(`keyring: "${part}" has no key`);
  const kids = [first, ...others].map(({ kid }) => kid);
  if (new Set(kids).size < kids.length) throw new Error(`keyring: two keys in "${part}" have the same kid`);
  return [first, ...others];
}

function secret(part: string, value: unknown): Buffer {
  const key = Buffer.from(typeof value === 'string' ? value : '', 'base64url');
  if (key.length !== 32) throw new Error(`keyring: a key in "${part}" is not 32 bytes of base64url`);
  return key;
}

/** Node's own errors quote their input, so they are replaced. */
function readPrivateKey(part: string, jwk: Record<string, unknown>): KeyObject {
  try {
    return createPrivateKey({ key: jwk as JsonWebKey, format: 'jwk' });
  } catch {
    throw new Error(`keyring: a key in "${part}" is not a private JWK`);
  }
}
