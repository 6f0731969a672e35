import type { PublicJwk } from './keyring.ts';
import { newP256Jwk } from './new-key.ts';

/**
 * A P-256 key pair for an institution's card, for demonstrations only: a real card generates its own key and never
 * exports the private part.
 */
export function newCardKey(): { publicJwk: PublicJwk; privateJwk: PublicJwk & { d: string } } {
  const { x = '', y = '', d = '' } = newP256Jwk();
  const publicJwk = { kty: 'EC', crv: 'P-256', x, y } as const;
  return { publicJwk, privateJwk: { ...publicJwk, d } };
}
