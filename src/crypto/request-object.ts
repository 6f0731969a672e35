import { compactVerify, createLocalJWKSet, decodeProtectedHeader, errors, type JSONWebKeySet } from 'jose';

/** The algorithms of signed requests (FAPI). */
export const REQUEST_OBJECT_ALGORITHMS = ['ES256', 'PS256'] as const;

/** The maximum of `exp` from now, of `exp` from `nbf`, and of the age of `nbf`, in seconds (FAPI-CIBA, 5.2.2). */
const MAX_LIFETIME_SECONDS = 3600;
/** The maximum of `exp` from `iat`, in seconds (CAMARA Security and Interoperability Profile, Signed Authentication Requests). */
const CAMARA_LIFETIME_SECONDS = 300;
/** Seconds by which two clocks may differ (FAPI 2.0 Security Profile, 5.3.2.1: at least ten, at most sixty). */
const CLOCK_TOLERANCE_SECONDS = 10;
/** The maximum length of `jti`, in characters. */
const MAX_JTI = 200;

/** A signed request and what it is compared with. */
export interface SignedRequest {
  request: string;
  clientId: string;
  issuer: string;
  /** The URL of the called endpoint, where the client may name it as `aud` in place of the issuer. */
  endpoint?: string | undefined;
  /** The algorithms that the client may use. */
  algorithms: readonly string[];
  /** The public keys of the client. */
  jwks: object;
  /** Whether `iat`, `nbf` and `jti` may be missing, as RFC 9101 allows and FAPI-CIBA does not. */
  isLenient?: boolean;
  /** Whether, also where `isLenient`, `iat` and `jti` are there and `exp` is at most 300 seconds after `iat`. */
  isCamara?: boolean;
  now: Date;
}

/** The parameters of a signed request, and what makes it unique. */
export interface VerifiedRequest {
  parameters: Readonly<Record<string, unknown>>;
  /** Missing only where `isLenient`. */
  jti: string | undefined;
  expiresAt: Date;
}

/** True for a request object without a signature (`alg: none`), which OpenID Connect Core 1.0, 6.1 allows and this service does not. */
export function isUnsigned(request: string): boolean {
  try {
    return decodeProtectedHeader(request).alg === 'none';
  } catch {
    return false;
  }
}

/** A token of another kind that the same key signed, such as a client assertion with its own type, is no request (RFC 9101, 10.8). */
const TYPES: readonly string[] = ['jwt', 'oauth-authz-req+jwt'];

/** The claims of the envelope, which are no parameters of the request. */
const ENVELOPE: readonly string[] = ['iss', 'aud', 'iat', 'nbf', 'exp', 'jti'];

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Checks a signed authentication request (CIBA Core 1.0, 7.1.1; FAPI-CIBA, 5.2.2; RFC 9101): signed by one of the client's keys with
 * one of the algorithms, from the client, for this issuer, and valid for an hour at most. A `sub` is refused, because an
 * authorization server that knows the same key could take the request for the client's assertion. Returns the
 * parameters, or the sentence that says what is wrong and names the claim, never its value.
 */
export async function verifyRequestObject(input: SignedRequest): Promise<VerifiedRequest | string> {
  const claims = await signedClaims(input);
  if (typeof claims === 'string') return claims;
  const fault = faultOf(claims, input);
  if (fault !== undefined) return fault;
  const parameters = Object.fromEntries(Object.entries(claims).filter(([name]) => !ENVELOPE.includes(name)));
  const expiresAt = new Date(((claims['exp'] as number) + CLOCK_TOLERANCE_SECONDS) * 1000);
  return { parameters, jti: claims['jti'] as string | undefined, expiresAt };
}

async function signedClaims({
  request,
  jwks,
  algorithms,
}: SignedRequest): Promise<Readonly<Record<string, unknown>> | string> {
  try {
    const { alg, typ } = decodeProtectedHeader(request);
    if (typ !== undefined && !TYPES.includes(typ.toLowerCase()))
      return 'The typ of the request must be oauth-authz-req+jwt or JWT, or left out.';
    if (alg === undefined || !algorithms.includes(alg))
      return `The request must be signed with ${algorithms.join(' or ')}.`;
    const payload: unknown = JSON.parse(UTF8.decode(await verifiedPayload(request, jwks, algorithms)));
    if (typeof payload !== 'object' || payload === null || Array.isArray(payload))
      return 'The payload of the request must be a JSON object.';
    return payload as Readonly<Record<string, unknown>>;
  } catch (error) {
    const isSignature =
      error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWSSignatureVerificationFailed;
    return isSignature
      ? 'No registered key of the client signed the request. Check the kid of its header.'
      : 'The request is not a signed JWT (compact JWS).';
  }
}

/** Without `kid`, every key that fits is tried. */
async function verifiedPayload(request: string, jwks: object, algorithms: readonly string[]): Promise<Uint8Array> {
  const options = { algorithms: [...algorithms] };
  try {
    return (await compactVerify(request, createLocalJWKSet(jwks as JSONWebKeySet), options)).payload;
  } catch (error) {
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
    for await (const key of error) {
      const verified = await compactVerify(request, key, options).catch((refusal: unknown) => {
        if (!(refusal instanceof errors.JWSSignatureVerificationFailed)) throw refusal;
      });
      if (verified) return verified.payload;
    }
    throw new errors.JWSSignatureVerificationFailed();
  }
}

function faultOf(
  { iss, aud, iat, nbf, exp, jti, sub, client_id: named }: Readonly<Record<string, unknown>>,
  { clientId, issuer, endpoint = issuer, isLenient = false, isCamara = false, now }: SignedRequest,
): string | undefined {
  const seconds = now.getTime() / 1000;
  const isLeftOut = (claim: unknown): boolean => isLenient && claim === undefined;
  if (iss !== clientId) return 'The iss of the request must be the client_id.';
  const audiences: unknown[] = [aud].flat();
  // A request for other servers too could be replayed by one of them.
  if (!(audiences.includes(issuer) || audiences.includes(endpoint)) || (isLenient && audiences.length > 1))
    return `The aud of the request must be ${issuer}.`;
  if (named !== undefined && named !== clientId) return 'The client_id in the request must be that of the client.';
  if (sub !== undefined) return 'The request must have no sub.';
  if ((isCamara || !isLeftOut(jti)) && (typeof jti !== 'string' || jti === '' || jti.length > MAX_JTI))
    return `The jti of the request must have 1 to ${MAX_JTI} characters.`;
  if ((isCamara || !isLeftOut(iat)) && (!isTime(iat) || iat > seconds + CLOCK_TOLERANCE_SECONDS))
    return 'The iat of the request must be there, and not in the future.';
  const isNow = (time: number): boolean =>
    time <= seconds + CLOCK_TOLERANCE_SECONDS && time >= seconds - MAX_LIFETIME_SECONDS;
  if (!isLeftOut(nbf) && (!isTime(nbf) || !isNow(nbf)))
    return 'The nbf of the request must be there, not in the future and at most an hour ago.';
  if (!isTime(exp) || exp <= seconds - CLOCK_TOLERANCE_SECONDS) return 'The exp of the request must be in the future.';
  if (exp > seconds + MAX_LIFETIME_SECONDS || (isTime(nbf) && exp - nbf > MAX_LIFETIME_SECONDS))
    return 'The exp of the request must be at most an hour after now and after its nbf.';
  if (isCamara && isTime(iat) && exp - iat > CAMARA_LIFETIME_SECONDS)
    return `The exp of the request must be at most ${CAMARA_LIFETIME_SECONDS} seconds after its iat.`;
  return undefined;
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}
