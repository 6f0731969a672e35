import { base64url } from 'jose';

/** The purposes of a PIN proof. The labels keep a proof for one purpose from being valid for another. */
const labels = {
  open: 'pushguard-open-v1',
  approve: 'pushguard-approve-v1',
  sms: 'pushguard-sms-v1',
  pin: 'pushguard-pin-v1',
  authenticator: 'pushguard-authenticator-v1',
  registration: 'pushguard-registration-v1',
  'alert-confirm': 'pushguard-alert-confirm-v1',
  'alert-object': 'pushguard-alert-object-v1',
} as const;

export type PinPurpose = keyof typeof labels;

/**
 * Proves that the person typed the right PIN, for one authentication, SMS permission or check, on one device:
 * `base64url(HMAC-SHA256(K, label "\0" id "\0" deviceId "\0" nonce))`. With the purpose `approve` the message ends with
 * `"\0" match`, the two digits that the person typed.
 *
 * Every request has its own nonce, so a captured proof is useless for another request. An app never logs a proof:
 * together with the wrapped key it would be the offline oracle that the wrapping avoids.
 */
export async function pinProof(input: {
  knowledgeKey: Uint8Array<ArrayBuffer>;
  purpose: PinPurpose;
  id: string;
  deviceId: string;
  nonce: string;
  match?: string | undefined;
}): Promise<string> {
  const { purpose, id, deviceId, nonce, match } = input;
  const message = [labels[purpose], id, deviceId, nonce, ...(match === undefined ? [] : [match])].join('\0');
  const hmac = { name: 'HMAC', hash: 'SHA-256' };
  const key = await crypto.subtle.importKey('raw', input.knowledgeKey, hmac, false, ['sign']);
  return base64url.encode(new Uint8Array(await crypto.subtle.sign('HMAC', key, new TextEncoder().encode(message))));
}
