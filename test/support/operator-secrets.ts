import { randomBytes, scryptSync } from 'node:crypto';
import { randomToken } from '../../src/crypto/random.ts';
import { base32, TOTP_SECRET_BYTES } from '../../src/crypto/totp.ts';

/** A thousandth of what the service itself takes; what is kept of a password says how it was made. */
const COST = { N: 128, r: 8, p: 1 };

/** Credentials of an operator, who signs in hundreds of times a run: as the service makes them, with a cheap digest. */
export function cheapOperatorSecrets(): Promise<{ password: string; passwordDigest: string; totpSecret: string }> {
  const password = randomToken(15);
  return Promise.resolve({
    password,
    passwordDigest: cheapDigest(password),
    totpSecret: base32(randomBytes(TOTP_SECRET_BYTES)),
  });
}

/** The digest of a password, for next to no work. */
function cheapDigest(password: string): string {
  const salt = randomBytes(16);
  const digest = scryptSync(password.normalize('NFC'), salt, 32, COST);
  return ['scrypt', COST.N, COST.r, COST.p, salt.toString('base64url'), digest.toString('base64url')].join(':');
}
