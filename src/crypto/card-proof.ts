import { verify } from 'node:crypto';
import { publicKey } from './compact-jws.ts';
import type { PublicJwk } from './keyring.ts';

/**
 * Whether the card signed exactly this tap: ES256 (64 bytes as in RFC 7518, 3.4, base64url) over
 * `"pushguard-card-v1\0" authenticationId "\0" deviceId "\0" nonce "\0" question`.
 * `question` is the digest of the transaction, from which the code is computed too.
 */
export function isTapOf(
  cardKey: PublicJwk,
  proof: string,
  input: { authenticationId: string; deviceId: string; nonce: string; question: string },
): boolean {
  const key = publicKey(cardKey);
  if (!key || !/^[\w-]{86}$/.test(proof)) return false;
  const { authenticationId, deviceId, nonce, question } = input;
  const message = ['pushguard-card-v1', authenticationId, deviceId, nonce, question].join('\0');
  const signature = Buffer.from(proof, 'base64url');
  return verify('sha256', Buffer.from(message), { key, dsaEncoding: 'ieee-p1363' }, signature);
}
