import { createPublicKey } from 'node:crypto';
import { parseAnyJws, verifyJws, verifyWithRsa } from './compact-jws.ts';
import type { ServiceKeys } from './service-keys.ts';

/**
 * Reads a JWT that this service signed for others, with ES256 or RS256. Returns its payload; `ended` where the key that its
 * header names is no longer in use; null for anything else.
 */
export function readOwnJwt(
  compact: string,
  { signing, rsa }: Pick<ServiceKeys, 'signing' | 'rsa'>,
): Readonly<Record<string, unknown>> | 'ended' | null {
  const jws = parseAnyJws(compact);
  if (!jws) return null;
  const { alg, typ, kid } = jws.header;
  if (typ !== 'JWT' || (alg !== 'ES256' && alg !== 'RS256')) return null;
  const key = (alg === 'ES256' ? signing : rsa).find((one) => one.kid === kid);
  if (!key) return 'ended';
  const publicKey = createPublicKey(key.privateKey);
  const isSigned = alg === 'ES256' ? verifyJws(jws, publicKey) : verifyWithRsa(jws, publicKey);
  return isSigned ? jws.payload : null;
}
