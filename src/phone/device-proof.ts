import { base64url, CompactSign } from 'jose';
import type { DeviceKeyPair } from './device-keys.ts';

/** The input of a proof. */
export type DeviceProofInput = {
  /** The device's signing pair. */
  signing: DeviceKeyPair;
  /** The device's id; null only at enrolment, when there is none and the proof contains the public key instead. */
  deviceId: string | null;
  /** The request's method, as sent: `POST`. */
  method: string;
  /** The request's absolute URL; query and fragment are removed here. */
  url: string;
  /** The exact bytes of the request's body; zero bytes without a body. */
  body: Uint8Array<ArrayBuffer>;
  /** The service's time, in milliseconds since 1970. The service accepts 60 s to either side. */
  now: number;
  /** The unique id of this proof; the service accepts each once. Only tests set it. */
  jti?: string;
};

/**
 * The value of the header `Device-Proof`: a compact JWS (ES256) that binds one request, including its body, to this
 * device.
 * A proof is valid once; a repeated request needs a new one.
 */
export async function deviceProof(input: DeviceProofInput): Promise<string> {
  const { signing, deviceId, method, url, body, now } = input;
  const key = deviceId === null ? { jwk: signing.publicJwk } : { kid: deviceId };
  const claims = {
    htm: method,
    htu: withoutQueryAndFragment(url),
    iat: Math.floor(now / 1000),
    jti: input.jti ?? base64url.encode(crypto.getRandomValues(new Uint8Array(16))),
    bh: base64url.encode(new Uint8Array(await crypto.subtle.digest('SHA-256', body))),
  };
  return new CompactSign(new TextEncoder().encode(JSON.stringify(claims)))
    .setProtectedHeader({ alg: 'ES256', typ: 'device-proof+jwt', ...key })
    .sign(signing.privateKey);
}

function withoutQueryAndFragment(url: string): string {
  const parsed = new URL(url);
  parsed.search = '';
  parsed.hash = '';
  return parsed.href;
}
