import { generateKeyPairSync } from 'node:crypto';
import type { PublicJwk } from './keyring.ts';

/**
 * A P-256 key pair for an institution's card, for demonstrations only: a real card generates its own key and never
 * exports the private part.
 */
export function newCardKey(): { publicJwk: PublicJwk; privateJwk: PublicJwk & { d: string } } {
  const {
    x = '',
    y = '',
    d = '',
  } = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
    format: 'jwk',
  });
  const publicJwk = { kty: 'EC', crv: 'P-256', x, y } as const;
  return { publicJwk, privateJwk: { ...publicJwk, d } };
}
