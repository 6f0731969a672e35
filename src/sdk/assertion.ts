import { createHash } from 'node:crypto';
import { createRemoteJWKSet, customFetch, errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose';
import type { Channel, TransactionField, VerifiedPerson } from './messages.ts';
import { PushguardError } from './pushguard-error.ts';

/** What an assertion says, once its signature and its claims have been checked. */
export interface Assertion extends VerifiedPerson {
  /** The id of the authentication (`jti`). Accept each id once. */
  id: string;
  /** The methods that were used (RFC 8176). */
  amr: readonly string[];
  issuedAt: Date;
  expiresAt: Date;
  /** With `sign`: the SHA-256 of the transaction that the person signed, in hexadecimal. */
  transactionDigest?: string;
}

/** What an assertion must say. */
export interface AssertionChecks {
  /** The id of the authentication that it must be about. Give it wherever you know it. */
  id?: string | undefined;
  /** The transaction that the person must have signed. */
  transaction?: readonly TransactionField[] | undefined;
  /** Whether assertions of the test mode are accepted. Their persons are made up. */
  allowTest?: boolean | undefined;
  /** Seconds by which your clock may differ from the service's. Default: 5. */
  clockToleranceSeconds?: number | undefined;
}

/** Verifies assertions by the keys that the issuer publishes. */
export class Assertions {
  private readonly keys: JWTVerifyGetKey;
  private readonly testIssuer: string;

  constructor(
    private readonly issuer: string,
    private readonly clientId: string,
    fetch: typeof globalThis.fetch,
  ) {
    this.testIssuer = `${issuer}/test`;
    this.keys = createRemoteJWKSet(new URL(`${issuer}/oauth2/jwks`), { [customFetch]: fetch });
  }

  /** Rejects with `invalid_assertion`, with `invalid_request` for checks that are none, or with `network` when the keys cannot be fetched. */
  async verify(jws: string, checks: AssertionChecks): Promise<Assertion> {
    const { clockToleranceSeconds = 5 } = checks;
    // With NaN, no time would be too late.
    if (!Number.isFinite(clockToleranceSeconds) || clockToleranceSeconds < 0) {
      throw new PushguardError('invalid_request', 'clockToleranceSeconds must be a number of seconds, 0 or more.');
    }
    const payload = await this.claimsOf(jws, clockToleranceSeconds);
    const assertion = assertionOf(payload);
    // What the test mode signs has an issuer of its own, so that a verifier which knows no test mode refuses it.
    const isOfTests = payload.iss === this.testIssuer;
    if (!assertion || isOfTests !== (assertion.test === true))
      throw invalid('It is no assertion of a verified person.');
    if (checks.id !== undefined && assertion.id !== checks.id) throw invalid('It is about another authentication.');
    if (assertion.test && !checks.allowTest) throw invalid('It is of the test mode: its person is made up.');
    if (checks.transaction && assertion.transactionDigest !== digestOf(assertion.id, checks.transaction)) {
      throw invalid('It is about another transaction.');
    }
    return assertion;
  }

  private async claimsOf(jws: string, clockTolerance: number): Promise<JWTPayload> {
    try {
      const { payload } = await jwtVerify(jws, this.keys, {
        algorithms: ['ES256'],
        typ: 'JWT',
        issuer: [this.issuer, this.testIssuer],
        audience: this.clientId,
        requiredClaims: ['sub', 'iat', 'exp', 'jti', 'acr'],
        clockTolerance,
      });
      return payload;
    } catch (cause) {
      const isUnheard = cause instanceof errors.JWKSTimeout || !isOfJose(cause);
      if (isUnheard) throw new PushguardError('network', 'The keys of the issuer could not be fetched.', { cause });
      throw invalid(cause.message, cause);
    }
  }
}

/** JOSEError itself stands for an answer of the key endpoint that is not 200. */
function isOfJose(cause: unknown): cause is errors.JOSEError {
  return cause instanceof errors.JOSEError && cause.code !== 'ERR_JOSE_GENERIC';
}

function invalid(why: string, cause?: unknown): PushguardError {
  return new PushguardError('invalid_assertion', `The assertion is not accepted. ${why}`, { cause });
}

const CHANNELS: readonly unknown[] = ['push', 'sms', 'otp', 'sign', 'approve'] satisfies Channel[];

/** Other tokens of the issuer are signed by the same keys: only what has the claims of an assertion is one. */
function assertionOf(payload: JWTPayload): Assertion | undefined {
  const { iss: _iss, aud: _aud, sub, iat, exp, jti, acr, amr, nbf: _nbf, ...claims } = payload;
  const { birthDate, gender, foreigner, phoneNumber, verifiedAt, channel } = claims;
  const texts = [sub, jti, birthDate, gender, phoneNumber, verifiedAt];
  if (!texts.every((text) => typeof text === 'string') || typeof foreigner !== 'boolean') return undefined;
  if (iat === undefined || exp === undefined || acr !== channel || !CHANNELS.includes(channel)) return undefined;
  return {
    ...(claims as unknown as Omit<VerifiedPerson, 'subject'>),
    subject: sub ?? '',
    id: jti ?? '',
    amr: Array.isArray(amr) ? amr.map(String) : [],
    issuedAt: new Date(iat * 1000),
    expiresAt: new Date(exp * 1000),
  };
}

/** The digest of a transaction, as phone and service compute it. */
function digestOf(id: string, transaction: readonly TransactionField[]): string {
  const fields = transaction.map(({ label, value }) => [label, value]);
  return createHash('sha256')
    .update(JSON.stringify(['pushguard-transaction-v1', id, fields]))
    .digest('hex');
}
