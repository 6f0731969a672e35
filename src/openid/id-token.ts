import { Logger } from '@nestjs/common';
import type { Environment } from '../../config/environment.ts';
import { METHODS_USED, testIssuer, type VerifiedPerson } from '../authentication/assertion.ts';
import { signJws, signWithRsa } from '../crypto/compact-jws.ts';
import { sha256 } from '../crypto/sha256.ts';
import { Problem } from '../domain/problem.ts';
import type { IdTokenAlgorithm } from '../domain/client.ts';
import type { HowVerified } from '../crypto/access-token.ts';
import type { ServiceKeys } from '../crypto/service-keys.ts';
import { RareWarnings } from '../process/rare-warnings.ts';

/** Seconds for which an id_token is valid. */
const ID_TOKEN_SECONDS = 300;

/** True in an id_token of a person who was named by the number alone: as a hint, it names the person by no more than that. */
export const BY_NUMBER = 'urn:pushguard:by_number';

/** What an id_token says. */
export interface IdTokenInput {
  /** The client id of the relying party. */
  audience: string;
  person: VerifiedPerson;
  /** The verification that it says: its `jti`, by which the token serves as `id_token_hint`. */
  authenticationId: string;
  /** The `acr` in the form in which the client asked for it. */
  acr: string;
  /** The access token that is issued with it. */
  accessToken: string;
  /** The claims that the client may learn (`claimsOf`). */
  claims: Record<string, unknown>;
  nonce?: string | undefined;
  /** The algorithm for which the client is registered; ES256 when left out. */
  algorithm?: IdTokenAlgorithm;
  /** Further claims of the flow, such as the id of a CIBA request. */
  more?: Record<string, unknown>;
}

/**
 * Signs an id_token (OpenID Connect Core 1.0, 2). Problems: `service_unavailable` where the client reads RS256 and the keyring
 * has no key for it.
 */
export function signIdToken(
  { audience, person, authenticationId, acr, accessToken, claims, nonce, algorithm, more }: IdTokenInput,
  { signing, rsa }: Pick<ServiceKeys, 'signing' | 'rsa'>,
  { ISSUER }: Pick<Environment, 'ISSUER'>,
  now: Date,
): string {
  const iat = Math.floor(now.getTime() / 1000);
  const payload = {
    iss: person.test ? testIssuer(ISSUER) : ISSUER,
    aud: audience,
    sub: person.subject,
    iat,
    exp: iat + ID_TOKEN_SECONDS,
    jti: authenticationId,
    ...howVerified(person, acr),
    // Core 1.0, 3.1.3.6: both algorithms have SHA-256.
    at_hash: sha256(accessToken).subarray(0, 16).toString('base64url'),
    ...(nonce !== undefined && { nonce }),
    ...(person.test && { test: true }),
    ...claims,
    ...more,
  };
  if (algorithm !== 'RS256') return signJws(signing[0], 'JWT', payload);
  const [key] = rsa;
  if (!key) throw refuseUnsignable(audience);
  return signWithRsa(key, 'JWT', payload);
}

/**
 * How and when a person was verified, for both tokens alike (OpenID Connect Core 1.0, 2; RFC 9068, 2.2.1). `acr` is in the form
 * in which the client asked for it.
 */
export function howVerified({ channel, verifiedAt }: VerifiedPerson, acr: string): HowVerified {
  return { auth_time: Math.floor(Date.parse(verifiedAt) / 1000), acr, amr: METHODS_USED[channel] };
}

const WARNINGS = new RareWarnings(new Logger('IdToken'));

/**
 * The problem of a client that reads RS256 while the keyring has no key for it: the caller can do nothing about it.
 * What the operator has to do is logged, at most once a minute for each client.
 */
export function refuseUnsignable(clientId: string): Problem {
  WARNINGS.warn(clientId, 'reads RS256, and the keyring has no key for it. Add one: npm run keys -- add rsa');
  return new Problem('service_unavailable', 'The service cannot sign for this client at present.');
}
