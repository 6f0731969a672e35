import { createHmac } from 'node:crypto';

/** The purposes of a PIN proof. The labels keep a proof for one purpose from being valid for another. */
const LABELS = {
  open: 'pushguard-open-v1',
  approve: 'pushguard-approve-v1',
  sms: 'pushguard-sms-v1',
  pin: 'pushguard-pin-v1',
  authenticator: 'pushguard-authenticator-v1',
  registration: 'pushguard-registration-v1',
  'alert-confirm': 'pushguard-alert-confirm-v1',
  'alert-object': 'pushguard-alert-object-v1',
} as const;

export type PinPurpose = keyof typeof LABELS;

/**
 * The proof that a phone sends in place of the PIN: base64url HMAC-SHA256 under the knowledge key K over the purpose,
 * the id of the object, the device id, a nonce and, with `approve`, the two digits that the person typed. The nonce makes
 * the proof valid only once.
 */
export function pinProof(
  key: Uint8Array,
  input: { purpose: PinPurpose; id: string; deviceId: string; nonce: string; match?: string | undefined },
): string {
  const { purpose, id, deviceId, nonce, match } = input;
  const parts = [LABELS[purpose], id, deviceId, nonce, ...(match === undefined ? [] : [match])];
  return createHmac('sha256', key).update(parts.join('\0')).digest('base64url');
}
