import {
  calculateJwkThumbprint,
  createLocalJWKSet,
  decodeJwt,
  decodeProtectedHeader,
  errors,
  jwtVerify,
  type CryptoKey,
  type JSONWebKeySet,
  type JWTPayload,
  type JWTVerifyOptions,
} from 'jose';

/**
 * The maximum lifetime of an assertion in seconds.
 * Clients use an assertion at once, and its `jti` must be kept for this long.
 */
const MAX_LIFETIME_SECONDS = 3600;
/** The same of a client of CAMARA, also between `iat` and `exp` (Security and Interoperability Profile, Client Authentication). */
const CAMARA_LIFETIME_SECONDS = 300;
/** Seconds by which two clocks may differ at `exp` and `nbf`. */
const CLOCK_TOLERANCE_SECONDS = 5;

/** The client that an assertion claims to come from, before any check. */
export function claimedClient(assertion: string): string | null {
  try {
    return decodeJwt(assertion).iss ?? null;
  } catch {
    return null;
  }
}

/** The `kid` in the header of a JWT, before any check. */
export function namedKey(jwt: string): string | undefined {
  try {
    return decodeProtectedHeader(jwt).kid;
  } catch {
    return undefined;
  }
}

/** Seconds by which a client's clock may be ahead of this one when it states `iat`. */
const MAX_AHEAD_SECONDS = 60;
/** The algorithms of assertions. `Ed25519` is the newer name of `EdDSA` (RFC 9864). */
export const ASSERTION_ALGORITHMS = ['ES256', 'PS256', 'EdDSA', 'Ed25519'] as const;

/** An assertion and what it is compared with. */
export interface CheckedAssertion {
  assertion: string;
  clientId: string;
  issuer: string;
  /** The URLs of the called endpoint and of the token endpoint, for a client whose assertions may name one as `aud`. */
  endpoints: readonly string[];
  jwks: object;
  /** The algorithms that the client may use; all when left out. */
  algorithms?: readonly string[];
  /** Keys that are asked if none of `jwks` signed it. */
  testJwks: object | null;
  /** True for a client that follows the profile of CAMARA. */
  isCamara?: boolean;
  now: Date;
}

/**
 * Checks a `private_key_jwt` assertion (RFC 7523): signed by one of the client's keys, `iss` = `sub` = the client,
 * unexpired, not from the future.
 * `aud` must be this issuer alone: with a list, another server could replay the assertion here (CVE-2025-27370).
 * Returns `jti`, expiry, the thumbprint of the key (RFC 7638) and whether it is one of `testJwks`, or the reason for
 * refusal as a sentence.
 */
export async function verifyClientAssertion(
  input: CheckedAssertion,
): Promise<{ jti: string; expiresAt: Date; thumbprint: string; isTest: boolean } | string> {
  try {
    const { payload, key, isTest } = await verifiedByEither(input);
    const { aud, jti, exp, iat } = payload;
    const seconds = input.now.getTime() / 1000;
    if (!isForThisServer(aud, input)) return `The assertion’s aud must be exactly ${input.issuer}.`;
    if (typeof jti !== 'string' || jti.length === 0 || jti.length > 255)
      return 'The assertion’s jti must have 1 to 255 characters.';
    if (iat !== undefined && iat > seconds + MAX_AHEAD_SECONDS) return 'The assertion’s iat is in the future.';
    if (typeof exp !== 'number' || exp > seconds + MAX_LIFETIME_SECONDS) {
      return 'The assertion must expire within an hour.';
    }
    const isTooLong =
      exp - (iat ?? seconds) > CAMARA_LIFETIME_SECONDS || exp > seconds + CAMARA_LIFETIME_SECONDS + MAX_AHEAD_SECONDS;
    if (input.isCamara === true && isTooLong)
      return `The assertion must expire within ${CAMARA_LIFETIME_SECONDS} seconds, and so long after its iat.`;
    const thumbprint = await calculateJwkThumbprint(key as CryptoKey);
    return { jti, expiresAt: new Date((exp + CLOCK_TOLERANCE_SECONDS) * 1000), thumbprint, isTest };
  } catch (error) {
    if (error instanceof errors.JWTExpired || error instanceof errors.JWTClaimValidationFailed) return faultOf(error);
    return error instanceof errors.JOSEError
      ? `The assertion is not valid (${error.code}).`
      : 'The assertion is not valid.';
  }
}

/**
 * Names the claim of an assertion and what is wrong with it, never its value. Claims are looked at after the signature, so it
 * tells nobody else whether a key is the client's.
 */
function faultOf({ claim, reason, code }: errors.JWTExpired | errors.JWTClaimValidationFailed): string {
  if (reason === 'missing') return `The assertion’s ${claim} is missing.`;
  if (reason === 'invalid') return `The assertion’s ${claim} must be a number of seconds.`;
  switch (claim) {
    case 'exp':
      return 'The assertion’s exp is in the past.';
    case 'nbf':
      return 'The assertion’s nbf is in the future.';
    case 'iss':
    case 'sub':
      return `The assertion’s ${claim} must be the client_id.`;
    default:
      return `The assertion’s ${claim} is not valid (${code}).`;
  }
}

/** An endpoint may stand alone in a list, which some clients cannot avoid; several audiences never pass. */
function isForThisServer(aud: JWTPayload['aud'], { issuer, endpoints }: CheckedAssertion): boolean {
  if (aud === issuer) return true;
  const [only, ...others] = [aud].flat();
  return only !== undefined && endpoints.includes(only) && others.length === 0;
}

interface SignedClaims {
  payload: JWTPayload;
  key: CryptoKey | Uint8Array;
}

/** The set with the key that signed says whether it is one of test mode: no comparison of keys can fall open. */
async function verifiedByEither(input: CheckedAssertion): Promise<SignedClaims & { isTest: boolean }> {
  const { jwks, testJwks } = input;
  try {
    return { ...(await verifiedClaims(input, jwks)), isTest: false };
  } catch (error) {
    const isAnotherKey =
      error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWSSignatureVerificationFailed;
    if (!isAnotherKey || testJwks === null) throw error;
    return { ...(await verifiedClaims(input, testJwks)), isTest: true };
  }
}

/** The claims of an assertion, and the one of the client's keys that signed it. */
async function verifiedClaims(
  { assertion, clientId, now, algorithms = ASSERTION_ALGORITHMS }: CheckedAssertion,
  jwks: object,
): Promise<SignedClaims> {
  const options = {
    algorithms: [...algorithms],
    issuer: clientId,
    subject: clientId,
    requiredClaims: ['jti', 'exp', 'aud'],
    currentDate: now,
    clockTolerance: CLOCK_TOLERANCE_SECONDS,
  };
  return verifiedByAnyKey(assertion, jwks, options);
}

/** The claims of a JWT that one of these keys signed, and that key. Without `kid`, every key that fits is tried. */
async function verifiedByAnyKey(jwt: string, jwks: object, options: JWTVerifyOptions): Promise<SignedClaims> {
  try {
    return await jwtVerify(jwt, createLocalJWKSet(withoutEdwardsNames(jwks)), options);
  } catch (error) {
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
    for await (const key of error) {
      const verified = await jwtVerify(jwt, key, options).catch((refusal: unknown) => {
        if (!(refusal instanceof errors.JWSSignatureVerificationFailed)) throw refusal;
      });
      if (verified) return { payload: verified.payload, key };
    }
    throw new errors.JWSSignatureVerificationFailed();
  }
}

/** A key may be registered under one name of its algorithm and used under the other. Its curve says which it is. */
function withoutEdwardsNames(jwks: object): JSONWebKeySet {
  const { keys } = jwks as JSONWebKeySet;
  if (!Array.isArray(keys)) return jwks as JSONWebKeySet;
  return { keys: keys.map(({ alg, ...key }) => (alg === undefined || /^Ed/.test(alg) ? key : { alg, ...key })) };
}
