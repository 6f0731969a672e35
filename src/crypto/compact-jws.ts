import { createPublicKey, sign, verify, type KeyObject } from 'node:crypto';
import type { PublicJwk, SigningKey } from './keyring.ts';

/** A JWS in compact form whose signature has not been looked at yet. */
export interface UnverifiedJws {
  header: Readonly<Record<string, unknown>>;
  payload: Readonly<Record<string, unknown>>;
  signingInput: string;
  signature: Buffer;
}

/**
 * Signs JSON as a compact JWS (RFC 7515) with ES256. By hand on node:crypto, and checked against jose in the tests:
 * every flow signs twice and verifies twice, and WebCrypto's detour through the thread pool costs three times as much.
 */
export function signJws(key: SigningKey, typ: string, payload: object): string {
  const header = Buffer.from(JSON.stringify({ alg: 'ES256', typ, kid: key.kid })).toString('base64url');
  const input = `${header}.${Buffer.from(JSON.stringify(payload)).toString('base64url')}`;
  const signature = sign('sha256', Buffer.from(input), { key: key.privateKey, dsaEncoding: 'ieee-p1363' });
  return `${input}.${signature.toString('base64url')}`;
}

/** Takes a compact JWS apart; null for anything that is not three parts of strict base64url with JSON objects inside. */
export function parseJws(compact: string): UnverifiedJws | null {
  // 64 bytes leave four bits of the last character unused; zero is their one spelling.
  const match = /^([\w-]+)\.([\w-]+)\.([\w-]{85}[AQgw])$/.exec(compact);
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

/** Whether `key` made the signature. The header's own word about keys or algorithms is never followed. */
export function verifyJws(jws: UnverifiedJws, key: KeyObject): boolean {
  return verify('sha256', Buffer.from(jws.signingInput), { key, dsaEncoding: 'ieee-p1363' }, jws.signature);
}

/** A P-256 public key from its JWK; null when it is anything else, or a point off the curve. */
export function publicKey(jwk: unknown): KeyObject | null {
  const { kty, crv, x, y } = (jwk ?? {}) as Partial<PublicJwk>;
  if (kty !== 'EC' || crv !== 'P-256' || !isCoordinate(x) || !isCoordinate(y)) return null;
  try {
    return createPublicKey({ key: { kty, crv, x, y }, format: 'jwk' });
  } catch {
    return null;
  }
}

/** Without what else came with it: whoever sends a private key by mistake must not have it stored. */
export function onlyPublic({ kty, crv, x, y }: PublicJwk): PublicJwk {
  return { kty, crv, x, y };
}

/** 32 bytes of base64url in its one spelling. */
function isCoordinate(value: unknown): value is string {
  return typeof value === 'string' && /^[\w-]{42}[AEIMQUYcgkosw048]$/.test(value);
}

function jsonObject(part: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}
