import { randomBytes, randomInt } from 'node:crypto';
import { compactText } from '../domain/typed-text.ts';

/** A verification code: six decimal digits, each of the million equally likely. */
export function randomCode(): string {
  return randomInt(1_000_000).toString().padStart(6, '0');
}

/** Two decimal digits, `00` to `99`, which a page shows and the person types into the app. */
export function randomMatch(): string {
  return randomInt(100).toString().padStart(2, '0');
}

/**
 * An opaque id: UUID version 7 (RFC 9562, 5.7) with 74 random bits.
 * Ids of the same minute lie side by side in every index, so the cost of an insert does not grow with millions of past
 * authentications.
 */
export function randomId(now = Date.now()): string {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(now, 0, 6);
  bytes[6] = 0x70 | ((bytes[6] ?? 0) & 0x0f);
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** `size` random bytes as base64url text. */
export function randomToken(size: number): string {
  return randomBytes(size).toString('base64url');
}

/** Crockford's Base32: no I, L, O or U, which people misread. */
const BASE32 = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** An enrolment code of 4×5 Base32 characters, `7K2QM-…`: 100 random bits. */
export function randomEnrolmentCode(): string {
  const letters = Array.from({ length: 20 }, () => BASE32.charAt(randomInt(32))).join('');
  return letters.replace(/(.{5})(?=.)/g, '$1-');
}

/** The canonical form of a typed code: case, dashes and blanks do not matter, O is 0, I and L are 1. */
export function normaliseEnrolmentCode(typed: string): string {
  const letters = compactText(typed).toUpperCase().replace(/O/g, '0').replace(/[IL]/g, '1');
  return letters.replace(/(.{5})(?=.)/g, '$1-');
}

/** The number of a receipt, `7K2Q-…`: 4×4 Base32 characters, 80 random bits. */
export function randomReceiptNumber(): string {
  const letters = Array.from({ length: 16 }, () => BASE32.charAt(randomInt(32))).join('');
  return letters.replace(/(.{4})(?=.)/g, '$1-');
}

/** The canonical form of a typed receipt number, as {@link normaliseEnrolmentCode}; null for any other text. */
export function receiptNumberIn(typed: string): string | null {
  const letters = compactText(typed).toUpperCase().replace(/O/g, '0').replace(/[IL]/g, '1');
  return /^[0-9A-HJKMNP-TV-Z]{16}$/.test(letters) ? letters.replace(/(.{4})(?=.)/g, '$1-') : null;
}

/** Twelve digits. */
const SERIAL_NUMBERS = 1_000_000_000_000;

/** A device's serial number, `PG-0000-0000-0000`, which a person can read aloud to the call centre. */
export function randomSerialNumber(): string {
  return serialNumber(randomInt(SERIAL_NUMBERS));
}

/** The serial number that follows from the first six bytes of a keyed digest. */
export function serialNumberFrom(digest: Buffer): string {
  return serialNumber(digest.readUIntBE(0, 6) % SERIAL_NUMBERS);
}

function serialNumber(of: number): string {
  const digits = of.toString().padStart(12, '0');
  return `PG-${digits.slice(0, 4)}-${digits.slice(4, 8)}-${digits.slice(8)}`;
}

/** A random number in [0, 1), for spreading retries. */
export function randomFraction(): number {
  return randomInt(0x1_0000_0000) / 0x1_0000_0000;
}

/** Sixteen random bytes that make a request unique. */
export function randomNonce(): Buffer {
  return randomBytes(16);
}

/** A secret of `size` random bytes. */
export function randomSecret(size: number): Buffer {
  return randomBytes(size);
}
