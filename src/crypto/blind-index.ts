import { createHmac } from 'node:crypto';
import type { NamedKey } from './keyring.ts';

/** The kinds of value that are indexed. An index of one kind never matches another kind. */
export type Indexed = 'phone' | 'person' | 'request' | 'form' | 'network' | 'serial';

/**
 * Finds a row by a secret value without storing the value: HMAC-SHA256 under a key that the database does not hold.
 * A plain hash would not protect it: all Korean mobile numbers can be hashed within minutes.
 */
export class BlindIndex {
  constructor(private readonly ring: readonly [NamedKey, ...NamedKey[]]) {}

  /** The index under the present key; `kind` separates numbers from persons. */
  of(kind: Indexed, value: string): Buffer {
    return digest(this.ring[0].key, kind, value);
  }

  /** The indexes under the older keys; none while there is one key. */
  older(kind: Indexed, value: string): Buffer[] {
    return this.ring.slice(1).map(({ key }) => digest(key, kind, value));
  }

  /** The indexes under every key, the present one first, so that a row written under an older key is still found. */
  all(kind: Indexed, value: string): [Buffer, ...Buffer[]] {
    const [present, ...older] = this.ring;
    return [digest(present.key, kind, value), ...older.map(({ key }) => digest(key, kind, value))];
  }
}

function digest(key: Buffer, kind: string, value: string): Buffer {
  return createHmac('sha256', key).update(`${kind}\0${value}`).digest();
}
