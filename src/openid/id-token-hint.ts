import { readOwnJwt } from '../crypto/own-jwt.ts';
import type { ServiceKeys } from '../crypto/service-keys.ts';
import { Problem } from '../domain/problem.ts';
import { isUuid } from '../domain/uuid.ts';
import { BY_NUMBER } from './id-token.ts';

/** The person whom a client names by an earlier token. */
export interface HintedSubject {
  /** The verification that the token came from. */
  authenticationId: string;
  /** The person's id at the client. */
  subject: string;
  /** The token came of a request that named the person by the number alone. */
  isByNumber: boolean;
}

/**
 * Reads an `id_token_hint`: a token that this service signed for the client, of any age, with the verification that it
 * came from as its `jti`; the assertion of `/v1` is one too. Problems: `invalid_request`, `expired_login_hint_token` for a key
 * that is no longer in use.
 */
export function readIdTokenHint(
  hint: string,
  { audience, issuer }: { audience: string; issuer: string },
  keys: Pick<ServiceKeys, 'signing' | 'rsa'>,
): HintedSubject {
  const payload = readOwnJwt(hint, keys);
  if (payload === 'ended')
    throw new Problem(
      'expired_login_hint_token',
      'The key that signed id_token_hint is no longer in use. Send the request without it, or name the person in another way.',
    );
  if (payload === null) throw refused();
  const { iss, aud, jti, sub } = payload;
  if (iss !== issuer || aud !== audience) throw refused();
  if (typeof jti !== 'string' || !isUuid(jti) || typeof sub !== 'string') throw refused();
  return { authenticationId: jti, subject: sub, isByNumber: payload[BY_NUMBER] === true };
}

function refused(): Problem {
  return new Problem('invalid_request', 'Send as id_token_hint an id_token that this service issued to this client.');
}
