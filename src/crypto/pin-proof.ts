import { createHmac } from 'node:crypto';

/** What a PIN is proven for. The labels keep a proof for one of them from being good for another. */
const LABELS = {
  open: 'pushguard-open-v1',
  sms: 'pushguard-sms-v1',
  pin: 'pushguard-pin-v1',
  authenticator: 'pushguard-authenticator-v1',
  registration: 'pushguard-registration-v1',
} as const;

export type PinPurpose = keyof typeof LABELS;

/**
 * What a phone that knows the PIN sends in its place: base64url HMAC-SHA256 under the knowledge key K over the purpose,
 * the id of what is to be opened, permitted or checked, the device and a nonce, so that it is good for this once.
 */
export function pinProof(
  key: Uint8Array,
  input: { purpose: PinPurpose; id: string; deviceId: string; nonce: string },
): string {
  return createHmac('sha256', key)
    .update(`${LABELS[input.purpose]}\0${input.id}\0${input.deviceId}\0${input.nonce}`)
    .digest('base64url');
}
