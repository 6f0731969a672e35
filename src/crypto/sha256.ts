import { createHash } from 'node:crypto';

/** SHA-256 of text or bytes. */
export function sha256(input: string | Uint8Array): Buffer {
  return createHash('sha256').update(input).digest();
}
