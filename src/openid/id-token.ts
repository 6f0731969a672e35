import type { Environment } from '../../config/environment.ts';
import { METHODS_USED, testIssuer, type VerifiedPerson } from '../authentication/assertion.ts';
import { signJws } from '../crypto/compact-jws.ts';
import { randomToken } from '../crypto/random.ts';
import type { ServiceKeys } from '../crypto/service-keys.ts';

/** Seconds for which an id_token is valid. */
const ID_TOKEN_SECONDS = 300;

/** What an id_token says. */
export interface IdTokenInput {
  /** The client id of the relying party. */
  audience: string;
  person: VerifiedPerson;
  /** The claims that the client may learn (`claimsOf`). */
  claims: Record<string, unknown>;
  nonce?: string | undefined;
  /** Further claims of the flow, such as the id of a CIBA request. */
  more?: Record<string, unknown>;
}

/** Signs an id_token (OpenID Connect Core 1.0, 2) with ES256. */
export function signIdToken(
  { audience, person, claims, nonce, more }: IdTokenInput,
  { signing }: Pick<ServiceKeys, 'signing'>,
  { ISSUER }: Pick<Environment, 'ISSUER'>,
  now: Date,
): string {
  const iat = Math.floor(now.getTime() / 1000);
  return signJws(signing[0], 'JWT', {
    iss: person.test ? testIssuer(ISSUER) : ISSUER,
    aud: audience,
    sub: person.subject,
    iat,
    exp: iat + ID_TOKEN_SECONDS,
    auth_time: Math.floor(Date.parse(person.verifiedAt) / 1000),
    jti: randomToken(16),
    acr: person.channel,
    amr: METHODS_USED[person.channel],
    ...(nonce !== undefined && { nonce }),
    ...(person.test && { test: true }),
    ...claims,
    ...more,
  });
}
