import { createHmac } from 'node:crypto';
import type { NamedKey } from './keyring.ts';

/** What is indexed; one kind is never found as another. */
export type Indexed = 'phone' | 'person' | 'request' | 'form';

/**
 * Finds a row by a secret value without storing it: HMAC-SHA256 of the value under a key that the database does not
 * hold. A plain hash would not do: all Korean mobile numbers are hashed in minutes.
 */
export class BlindIndex {
  constructor(private readonly ring: readonly [NamedKey, ...NamedKey[]]) {}

  /** The index under the present key; `kind` keeps a number and a person apart. */
  of(kind: Indexed, value: string): Buffer {
    return digest(this.ring[0].key, kind, value);
  }

  /** The indexes under every key, present one first: a row written under an older key is still found. */
  all(kind: Indexed, value: string): [Buffer, ...Buffer[]] {
    const [present, ...older] = this.ring;
    return [digest(present.key, kind, value), ...older.map(({ key }) => digest(key, kind, value))];
  }
}

function digest(key: Buffer, kind: string, value: string): Buffer {
  return createHmac('sha256', key).update(`${kind}\0${value}`).digest();
}
