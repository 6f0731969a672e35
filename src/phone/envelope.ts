import { base64url, compactDecrypt, compactVerify, decodeProtectedHeader, errors } from 'jose';
import type { CryptoKey } from 'jose';
import type { ServiceKey } from './service-keys.ts';

/** The content of a code's envelope. The app shows `relyingParty` and `purpose` beside the code. */
export type CodeClaims = {
  v: 1;
  authenticationId: string;
  deviceId: string;
  /** Six digits. */
  code: string;
  relyingParty: string;
  purpose: string;
  /** RFC 3339, UTC. */
  expiresAt: string;
};

/** The content of the envelope of an enrolment's test code. */
export type TestClaims = Pick<CodeClaims, 'v' | 'deviceId' | 'code' | 'expiresAt'>;

/** The secret of an authenticator: 32 bytes. Wrap it under the PIN at once. */
export type AuthenticatorClaims = {
  v: 1;
  deviceId: string;
  kind: 'otp' | 'sign';
  secret: Uint8Array<ArrayBuffer>;
};

/** Why an envelope was refused. An app shows none of these: it fetches the envelope once more, then gives up. */
export type EnvelopeFault =
  | 'malformed'
  | 'algorithm_refused'
  | 'other_device'
  | 'undecryptable'
  | 'unknown_service_key'
  | 'bad_signature'
  | 'wrong_kind'
  | 'wrong_claims'
  | 'other_authentication'
  | 'expired';

/** An envelope that must not be trusted; `fault` says why, `cause` is the library's error if there is one. */
export class EnvelopeError extends Error {
  override readonly name = 'EnvelopeError';

  constructor(
    readonly fault: EnvelopeFault,
    options?: ErrorOptions,
  ) {
    super(`envelope refused: ${fault}`, options);
  }
}

/** The input for opening any envelope. */
export type EnvelopeInput = {
  /** Compact JWE. */
  envelope: string;
  /** This device's id: both the JWE's `kid` and the claim `deviceId` must equal it. */
  deviceId: string;
  /** The private key of the device's encryption pair. */
  encryptionKey: CryptoKey;
  /** Finds the service's signing key with this `kid`. */
  serviceKey: (kid: string) => Promise<ServiceKey | undefined>;
  /** The service's time, in milliseconds since 1970. */
  now: number;
};

/**
 * Opens the envelope of a code: decrypts it for this device, then verifies that the service signed it for this device
 * and this authentication and that it has not expired. Rejects with EnvelopeError.
 */
export async function openCodeEnvelope(input: EnvelopeInput & { authenticationId: string }): Promise<CodeClaims> {
  const claims = await openSigned(input, 'pushguard-code+jwt');
  const { authenticationId, relyingParty, purpose } = claims;
  if (typeof authenticationId !== 'string' || typeof relyingParty !== 'string' || typeof purpose !== 'string') {
    throw new EnvelopeError('wrong_claims');
  }
  if (authenticationId !== input.authenticationId) throw new EnvelopeError('other_authentication');
  const { v, deviceId, code, expiresAt } = checkedClaims(claims, input);
  return { v, authenticationId, deviceId, code, relyingParty, purpose, expiresAt };
}

/** The same for the test code of an enrolment. Its signature has another `typ`, so neither can replace the other. */
export async function openTestEnvelope(input: EnvelopeInput): Promise<TestClaims> {
  return checkedClaims(await openSigned(input, 'pushguard-test+jwt'), input);
}

/** The same for the secret of an authenticator. It has no expiry: the service sends it once, in its answer. */
export async function openAuthenticatorEnvelope(
  input: EnvelopeInput & { kind: 'otp' | 'sign' },
): Promise<AuthenticatorClaims> {
  const { v, deviceId, kind: claimedKind, secret } = await openSigned(input, 'pushguard-authenticator+jwt');
  if (v !== 1 || claimedKind !== input.kind || typeof secret !== 'string' || !/^[\w-]{43}$/.test(secret)) {
    throw new EnvelopeError('wrong_claims');
  }
  if (deviceId !== input.deviceId) throw new EnvelopeError('other_device');
  return { v, deviceId, kind: input.kind, secret: Uint8Array.from(base64url.decode(secret)) };
}

async function openSigned(input: EnvelopeInput, kind: string): Promise<Record<string, unknown>> {
  return parseObject(await verify(await decrypt(input), kind, input));
}

async function decrypt({ envelope, deviceId, encryptionKey }: EnvelopeInput): Promise<Uint8Array> {
  if (readHeader(envelope).kid !== deviceId) throw new EnvelopeError('other_device');
  try {
    const { plaintext } = await compactDecrypt(envelope, encryptionKey, {
      keyManagementAlgorithms: ['ECDH-ES'],
      contentEncryptionAlgorithms: ['A256GCM'],
      // The service never compresses, because compression would reveal properties of the content by its length.
      maxDecompressedLength: 0,
    });
    return plaintext;
  } catch (cause) {
    throw new EnvelopeError(faultOf(cause, 'undecryptable'), { cause });
  }
}

async function verify(jws: Uint8Array, kind: string, { serviceKey }: EnvelopeInput): Promise<Uint8Array> {
  // Bytes beyond ASCII are replaced here, which no compact JWS survives.
  const compact = new TextDecoder().decode(jws);
  const { kid } = readHeader(compact);
  const key = kid === undefined ? undefined : await serviceKey(kid);
  if (key === undefined) throw new EnvelopeError('unknown_service_key');
  try {
    const { payload, protectedHeader } = await compactVerify(compact, key, { algorithms: ['ES256'] });
    if (protectedHeader.typ === kind) return payload;
  } catch (cause) {
    throw new EnvelopeError(faultOf(cause, 'bad_signature'), { cause });
  }
  throw new EnvelopeError('wrong_kind');
}

/** Parses a header before it is verified: use it only to choose a key. */
function readHeader(token: string): { kid: string | undefined } {
  try {
    const { kid } = decodeProtectedHeader(token);
    return { kid: typeof kid === 'string' ? kid : undefined };
  } catch (cause) {
    throw new EnvelopeError('malformed', { cause });
  }
}

function faultOf(cause: unknown, otherwise: EnvelopeFault): EnvelopeFault {
  if (cause instanceof errors.JOSEAlgNotAllowed || cause instanceof errors.JOSENotSupported) return 'algorithm_refused';
  if (cause instanceof errors.JWEInvalid || cause instanceof errors.JWSInvalid) return 'malformed';
  return otherwise;
}

function parseObject(bytes: Uint8Array): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    if (typeof value === 'object' && value !== null) return { ...value };
  } catch (cause) {
    throw new EnvelopeError('wrong_claims', { cause });
  }
  throw new EnvelopeError('wrong_claims');
}

function checkedClaims(claims: Record<string, unknown>, { deviceId, now }: EnvelopeInput): TestClaims {
  const { v, code, expiresAt } = claims;
  if (v !== 1 || typeof code !== 'string' || !/^\d{6}$/.test(code) || typeof expiresAt !== 'string') {
    throw new EnvelopeError('wrong_claims');
  }
  if (claims.deviceId !== deviceId) throw new EnvelopeError('other_device');
  // Negated, so that an unreadable time (NaN) counts as expired.
  if (!(Date.parse(expiresAt) > now)) throw new EnvelopeError('expired');
  return { v, deviceId, code, expiresAt };
}
