import { createPrivateKey, generateKeyPairSync, type JsonWebKey } from 'node:crypto';

const PUBLIC = { type: 'spki', format: 'der' } as const;
const PRIVATE = { type: 'pkcs8', format: 'der' } as const;

/** A new P-256 key, with its private part. */
export function newP256Jwk(): JsonWebKey {
  const options = { namedCurve: 'P-256', publicKeyEncoding: PUBLIC, privateKeyEncoding: PRIVATE };
  return jwkOf(generateKeyPairSync('ec', options).privateKey);
}

/** A new RSA key, with its private part. */
export function newRsaJwk(bits: number): JsonWebKey {
  const options = { modulusLength: bits, publicKeyEncoding: PUBLIC, privateKeyEncoding: PRIVATE };
  return jwkOf(generateKeyPairSync('rsa', options).privateKey);
}

/**
 * By way of DER: in Node 20, a key object that was just generated shares a lock with its job. Its export to a JWK holds the
 * lock while it allocates, and a garbage collection that frees the job meanwhile waits for that lock for ever.
 */
function jwkOf(der: Buffer): JsonWebKey {
  return createPrivateKey({ key: der, type: 'pkcs8', format: 'der' }).export({ format: 'jwk' });
}
