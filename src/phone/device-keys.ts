import { exportJWK, generateKeyPair, importJWK } from 'jose';
import type { CryptoKey, GenerateKeyPairResult } from 'jose';

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

/**
 * The stored form of the keys: plain JSON, or the handles themselves where the platform does not export keys. A browser
 * stores handles by structured clone (IndexedDB). Other platforms whose keystore never exports keys store its aliases.
 */
export type StoredDeviceKeys = { signingKey: StoredKey; encryptionKey: StoredKey };

type StoredKey = PrivateJwk | DeviceKeyPair;

/**
 * Generates the keys of one installation. A new installation gets new keys; keys never move between phones.
 * `exportable: false` makes private keys that no script can read, not even this one.
 */
export async function generateDeviceKeys({ exportable = true } = {}): Promise<DeviceKeys> {
  const [signing, encryption] = await Promise.all([
    generateKeyPair('ES256', { extractable: exportable }),
    generateKeyPair('ECDH-ES', { crv: 'P-256', extractable: exportable }),
  ]);
  return { signing: await pairOf(signing), encryption: await pairOf(encryption) };
}

/** The keys for the app's protected storage: private keys as plain JSON if they can be exported, else as they are. */
export async function exportDeviceKeys(keys: DeviceKeys): Promise<StoredDeviceKeys> {
  const [signingKey, encryptionKey] = await Promise.all([stored(keys.signing), stored(keys.encryption)]);
  return { signingKey, encryptionKey };
}

/** The reverse of {@link exportDeviceKeys}. Rejects when a stored key is not a P-256 private key. */
export async function importDeviceKeys(stored: StoredDeviceKeys): Promise<DeviceKeys> {
  const [signing, encryption] = await Promise.all([
    importPair(stored.signingKey, 'ES256'),
    importPair(stored.encryptionKey, 'ECDH-ES'),
  ]);
  return { signing, encryption };
}

async function pairOf({ privateKey, publicKey }: GenerateKeyPairResult): Promise<DeviceKeyPair> {
  const { crv, x, y } = await exportJWK(publicKey);
  if (crv !== 'P-256' || x === undefined || y === undefined) throw new TypeError('a device key must be on P-256');
  return { privateKey, publicJwk: { kty: 'EC', crv, x, y } };
}

async function stored({ privateKey, publicJwk }: DeviceKeyPair): Promise<StoredKey> {
  return privateKey.extractable ? exportPrivateJwk(privateKey) : { privateKey, publicJwk };
}

async function importPair(kept: StoredKey, algorithm: 'ES256' | 'ECDH-ES'): Promise<DeviceKeyPair> {
  if ('privateKey' in kept) return kept;
  const jwk = kept;
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
