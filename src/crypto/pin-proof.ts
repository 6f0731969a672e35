import { createHmac } from 'node:crypto';

/**
 * What a phone that knows the PIN sends in its place: base64url HMAC-SHA256 under the knowledge key K over the
 * authentication, the device and a nonce, so that it is good for this one opening.
 */
export function pinProof(
  key: Uint8Array,
  input: { authenticationId: string; deviceId: string; nonce: string },
): string {
  return createHmac('sha256', key)
    .update(`pushguard-open-v1\0${input.authenticationId}\0${input.deviceId}\0${input.nonce}`)
    .digest('base64url');
}
