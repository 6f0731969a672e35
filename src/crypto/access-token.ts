import { createPublicKey } from 'node:crypto';
import { parseJws, signJws, verifyJws } from './compact-jws.ts';
import type { SigningKey } from './keyring.ts';
import { randomToken } from './random.ts';

/** Lifetime of an access token in seconds (contract: five minutes). */
export const ACCESS_TOKEN_SECONDS = 300;
/**
 * Verified tokens kept in memory.
 * When the map is full, the oldest entry goes and its token is verified again on its next use.
 */
const CACHED_TOKENS = 10_000;

/** The client that sends a request, as its verified access token states it. */
export interface Caller {
  /** Primary key of the client's row. */
  id: string;
  clientId: string;
  scopes: readonly string[];
}

/**
 * Access tokens in the form of RFC 9068, which this service issues to itself.
 * A relying party sends the same token with every call, so a verified token is remembered until it expires.
 */
export class AccessTokens {
  private readonly verified = new Map<string, { caller: Caller; expiresAt: number }>();

  constructor(
    private readonly issuer: string,
    private readonly keys: readonly [SigningKey, ...SigningKey[]],
  ) {}

  /** A signed token for a client, valid for ACCESS_TOKEN_SECONDS from `now`. */
  issue(caller: Caller, now: Date): string {
    const iat = Math.floor(now.getTime() / 1000);
    return signJws(this.keys[0], 'at+jwt', {
      iss: this.issuer,
      aud: this.issuer,
      sub: caller.clientId,
      client_id: caller.clientId,
      cid: caller.id,
      scope: caller.scopes.join(' '),
      iat,
      exp: iat + ACCESS_TOKEN_SECONDS,
      jti: randomToken(16),
    });
  }

  /** The client of a token, or null for a token that is expired, damaged or not issued by this service. */
  verify(token: string, now: Date): Caller | null {
    const seconds = now.getTime() / 1000;
    const known = this.verified.get(token);
    if (known) return known.expiresAt > seconds ? known.caller : null;
    const jws = parseJws(token);
    const key = this.keys.find(({ kid }) => kid === jws?.header['kid']);
    if (!jws || !key || jws.header['alg'] !== 'ES256' || jws.header['typ'] !== 'at+jwt') return null;
    if (!verifyJws(jws, createPublicKey(key.privateKey))) return null;
    const { iss, aud, exp, cid, client_id: clientId, scope } = jws.payload;
    if (iss !== this.issuer || aud !== this.issuer || typeof exp !== 'number' || exp <= seconds) return null;
    if (typeof cid !== 'string' || typeof clientId !== 'string' || typeof scope !== 'string') return null;
    const caller = { id: cid, clientId, scopes: scope.split(' ') };
    if (this.verified.size >= CACHED_TOKENS) this.verified.delete(this.verified.keys().next().value ?? '');
    this.verified.set(token, { caller, expiresAt: exp });
    return caller;
  }
}
