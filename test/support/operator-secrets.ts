import { randomBytes, scryptSync } from 'node:crypto';
import { randomToken } from '../../src/crypto/random.ts';
import { base32, TOTP_SECRET_BYTES } from '../../src/crypto/totp.ts';

/** A thousandth of the service's own scrypt cost. A stored password digest contains its parameters. */
const COST = { N: 128, r: 8, p: 1 };

/**
 * Credentials of an operator, in the service's format but with a cheap digest, because operators sign in hundreds of
 * times a run.
 */
export function cheapOperatorSecrets(): Promise<{ password: string; passwordDigest: string; totpSecret: string }> {
  const password = randomToken(15);
  return Promise.resolve({
    password,
    passwordDigest: cheapDigest(password),
    totpSecret: base32(randomBytes(TOTP_SECRET_BYTES)),
  });
}

/** The stored form of a password, at almost no cost, or at the cost that `N` gives: 2 ** 14 takes some 50 ms. */
export function cheapDigest(password: string, N = COST.N): string {
  const salt = randomBytes(16);
  const digest = scryptSync(password.normalize('NFC'), salt, 32, { ...COST, N });
  return ['scrypt', N, COST.r, COST.p, salt.toString('base64url'), digest.toString('base64url')].join(':');
}
