import { decodeProtectedHeader, errors } from 'jose';
import { verifiedByAnyKey } from './client-assertion.ts';

/** The algorithms of signed requests. */
export const REQUEST_OBJECT_ALGORITHMS = ['ES256', 'PS256'] as const;
/** The longest time in seconds that a signed request may be valid (FAPI 1.0 Advanced, 5.2.2). */
const MAX_LIFETIME_SECONDS = 3600;
/** Seconds by which a client's clock may be ahead of this one. */
const CLOCK_TOLERANCE_SECONDS = 5;
const MAX_AHEAD_SECONDS = 60;

/** A signed request, and what it is compared with. */
export interface CheckedRequestObject {
  request: string;
  clientId: string;
  issuer: string;
  /** The keys of the client; null if it has none. */
  jwks: object | null;
  now: Date;
}

/** True for a request object without a signature (`alg: none`), which OpenID Connect Core 1.0, 6.1 allows and this service does not. */
export function isUnsigned(request: string): boolean {
  try {
    return decodeProtectedHeader(request).alg === 'none';
  } catch {
    return false;
  }
}

/**
 * Checks a request that the client signed (RFC 9101): by one of its keys, `iss` the client, `aud` this issuer, unexpired, valid
 * for an hour at most, and without `sub`, with which it could pass for a client assertion (RFC 9101, 10.8). Returns its claims,
 * or the reason for refusal as a sentence.
 */
export async function verifyRequestObject(input: CheckedRequestObject): Promise<Record<string, unknown> | string> {
  const { request, clientId, issuer, jwks, now } = input;
  try {
    const { payload } = await verifiedByAnyKey(request, jwks ?? { keys: [] }, {
      algorithms: [...REQUEST_OBJECT_ALGORITHMS],
      issuer: clientId,
      audience: issuer,
      requiredClaims: ['exp'],
      currentDate: now,
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
    });
    const { exp = 0, nbf, iat, sub } = payload;
    const seconds = now.getTime() / 1000;
    if (exp > seconds + MAX_LIFETIME_SECONDS + CLOCK_TOLERANCE_SECONDS) return 'The exp must be within an hour.';
    if (nbf !== undefined && exp - nbf > MAX_LIFETIME_SECONDS)
      return 'The time from nbf to exp must be at most an hour.';
    if (iat !== undefined && iat > seconds + MAX_AHEAD_SECONDS) return 'The iat is in the future.';
    if (sub !== undefined) return 'Leave out sub.';
    return payload;
  } catch (error) {
    if (error instanceof errors.JWTClaimValidationFailed) return `The claim ${error.claim} is missing or wrong.`;
    return error instanceof errors.JOSEError ? `The request object is not valid (${error.code}).` : 'It is not a JWS.';
  }
}
