import type { Environment } from '../../config/environment.ts';
import { signJws } from '../crypto/compact-jws.ts';
import type { ServiceKeys } from '../crypto/service-keys.ts';
import type { Channel } from '../domain/authentication.ts';

/** Seconds for which an assertion is valid, so that the relying party may pass it on. */
const ASSERTION_SECONDS = 300;

/**
 * Values of `amr` (RFC 8176): proof of possession of the device’s key, the PIN, and the typed code; or a text message.
 */
const METHODS_USED: Readonly<Record<Channel, readonly string[]>> = {
  push: ['pop', 'pin', 'otp', 'mfa'],
  sms: ['sms', 'otp'],
  otp: ['otp', 'pin', 'mfa'],
  sign: ['pop', 'pin', 'otp', 'mfa'],
};

/** The verified person, as the relying party receives it. */
export interface VerifiedPerson {
  /** The person's id at this relying party only. */
  subject: string;
  birthDate: string;
  gender: 'male' | 'female';
  foreigner: boolean;
  phoneNumber: string;
  verifiedAt: string;
  channel: Channel;
  /** Present only if true: the person's app was reissued less than `REISSUE_COOLING_HOURS` before the verification. */
  recentlyReissued?: true;
  /** The SIM of the line was changed less than `RECENT_SIM_CHANGE_HOURS` ago. */
  recentSimChange?: true;
  /** A phone was enrolled, less than `RECENTLY_ENROLLED_HOURS` ago, without the confirmation of the one before it. */
  recentlyEnrolled?: true;
  /** Test mode: the person is a test person. */
  test?: true;
}

/** A verified authentication; `question` is the digest of the transaction that was signed. */
export interface Asserted {
  id: string;
  /** The client id of the relying party. */
  audience: string;
  result: VerifiedPerson;
  question: string | null;
  /** When it is signed, where that may be long after the verification; the time of the verification otherwise. */
  at?: Date;
}

/**
 * The issuer of assertions about test persons: another one than of live ones, so that a program that verifies assertions
 * and does not know `test` refuses them.
 */
function testIssuer(issuer: string): string {
  return `${issuer}/test`;
}

/** Signs the result as a JWS that the relying party may show to others. */
export function signAssertion(
  { id, audience, result, question, at }: Asserted,
  { signing }: Pick<ServiceKeys, 'signing'>,
  { ISSUER }: Pick<Environment, 'ISSUER'>,
): string {
  const { subject, ...claims } = result;
  const iat = Math.floor((at ?? new Date(result.verifiedAt)).getTime() / 1000);
  return signJws(signing[0], 'JWT', {
    iss: result.test ? testIssuer(ISSUER) : ISSUER,
    aud: audience,
    sub: subject,
    iat,
    exp: iat + ASSERTION_SECONDS,
    jti: id,
    acr: result.channel,
    amr: METHODS_USED[result.channel],
    ...(result.channel === 'sign' && { transactionDigest: question }),
    ...claims,
  });
}
