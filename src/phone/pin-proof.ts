import { base64url } from 'jose';

/**
 * Shows that the right PIN was typed, for one authentication on one device:
 * `base64url(HMAC-SHA256(K, "pushguard-open-v1\0" authenticationId "\0" deviceId "\0" nonce))`.
 *
 * The nonce comes with the pending authentication, so a proof seen once is of no use for another. An app never logs a
 * proof: beside the wrapped key it would be the offline oracle that the wrapping avoids.
 */
export async function pinProof(input: {
  knowledgeKey: Uint8Array<ArrayBuffer>;
  authenticationId: string;
  deviceId: string;
  nonce: string;
}): Promise<string> {
  const message = ['pushguard-open-v1', input.authenticationId, input.deviceId, input.nonce].join('\0');
  const hmac = { name: 'HMAC', hash: 'SHA-256' };
  const key = await crypto.subtle.importKey('raw', input.knowledgeKey, hmac, false, ['sign']);
  return base64url.encode(new Uint8Array(await crypto.subtle.sign('HMAC', key, new TextEncoder().encode(message))));
}
