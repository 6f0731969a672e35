import { createPublicKey, randomBytes } from 'node:crypto';
import type { NamedKey, SigningKey } from '../../src/crypto/keyring.ts';
import { keyPair } from '../support/installation.ts';

/** Creates a symmetric key with this key id. */
export function namedKey(kid: string): NamedKey {
  return { kid, key: randomBytes(32) };
}

/** Creates a signing key with this key id. */
export function signingKey(kid: string): SigningKey {
  return { kid, ...keyPair() };
}

/** The public key of a signing key. */
export function publicHalf({ privateKey }: Pick<SigningKey, 'privateKey'>): ReturnType<typeof createPublicKey> {
  return createPublicKey(privateKey);
}
