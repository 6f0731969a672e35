import { constants, createPublicKey, sign, verify, type KeyObject } from 'node:crypto';
import type { PublicJwk, RsaKey, SigningKey } from './keyring.ts';

/** A parsed compact JWS whose signature is not verified yet. */
export interface UnverifiedJws {
  header: Readonly<Record<string, unknown>>;
  payload: Readonly<Record<string, unknown>>;
  signingInput: string;
  signature: Buffer;
}

/** Fatal: bytes that are no UTF-8 are no JSON, and are never replaced. */
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Signs JSON as a compact JWS (RFC 7515) with ES256.
 * Written on node:crypto and compared with jose in the tests: every flow signs twice and verifies twice, and WebCrypto
 * goes through the thread pool and costs three times as much.
 */
export function signJws(key: SigningKey, typ: string, payload: object): string {
  const input = signingInput('ES256', typ, key.kid, payload);
  const signature = sign('sha256', Buffer.from(input), { key: key.privateKey, dsaEncoding: 'ieee-p1363' });
  return `${input}.${signature.toString('base64url')}`;
}

/** The same with RS256 (RFC 7518, 3.3). */
export function signWithRsa(key: RsaKey, typ: string, payload: object): string {
  const input = signingInput('RS256', typ, key.kid, payload);
  return `${input}.${sign('sha256', Buffer.from(input), key.privateKey).toString('base64url')}`;
}

function signingInput(alg: string, typ: string, kid: string, payload: object): string {
  const header = Buffer.from(JSON.stringify({ alg, typ, kid })).toString('base64url');
  return `${header}.${Buffer.from(JSON.stringify(payload)).toString('base64url')}`;
}

/**
 * Parses a compact JWS. Returns null unless it is three parts of strict base64url with a JSON object in the first two.
 */
export function parseJws(compact: string): UnverifiedJws | null {
  // 64 bytes leave four bits of the last character unused; the only canonical encoding sets them to zero.
  return /\.[\w-]{85}[AQgw]$/.test(compact) ? parseAnyJws(compact) : null;
}

/** The same with a signature of any length, such as one of RSA. */
export function parseAnyJws(compact: string): UnverifiedJws | null {
  const match = /^([\w-]+)\.([\w-]+)\.([\w-]+)$/.exec(compact);
  if (!match) return null;
  const [, header = '', payload = '', signature = ''] = match;
  const [parsedHeader, parsedPayload] = [jsonObject(header), jsonObject(payload)];
  if (!parsedHeader || !parsedPayload) return null;
  return {
    header: parsedHeader,
    payload: parsedPayload,
    signingInput: `${header}.${payload}`,
    signature: Buffer.from(signature, 'base64url'),
  };
}

/** Whether `key` made the signature. Keys and algorithms named in the header are never used. */
export function verifyJws(jws: UnverifiedJws, key: KeyObject): boolean {
  return verify('sha256', Buffer.from(jws.signingInput), { key, dsaEncoding: 'ieee-p1363' }, jws.signature);
}

/** The same for a signature of RS256. */
export function verifyWithRsa(jws: UnverifiedJws, key: KeyObject): boolean {
  return verify('sha256', Buffer.from(jws.signingInput), key, jws.signature);
}

/** Whether `key` made the signature with the algorithm that belongs to its kind: ES256, EdDSA or PS256. */
export function verifyByKind(jws: UnverifiedJws, key: KeyObject): boolean {
  const input = Buffer.from(jws.signingInput);
  if (key.asymmetricKeyType === 'ec') return verifyJws(jws, key);
  if (key.asymmetricKeyType === 'ed25519') return verify(null, input, key, jws.signature);
  if (key.asymmetricKeyType !== 'rsa') return false;
  const { RSA_PKCS1_PSS_PADDING: padding, RSA_PSS_SALTLEN_DIGEST: saltLength } = constants;
  return verify('sha256', input, { key, padding, saltLength }, jws.signature);
}

/** A P-256 public key from its JWK; null for any other key and for a point that is not on the curve. */
export function publicKey(jwk: unknown): KeyObject | null {
  const { kty, crv, x, y } = (jwk ?? {}) as Partial<PublicJwk>;
  if (kty !== 'EC' || crv !== 'P-256' || !isCoordinate(x) || !isCoordinate(y)) return null;
  try {
    return createPublicKey({ key: { kty, crv, x, y }, format: 'jwk' });
  } catch {
    return null;
  }
}

/** Drops every other member: if a client sends a private key by mistake, the service must not store it. */
export function onlyPublic({ kty, crv, x, y }: PublicJwk): PublicJwk {
  return { kty, crv, x, y };
}

/** 32 bytes in canonical base64url. */
function isCoordinate(value: unknown): value is string {
  return typeof value === 'string' && /^[\w-]{42}[AEIMQUYcgkosw048]$/.test(value);
}

function jsonObject(part: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(UTF8.decode(Buffer.from(part, 'base64url')));
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}
