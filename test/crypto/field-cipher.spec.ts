import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { FieldCipher } from '../../src/crypto/field-cipher.ts';
import { namedKey } from './keys.ts';

const [older, newer, stranger] = [namedKey('2025'), namedKey('2026'), namedKey('2026')];
const cipher = new FieldCipher([newer, older]);
const place = 'lines:owner:line-1';

describe('an encrypted column', () => {
  it('an encrypted column is read back as it was written, and has another ciphertext each time', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ minLength: 1 }), (text, where) => {
        const [first, second] = [cipher.encrypt(text, where), cipher.encrypt(text, where)];
        expect(first.equals(second)).toBe(false);
        expect(cipher.decrypt(first, where).equals(Buffer.from(text))).toBe(true);
      }),
    );
  });

  it('thousands of ciphertexts of one column all have another nonce', () => {
    const ciphertexts = Array.from({ length: 5_000 }, () => cipher.encrypt('900101', place));
    // Behind the name of the key: one byte for its length, and four.
    const nonces = new Set(ciphertexts.map((ciphertext) => ciphertext.subarray(5, 17).toString('hex')));
    expect(nonces.size).toBe(ciphertexts.length);
    for (const ciphertext of ciphertexts) expect(cipher.decrypt(ciphertext, place).toString()).toBe('900101');
  });

  it('an encrypted column of bytes is read back as these bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(cipher.decrypt(cipher.encrypt(bytes, place), place).equals(bytes)).toBe(true);
      }),
    );
  });

  it.each(['lines:owner:line-2', 'lines:phone_number:line-1', 'devices:owner:line-1', 'lines:owner:line-1 ', ''])(
    'a ciphertext moved to %p does not decrypt',
    (elsewhere) => {
      expect(() => cipher.decrypt(cipher.encrypt('900101', place), elsewhere)).toThrow();
    },
  );

  it('a ciphertext with any bit changed, or any bytes cut off, does not decrypt', () => {
    const ciphertext = cipher.encrypt('900101', place);
    fc.assert(
      fc.property(fc.nat(ciphertext.length - 1), fc.integer({ min: 1, max: 255 }), (at, mask) => {
        const changed = Buffer.from(ciphertext);
        changed[at]! ^= mask;
        expect(() => cipher.decrypt(changed, place)).toThrow();
      }),
    );
    for (let length = 0; length < ciphertext.length; length += 1) {
      expect(() => cipher.decrypt(ciphertext.subarray(0, length), place)).toThrow();
      expect(() => cipher.decrypt(ciphertext.subarray(ciphertext.length - length), place)).toThrow();
    }
  });

  it('a ciphertext written under an older key is still read, and is due for re-encryption', () => {
    const before = new FieldCipher([older]);
    const ciphertext = before.encrypt('900101', place);
    expect(cipher.decrypt(ciphertext, place).toString()).toBe('900101');
    expect([before.isStale(ciphertext), cipher.isStale(ciphertext)]).toEqual([false, true]);
    expect(cipher.isStale(cipher.encrypt('900101', place))).toBe(false);
  });

  it('a ciphertext is not read without its key, nor with another key of the same name', () => {
    const ciphertext = cipher.encrypt('900101', place);
    expect(() => new FieldCipher([older]).decrypt(ciphertext, place)).toThrow(place);
    expect(() => new FieldCipher([stranger]).decrypt(ciphertext, place)).toThrow();
  });

  it('the error of a ciphertext that cannot be read names its place, and nothing of its content', () => {
    const ciphertext = cipher.encrypt('900101', place);
    expect(() => new FieldCipher([older]).decrypt(ciphertext, place)).not.toThrow(/900101/);
  });
});
