import { createCipheriv, createDecipheriv, randomFillSync } from 'node:crypto';
import type { NamedKey } from './keyring.ts';

const NONCE = 12;
const TAG = 16;
/** Nonces that are drawn together: one by one they cost a third of an encryption. */
const NONCES = 256;

/**
 * Encrypts single columns at rest with AES-256-GCM. The associated data is `table:column:row`, so a ciphertext that was
 * moved to another row or column does not decrypt.
 * Layout: length of kid (1 byte), kid, nonce (12), ciphertext, tag (16).
 */
export class FieldCipher {
  private readonly keys: Map<string, Buffer>;
  private readonly drawn = Buffer.alloc(NONCES * NONCE);
  private used = NONCES;

  constructor(private readonly ring: readonly [NamedKey, ...NamedKey[]]) {
    this.keys = new Map(ring.map(({ kid, key }) => [kid, key]));
  }

  /** `place` is `table:column:row`. */
  encrypt(plaintext: string | Uint8Array, place: string): Buffer {
    const { kid, key } = this.ring[0];
    const nonce = this.nextNonce();
    const cipher = createCipheriv('aes-256-gcm', key, nonce);
    cipher.setAAD(Buffer.from(place));
    const body = cipher.update(typeof plaintext === 'string' ? Buffer.from(plaintext) : plaintext);
    return Buffer.concat([Buffer.of(kid.length), Buffer.from(kid), nonce, body, cipher.final(), cipher.getAuthTag()]);
  }

  /** A nonce that no other encryption has; it is copied into the ciphertext before the next ones are drawn. */
  private nextNonce(): Buffer {
    if (this.used === NONCES) {
      randomFillSync(this.drawn);
      this.used = 0;
    }
    const at = this.used * NONCE;
    this.used += 1;
    return this.drawn.subarray(at, at + NONCE);
  }

  /** Throws when the key is unknown, the place differs, or the ciphertext was altered. */
  decrypt(ciphertext: Buffer, place: string): Buffer {
    const plaintext = this.decryptIfOf(ciphertext, place);
    if (!plaintext) throw new Error(`${place} does not decrypt: it belongs to another place, or it was altered`);
    return plaintext;
  }

  /** As `decrypt`, but null when the place differs or the ciphertext was altered. Throws when the key is unknown. */
  decryptIfOf(ciphertext: Buffer, place: string): Buffer | null {
    const at = 1 + (ciphertext[0] ?? 0);
    const key = this.keys.get(ciphertext.toString('latin1', 1, at));
    if (!key) throw new Error(`no key of the keyring decrypts ${place}`);
    const decipher = createDecipheriv('aes-256-gcm', key, ciphertext.subarray(at, at + NONCE));
    decipher.setAAD(Buffer.from(place));
    decipher.setAuthTag(ciphertext.subarray(-TAG));
    const body = decipher.update(ciphertext.subarray(at + NONCE, -TAG));
    try {
      return Buffer.concat([body, decipher.final()]);
    } catch {
      return null;
    }
  }

  /**
   * Reads a text that is kept encrypted, or in plain form in a row of an older version that `npm run reencrypt` has not
   * carried over yet. Empty when the row has neither, because the text was erased.
   */
  readText(cipher: Buffer | null, plain: string | null, place: string): string {
    return cipher ? this.decrypt(cipher, place).toString('utf8') : (plain ?? '');
  }

  /** Whether a ciphertext was made under an older key and needs re-encryption. */
  isStale(ciphertext: Buffer): boolean {
    return ciphertext.toString('latin1', 1, 1 + (ciphertext[0] ?? 0)) !== this.ring[0].kid;
  }
}
