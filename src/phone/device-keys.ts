import { exportJWK, generateKeyPair, importJWK } from 'jose';
import type { CryptoKey } from 'jose';

/** A P-256 public key as the service takes it: exactly these four members. x, y: 32 bytes, base64url. */
export type PublicJwk = { kty: 'EC'; crv: 'P-256'; x: string; y: string };

/** The same with the private scalar. It stays on this installation and is never sent. */
export type PrivateJwk = PublicJwk & { d: string };

/** One key pair: a handle for the operations, and the public half for the wire. */
export type DeviceKeyPair = { privateKey: CryptoKey; publicJwk: PublicJwk };

/**
 * Two key pairs, because each key has one purpose: `signing` (ES256) authenticates requests of this device,
 * `encryption` (ECDH-ES) receives codes.
 * On a real phone both live in the Secure Enclave or the Android Keystore.
 */
export type DeviceKeys = { signing: DeviceKeyPair; encryption: DeviceKeyPair };

/** The stored form of the keys. Platforms whose keystore never exports keys store its aliases instead. */
export type StoredDeviceKeys = { signingKey: PrivateJwk; encryptionKey: PrivateJwk };

/** Generates the keys of one installation. A new installation gets new keys; keys never move between phones. */
export async function generateDeviceKeys(): Promise<DeviceKeys> {
  const [signing, encryption] = await Promise.all([
    generateKeyPair('ES256', { extractable: true }),
    generateKeyPair('ECDH-ES', { crv: 'P-256', extractable: true }),
  ]);
  return {
    signing: { privateKey: signing.privateKey, publicJwk: publicPart(await exportPrivateJwk(signing.privateKey)) },
    encryption: {
      privateKey: encryption.privateKey,
      publicJwk: publicPart(await exportPrivateJwk(encryption.privateKey)),
    },
  };
}

/** The private keys as plain JSON, for the app's protected storage. */
export async function exportDeviceKeys(keys: DeviceKeys): Promise<StoredDeviceKeys> {
  const [signingKey, encryptionKey] = await Promise.all([
    exportPrivateJwk(keys.signing.privateKey),
    exportPrivateJwk(keys.encryption.privateKey),
  ]);
  return { signingKey, encryptionKey };
}

/** The reverse of {@link exportDeviceKeys}. Rejects when a JWK is not a P-256 private key. */
export async function importDeviceKeys(stored: StoredDeviceKeys): Promise<DeviceKeys> {
  const [signing, encryption] = await Promise.all([
    importPair(stored.signingKey, 'ES256'),
    importPair(stored.encryptionKey, 'ECDH-ES'),
  ]);
  return { signing, encryption };
}

async function importPair(jwk: PrivateJwk, algorithm: 'ES256' | 'ECDH-ES'): Promise<DeviceKeyPair> {
  const privateKey = await importJWK(jwk, algorithm, { extractable: true });
  if (privateKey instanceof Uint8Array || privateKey.type !== 'private') {
    throw new TypeError('a stored device key is not a private key');
  }
  return { privateKey, publicJwk: publicPart(jwk) };
}

async function exportPrivateJwk(key: CryptoKey): Promise<PrivateJwk> {
  const { crv, x, y, d } = await exportJWK(key);
  if (crv !== 'P-256' || x === undefined || y === undefined || d === undefined) {
    throw new TypeError('a device key must be a private key on P-256');
  }
  return { kty: 'EC', crv, x, y, d };
}

function publicPart({ kty, crv, x, y }: PublicJwk): PublicJwk {
  return { kty, crv, x, y };
}
