import { createPublicKey } from 'node:crypto';
import { parseJws, signJws, verifyJws } from './compact-jws.ts';
import type { SigningKey } from './keyring.ts';
import { randomToken } from './random.ts';
import { SpentProofs } from './spent-proofs.ts';

/** Lifetime of an access token in seconds (contract: five minutes). */
export const ACCESS_TOKEN_SECONDS = 300;
/**
 * Verified tokens kept in memory.
 * When the map is full, the oldest entry goes and its token is verified again on its next use.
 */
const CACHED_TOKENS = 10_000;

/**
 * The audience of a token: one of test mode is for another audience than this issuer, so that a process of an older
 * version, which does not know test mode, refuses it.
 */
function audienceOf(issuer: string, test: unknown): string {
  return test === true ? `${issuer}/test` : issuer;
}

/** The client that sends a request, as its verified access token states it. */
export interface Caller {
  /** Primary key of the client's row. */
  id: string;
  clientId: string;
  scopes: readonly string[];
  /** It authenticated with a key of test mode: nothing that it asks for reaches a line or a person. */
  test?: true;
  /** The person who was verified for this token, where it does not stand for the client alone. */
  person?: TokenPerson;
  /** The thumbprint of the key that must prove each use of the token (RFC 9449, 6). */
  jkt?: string;
}

export interface TokenPerson {
  /** The verification that the token came from. */
  authenticationId: string;
  /** The person's id at this client. */
  subject: string;
}

/** How a person was verified, as a token that stands for the person says it (RFC 9068, 2.2.1). */
export interface HowVerified {
  /** Seconds since 1970. */
  auth_time: number;
  acr: string;
  amr: readonly string[];
}

/**
 * Access tokens in the form of RFC 9068, which this service issues to itself.
 * A relying party sends the same token with every call, so a verified token is remembered until it expires.
 */
export class AccessTokens {
  /** The proofs that came with bound tokens. */
  readonly proofs = new SpentProofs();
  private readonly verified = new Map<string, { caller: Caller; expiresAt: number }>();

  constructor(
    private readonly issuer: string,
    private keys: readonly [SigningKey, ...SigningKey[]],
  ) {}

  /** Uses other signing keys from now on; a token of a key that is none of them is refused at once. */
  use(keys: readonly [SigningKey, ...SigningKey[]]): void {
    this.keys = keys;
    this.verified.clear();
  }

  /** A signed token for a client, or for a person at a client, valid for ACCESS_TOKEN_SECONDS from `now`. */
  issue(caller: Caller, now: Date, how?: HowVerified): string {
    const iat = Math.floor(now.getTime() / 1000);
    return signJws(this.keys[0], 'at+jwt', {
      iss: this.issuer,
      aud: audienceOf(this.issuer, caller.test),
      sub: caller.person?.subject ?? caller.clientId,
      client_id: caller.clientId,
      cid: caller.id,
      scope: caller.scopes.join(' '),
      ...(caller.test && { test: true }),
      ...(caller.person && { authentication: caller.person.authenticationId }),
      ...how,
      ...(caller.jkt !== undefined && { cnf: { jkt: caller.jkt } }),
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
    const { iss, aud, exp, cid, client_id: clientId, scope, test, sub, authentication, cnf } = jws.payload;
    if (iss !== this.issuer || aud !== audienceOf(this.issuer, test) || typeof exp !== 'number' || exp <= seconds)
      return null;
    if (test !== undefined && test !== true) return null;
    if (typeof cid !== 'string' || typeof clientId !== 'string' || typeof scope !== 'string') return null;
    if (authentication !== undefined && (typeof authentication !== 'string' || typeof sub !== 'string')) return null;
    const { jkt } = (cnf ?? {}) as { jkt?: unknown };
    if (cnf !== undefined && typeof jkt !== 'string') return null;
    const isTest = test === true ? { test: true as const } : {};
    const person =
      authentication === undefined ? {} : { person: { authenticationId: authentication, subject: sub as string } };
    const caller: Caller = { id: cid, clientId, scopes: scope.split(' '), ...isTest, ...person };
    if (typeof jkt === 'string') caller.jkt = jkt;
    if (this.verified.size >= CACHED_TOKENS) this.verified.delete(this.verified.keys().next().value ?? '');
    this.verified.set(token, { caller, expiresAt: exp });
    return caller;
  }
}
