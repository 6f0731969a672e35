import { createPublicKey, randomBytes } from 'node:crypto';
import type { NamedKey, SigningKey } from '../../src/crypto/keyring.ts';
import { keyPair } from '../support/installation.ts';

/** A symmetric key under this name. */
export function namedKey(kid: string): NamedKey {
  return { kid, key: randomBytes(32) };
}

/** A signing key under this name. */
export function signingKey(kid: string): SigningKey {
  return { kid, ...keyPair() };
}

/** The public half of a signing key. */
export function publicHalf({ privateKey }: Pick<SigningKey, 'privateKey'>): ReturnType<typeof createPublicKey> {
  return createPublicKey(privateKey);
}
