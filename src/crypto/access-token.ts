import { createPublicKey } from 'node:crypto';
import { parseJws, signJws, verifyJws } from './compact-jws.ts';
import type { SigningKey } from './keyring.ts';
import { randomToken } from './random.ts';

/** Seconds for which an access token is good (contract: five minutes). */
export const ACCESS_TOKEN_SECONDS = 300;
/** Tokens remembered as verified; beyond it the oldest is verified anew. */
const REMEMBERED = 10_000;

/** Who calls, as a verified access token says it. */
export interface Caller {
  /** The client's row. */
  id: string;
  clientId: string;
  scopes: readonly string[];
}

/**
 * Access tokens in the form of RFC 9068, signed by this service for itself. A token that was verified once is
 * remembered until it expires: a window sends the same one with every call.
 */
export class AccessTokens {
  private readonly verified = new Map<string, { caller: Caller; expiresAt: number }>();

  constructor(
    private readonly issuer: string,
    private readonly keys: readonly [SigningKey, ...SigningKey[]],
  ) {}

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

  /** The caller, or null for a token that is expired, damaged or not ours. */
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
    if (this.verified.size >= REMEMBERED) this.verified.delete(this.verified.keys().next().value ?? '');
    this.verified.set(token, { caller, expiresAt: exp });
    return caller;
  }
}
