import { passwordDigest } from './password.ts';
import { randomSecret, randomToken } from './random.ts';
import { base32, TOTP_SECRET_BYTES } from './totp.ts';

/** Bytes of a generated password: 120 random bits, short enough to type once. */
const PASSWORD_BYTES = 15;

/** The initial credentials of a new operator. Problems: `service_unavailable`. */
export async function newOperatorSecrets(): Promise<{
  password: string;
  passwordDigest: string;
  /** Base32, as authenticator apps take it. */
  totpSecret: string;
}> {
  const password = randomToken(PASSWORD_BYTES);
  const digest = await passwordDigest(password);
  return { password, passwordDigest: digest, totpSecret: base32(randomSecret(TOTP_SECRET_BYTES)) };
}
