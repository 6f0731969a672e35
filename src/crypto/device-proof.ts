import type { KeyObject } from 'node:crypto';
import { PROOF_SKEW_SECONDS } from '../domain/device.ts';
import { parseJws, publicKey, verifyJws, type UnverifiedJws } from './compact-jws.ts';
import type { PublicJwk } from './keyring.ts';
import { sha256 } from './sha256.ts';

/** The request that a device proof must match. */
export interface ProvenRequest {
  method: string;
  /** Absolute URL without query and fragment. */
  url: string;
  body: Uint8Array;
  now: Date;
}

/** A proof whose claims match the request, before its signature is checked. */
export interface DeviceProof {
  jws: UnverifiedJws;
  /** Device id; absent in the proof that enrols a new device. */
  kid?: string;
  jwk?: PublicJwk;
  jti: string;
}

const IDENTIFIER = /^[\w.:~-]{1,64}$/;

/**
 * Parses `Device-Proof` and compares its claims with the request: `htm`, `htu`, `iat` (±60 s) and `bh` (SHA-256 of the
 * body).
 * Returns the reason as a sentence when a claim does not match. The caller must still check the signature and the
 * `jti`.
 */
export function readDeviceProof(compact: string | undefined, request: ProvenRequest): DeviceProof | string {
  if (!compact) return 'The Device-Proof header is missing.';
  const jws = compact.length <= 4096 ? parseJws(compact) : null;
  if (!jws) return 'The Device-Proof header must be a compact JWS signed with ES256.';
  const { alg, typ, kid, jwk, crit } = jws.header;
  if (alg !== 'ES256' || typ !== 'device-proof+jwt' || crit !== undefined) {
    return 'The proof’s header must have alg ES256 and typ device-proof+jwt, and no crit.';
  }
  const { htm, htu, iat, jti, bh } = jws.payload;
  if (htm !== request.method || htu !== request.url) {
    return `The proof was made for a different request. Its htm and htu must be ${request.method} and ${request.url}.`;
  }
  if (typeof iat !== 'number' || Math.abs(request.now.getTime() / 1000 - iat) > PROOF_SKEW_SECONDS) {
    return `The proof’s iat must be within ${PROOF_SKEW_SECONDS} seconds of ${request.now.toISOString()}. Correct the phone’s clock.`;
  }
  if (typeof jti !== 'string' || !IDENTIFIER.test(jti))
    return 'The proof’s jti must consist of 1 to 64 letters, digits and the characters ._~:- only.';
  if (bh !== sha256(request.body).toString('base64url'))
    return 'The proof’s bh must be the base64url SHA-256 of the body.';
  if (typeof kid === 'string' && jwk === undefined) return { jws, kid, jti };
  if (kid === undefined && publicKey(jwk)) return { jws, jwk: jwk as PublicJwk, jti };
  return 'The proof’s header must have the device id as kid or, at enrolment, a P-256 public key as jwk.';
}

/** Whether the private key of `key` signed the proof. */
export function isProvenBy(proof: DeviceProof, key: KeyObject): boolean {
  return verifyJws(proof.jws, key);
}
