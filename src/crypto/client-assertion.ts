import { createLocalJWKSet, decodeJwt, errors, jwtVerify, type JSONWebKeySet } from 'jose';

/**
 * The maximum lifetime of an assertion in seconds.
 * Clients use an assertion at once, and its `jti` must be kept for this long.
 */
const MAX_LIFETIME_SECONDS = 3600;

/** The client that an assertion claims to come from, before any check. */
export function claimedClient(assertion: string): string | null {
  try {
    return decodeJwt(assertion).iss ?? null;
  } catch {
    return null;
  }
}

/**
 * Checks a `private_key_jwt` assertion (RFC 7523): ES256 by one of the client's keys, `iss` = `sub` = the client,
 * unexpired.
 * `aud` must be this issuer alone: with a list, another server could replay the assertion here (CVE-2025-27370).
 * Returns `jti` and expiry, or the reason for refusal as a sentence.
 */
export async function verifyClientAssertion(input: {
  assertion: string;
  clientId: string;
  issuer: string;
  jwks: object;
  now: Date;
}): Promise<{ jti: string; expiresAt: Date } | string> {
  try {
    const { payload } = await jwtVerify(input.assertion, createLocalJWKSet(input.jwks as JSONWebKeySet), {
      algorithms: ['ES256'],
      issuer: input.clientId,
      subject: input.clientId,
      requiredClaims: ['jti', 'exp', 'aud'],
      currentDate: input.now,
      clockTolerance: 5,
    });
    const { aud, jti, exp } = payload;
    if (aud !== input.issuer) return `The assertion’s aud must be exactly ${input.issuer}.`;
    if (typeof jti !== 'string' || jti.length === 0 || jti.length > 255)
      return 'The assertion’s jti must have 1 to 255 characters.';
    if (typeof exp !== 'number' || exp > input.now.getTime() / 1000 + MAX_LIFETIME_SECONDS) {
      return 'The assertion must expire within an hour.';
    }
    return { jti, expiresAt: new Date((exp + 5) * 1000) };
  } catch (error) {
    return error instanceof errors.JOSEError
      ? `The assertion is not valid (${error.code}).`
      : 'The assertion is not valid.';
  }
}
