import { passwordDigest } from './password.ts';
import { randomSecret, randomToken } from './random.ts';
import { base32, TOTP_SECRET_BYTES } from './totp.ts';

/** Bytes of a generated password: 120 random bits, short enough to type once. */
const PASSWORD_BYTES = 15;

/** The initial credentials of a new account. Problems: `service_unavailable`. */
export async function newAccountSecrets(): Promise<{
  password: string;
  passwordDigest: string;
  /** Base32, as authenticator apps take it. */
  totpSecret: string;
}> {
  const password = randomToken(PASSWORD_BYTES);
  return { password, passwordDigest: await passwordDigest(password), totpSecret: newTotpSecret() };
}

/** A new secret for an authenticator app, in Base32; `totpUri` makes its QR code. */
export function newTotpSecret(): string {
  return base32(randomSecret(TOTP_SECRET_BYTES));
}
