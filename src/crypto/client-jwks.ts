import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { calculateJwkThumbprint, type JWK } from 'jose';
import type { ASSERTION_ALGORITHMS } from './client-assertion.ts';
import { sha256 } from './sha256.ts';

/** The maximum number of keys in the set of one client. */
const MAX_KEYS = 20;
/** Keys of a published set that are looked at: to read one costs time, and a set may have keys that serve others. */
const MAX_PUBLISHED_KEYS = 100;
/** NIST SP 800-131A: shorter RSA keys are too weak. */
const MIN_RSA_BITS = 2048;
/** Characters of a modulus of 4096 bits in base64url. Anybody can send a key in a header, and a longer one costs much time. */
const MAX_MODULUS = 683;
/** Members of private and of symmetric keys (RFC 7518, 6). */
const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'] as const;

interface KeyKind {
  members: readonly string[];
  curve: string | undefined;
  algorithms: readonly (typeof ASSERTION_ALGORITHMS)[number][];
}

/** The kinds of keys that verify an assertion. */
const KINDS = {
  EC: { members: ['crv', 'x', 'y'], curve: 'P-256', algorithms: ['ES256'] },
  OKP: { members: ['crv', 'x'], curve: 'Ed25519', algorithms: ['EdDSA', 'Ed25519'] },
  RSA: { members: ['n', 'e'], curve: undefined, algorithms: ['PS256'] },
} as const satisfies Record<string, KeyKind>;
const ALLOWED = 'P-256 (ES256), Ed25519 (EdDSA) or RSA of 2048 bits or more (PS256)';

type Members = Readonly<Record<string, unknown>>;

/** The public keys of a client. */
export interface PublicKeys {
  keys: JWK[];
}

/**
 * Reads the public keys of a client. Returns the set with no more than the members that verifying needs, or a sentence
 * that says what is wrong with it. No sentence quotes the input, which may hold a private key by mistake.
 */
export function readClientJwks(set: unknown): PublicKeys | string {
  const { keys } = (typeof set === 'object' && set !== null ? set : {}) as Members;
  if (!Array.isArray(keys) || keys.length === 0 || keys.length > MAX_KEYS) {
    return `The JWKS must be a JSON object {"keys": […]} with 1 to ${MAX_KEYS} public keys.`;
  }
  const read: JWK[] = [];
  for (const [at, key] of keys.entries()) {
    const one = readKey(key);
    if (typeof one === 'string') return `Key ${at + 1} of the JWKS ${one}`;
    const { jwk } = one;
    if (jwk.kid !== undefined && read.some(({ kid }) => kid === jwk.kid)) {
      return `Key ${at + 1} of the JWKS has the kid of another key. Give each key its own.`;
    }
    read.push(jwk);
  }
  return { keys: read };
}

const UTF8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Reads the key set that a client publishes at an address. Keys that verify no assertion, such as those to encrypt with or of
 * another algorithm, are left out (RFC 7517, 5), and so are RSA keys that cost much time. Undefined for what is no key set.
 */
export function readPublishedJwks(body: Buffer): PublicKeys | undefined {
  const keys = keysOf(body);
  const read = keys?.slice(0, MAX_PUBLISHED_KEYS).flatMap((key) => {
    const one = readKey(key);
    return typeof one === 'string' || isCostly(one.jwk) ? [] : [one.jwk];
  });
  return read && { keys: read.slice(0, MAX_KEYS) };
}

function keysOf(body: Buffer): unknown[] | undefined {
  try {
    const { keys } = (JSON.parse(UTF8.decode(body)) ?? {}) as Members;
    return Array.isArray(keys) ? keys : undefined;
  } catch {
    return undefined;
  }
}

/** RSA keys with which each verification takes long. No operator has looked at a key that comes from outside. */
function isCostly({ kty, e, n = '' }: JWK): boolean {
  return kty === 'RSA' && (e !== 'AQAB' || n.length > MAX_MODULUS);
}

/** The form of a thumbprint for the address of a key set, by which the journal names it. */
export function thumbprintOfAddress(address: string): string {
  return sha256(address).toString('base64url');
}

/**
 * The thumbprints of keys in a registered set (RFC 7638), with their `kid`. They are those of the keys, however the set
 * writes the numbers.
 */
export async function thumbprintsOf(jwks: object): Promise<{ kid: string | null; thumbprint: string }[]> {
  const { keys = [] } = jwks as { keys?: JWK[] };
  return Promise.all(
    keys.map(async (key) => ({
      kid: key.kid ?? null,
      thumbprint: await calculateJwkThumbprint(canonical(key)?.jwk ?? key),
    })),
  );
}

/**
 * Reads one public key that stands in the header of a JWS, written exactly as RFC 7518 has it, so that everybody computes
 * one thumbprint of it. Returns it with its thumbprint (RFC 7638), or the reason for refusal as the end of a sentence.
 */
export function readPublicKey(
  jwk: unknown,
): { key: KeyObject; thumbprint: string; algorithms: readonly string[] } | string {
  const readable = readKey(jwk);
  if (typeof readable === 'string') return readable;
  const { jwk: read, key } = readable;
  const given = jwk as Members;
  if (isCostly(read)) return 'must have "e": "AQAB" and at most 4096 bits, where it is one of RSA.';
  const { members, algorithms } = KINDS[read.kty as keyof typeof KINDS];
  const parts = [...members, 'kty'].sort().map((name) => [name, (read as Members)[name]] as const);
  if (parts.some(([name, value]) => given[name] !== value)) return `is not written as RFC 7518 has it.`;
  const thumbprint = sha256(JSON.stringify(Object.fromEntries(parts))).toString('base64url');
  return { key, thumbprint, algorithms };
}

function readKey(key: unknown): { jwk: JWK; key: KeyObject } | string {
  if (typeof key !== 'object' || key === null) return 'must be a JSON object.';
  const given = key as Members;
  const secret = PRIVATE_MEMBERS.find((member) => member in given);
  if (secret !== undefined) {
    return `has the private member "${secret}". Give the public key alone, and replace this key if others saw it.`;
  }
  const kty = given['kty'];
  if (kty !== 'EC' && kty !== 'OKP' && kty !== 'RSA') return `must be one on ${ALLOWED}.`;
  const { members, curve, algorithms } = KINDS[kty];
  if (given['crv'] !== curve) return `must be one on ${ALLOWED}.`;
  const { alg, use, kid, key_ops: operations } = given;
  if (alg !== undefined && !algorithms.some((one) => one === alg)) {
    return `has another "alg" than ${algorithms.join(' or ')}, which belongs to it.`;
  }
  if (use !== undefined && use !== 'sig') return 'must have "use": "sig", or no "use".';
  if (operations !== undefined && !(Array.isArray(operations) && operations.includes('verify'))) {
    return 'must have "verify" in "key_ops", or no "key_ops".';
  }
  if (kid !== undefined && (typeof kid !== 'string' || !/^[\x21-\x7e]{1,255}$/.test(kid))) {
    return 'must have a "kid" of 1 to 255 visible ASCII characters, or none.';
  }
  const read = members.every((member) => typeof given[member] === 'string') ? canonical(given) : undefined;
  if (!read || (kty === 'RSA' && read.bits < MIN_RSA_BITS))
    return `is incomplete or damaged. It must be one on ${ALLOWED}.`;
  const kept = ['kid', 'alg', 'use'].filter((member) => given[member] !== undefined);
  return { jwk: { ...read.jwk, ...Object.fromEntries(kept.map((member) => [member, given[member]])) }, key: read.key };
}

/**
 * A public key as RFC 7518 writes it: without padding, leading zeros and stray bits, which most libraries read over, so
 * that one key has one form. `bits` is the length of a modulus. Undefined for what is no key: OpenSSL refuses a point that
 * is not on its curve.
 */
function canonical(key: JWK | Members): { jwk: JWK; key: KeyObject; bits: number } | undefined {
  const given = key as Members;
  const parts = ['kty', 'crv', 'x', 'y', 'n', 'e'].filter((member) => given[member] !== undefined);
  try {
    const jwk = Object.fromEntries(parts.map((member) => [member, given[member]])) as JsonWebKey;
    const imported = createPublicKey({ key: jwk, format: 'jwk' });
    const bits = imported.asymmetricKeyDetails?.modulusLength ?? 0;
    return { jwk: imported.export({ format: 'jwk' }), key: imported, bits };
  } catch {
    return undefined;
  }
}
