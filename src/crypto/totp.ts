import { equalInConstantTime } from './constant-time.ts';
import { counterBytes, hotp, type HotpAlgorithm } from './hotp.ts';

/**
 * Parameters of a one-time password.
 * The defaults are those of authenticator apps (SHA-1, six digits, thirty seconds).
 */
export interface TotpParameters {
  algorithm?: HotpAlgorithm;
  digits?: 6 | 7 | 8;
  /** Length of a step. */
  seconds?: number;
}

/** Steps before and after the present one that are accepted: a clock may be off (RFC 6238, 5.2). */
const SKEW_STEPS = 1;
/** Bytes of a new secret: the length of the hash (RFC 4226, 4, R6). */
export const TOTP_SECRET_BYTES = 20;

/** The number of the step at an instant (RFC 6238, 4.2). */
export function totpStep(at: Date, { seconds = 30 }: TotpParameters = {}): number {
  return Math.floor(at.getTime() / 1000 / seconds);
}

/** The password of one step (RFC 4226, 5.3). */
export function totpOf(
  secret: Uint8Array,
  step: number,
  { algorithm = 'sha1', digits = 6 }: TotpParameters = {},
): string {
  return hotp({ key: secret, algorithm, message: counterBytes(step), digits });
}

/**
 * The step whose password was typed, or null. All accepted steps are always compared, so the duration does not show
 * which one matched.
 * The caller must make sure that each step is accepted once (RFC 6238, 5.2).
 */
export function matchingTotpStep(
  secret: Uint8Array,
  typed: string,
  at: Date,
  parameters: TotpParameters = {},
): number | null {
  const present = totpStep(at, parameters);
  const steps = { from: present - SKEW_STEPS, to: present + SKEW_STEPS };
  return matchingTotpSteps(secret, typed, steps, parameters).at(-1) ?? null;
}

/**
 * The steps `from`–`to` whose password was typed, in order: nearly always one or none.
 * All steps are always compared, so the duration does not show which one matched.
 */
export function matchingTotpSteps(
  secret: Uint8Array,
  typed: string,
  { from, to }: { from: number; to: number },
  parameters: TotpParameters = {},
): number[] {
  const matching: number[] = [];
  for (let step = Math.max(from, 0); step <= to; step += 1) {
    const right = Buffer.from(totpOf(secret, step, parameters));
    if (equalInConstantTime(Buffer.from(typed), right)) matching.push(step);
  }
  return matching;
}

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** Bytes in the form that authenticator apps take: Base32 without padding (RFC 4648, 6). */
export function base32(bytes: Uint8Array): string {
  const bits = Array.from(bytes, (byte) => byte.toString(2).padStart(8, '0')).join('');
  return (bits.match(/.{1,5}/g) ?? []).map((five) => BASE32.charAt(parseInt(five.padEnd(5, '0'), 2))).join('');
}

/** The bytes of a Base32 text. Throws on any other text. */
export function fromBase32(text: string): Buffer {
  if (!/^[A-Z2-7]*$/.test(text)) throw new Error('the text is not Base32');
  const bits = Array.from(text, (letter) => BASE32.indexOf(letter).toString(2).padStart(5, '0')).join('');
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2)));
}

/** The content of the QR code for an authenticator app (Key URI Format of Google Authenticator); `secret` is Base32. */
export function totpUri(input: { issuer: string; account: string; secret: string }): string {
  const { issuer, account, secret } = input;
  const label = `${encodeURIComponent(issuer)}:${encodeURIComponent(account)}`;
  return `otpauth://totp/${label}?secret=${secret}&issuer=${encodeURIComponent(issuer)}`;
}
