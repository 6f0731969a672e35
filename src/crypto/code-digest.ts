import { createHmac } from 'node:crypto';
import type { NamedKey } from './keyring.ts';

/**
 * The only stored form of a code: HMAC-SHA256 under a key that the database does not hold, bound to the relying party
 * and the authentication.
 * Neither a stolen table nor another relying party's window can use it.
 */
export class CodeDigest {
  constructor(private readonly ring: readonly [NamedKey, ...NamedKey[]]) {}

  /** The digest under the present key; `owner` is the relying party, `subject` the authentication. */
  of(code: string, owner: string, subject: string): Buffer {
    return digest(this.ring[0].key, code, owner, subject);
  }

  /** The digests under every key: a code generated before a key rotation stays valid after it. */
  all(code: string, owner: string, subject: string): Buffer[] {
    return this.ring.map(({ key }) => digest(key, code, owner, subject));
  }
}

function digest(key: Buffer, code: string, owner: string, subject: string): Buffer {
  return createHmac('sha256', key).update(`${owner}\0${subject}\0${code}`).digest();
}
