import { generateKeyPairSync } from 'node:crypto';
import type { PublicJwk } from './keyring.ts';

/**
 * The key of an institution's card (P-256), as only a demonstration makes it: a real card draws its own and never gives
 * the private part away.
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
