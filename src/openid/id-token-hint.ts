import { parseJws, publicKey, verifyJws } from '../crypto/compact-jws.ts';
import type { ServiceKeys } from '../crypto/service-keys.ts';
import { Problem } from '../domain/problem.ts';
import { isUuid } from '../domain/uuid.ts';

/**
 * Reads an `id_token_hint`: a token that this service signed for the client, of any age, with the verification that it
 * came from as its `jti`; the assertion of `/v1` is one too. Returns the id of the verification. Problems:
 * `invalid_request`, `expired_login_hint_token` for a key that is no longer in use.
 */
export function readIdTokenHint(
  hint: string,
  { audience, issuer }: { audience: string; issuer: string },
  { signing }: Pick<ServiceKeys, 'signing'>,
): string {
  const jws = parseJws(hint);
  if (jws?.header['alg'] !== 'ES256' || jws.header['typ'] !== 'JWT') throw refused();
  const key = signing.find(({ kid }) => kid === jws.header['kid']);
  if (!key)
    throw new Problem(
      'expired_login_hint_token',
      'The key that signed id_token_hint is no longer in use. Send login_hint.',
    );
  const verifying = publicKey(key.publicJwk);
  if (!verifying || !verifyJws(jws, verifying)) throw refused();
  const { iss, aud, jti } = jws.payload;
  if (iss !== issuer || aud !== audience || typeof jti !== 'string' || !isUuid(jti)) throw refused();
  return jti;
}

function refused(): Problem {
  return new Problem('invalid_request', 'Send as id_token_hint an id_token that this service issued to this client.');
}
