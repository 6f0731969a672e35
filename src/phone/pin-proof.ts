import { base64url } from 'jose';

/** What a PIN is proven for. The labels keep a proof for one of them from being good for another. */
const labels = {
  open: 'pushguard-open-v1',
  sms: 'pushguard-sms-v1',
  pin: 'pushguard-pin-v1',
  authenticator: 'pushguard-authenticator-v1',
  registration: 'pushguard-registration-v1',
} as const;

/**
 * Shows that the right PIN was typed, for one authentication, one permission of SMS or one check, on one device:
 * `base64url(HMAC-SHA256(K, label "\0" id "\0" deviceId "\0" nonce))`.
 *
 * The nonce comes with what is asked, so a proof seen once is of no use for another. An app never logs a proof: beside
 * the wrapped key it would be the offline oracle that the wrapping avoids.
 */
export async function pinProof(input: {
  knowledgeKey: Uint8Array<ArrayBuffer>;
  purpose: keyof typeof labels;
  id: string;
  deviceId: string;
  nonce: string;
}): Promise<string> {
  const message = [labels[input.purpose], input.id, input.deviceId, input.nonce].join('\0');
  const hmac = { name: 'HMAC', hash: 'SHA-256' };
  const key = await crypto.subtle.importKey('raw', input.knowledgeKey, hmac, false, ['sign']);
  return base64url.encode(new Uint8Array(await crypto.subtle.sign('HMAC', key, new TextEncoder().encode(message))));
}
