import { describe, expect, it } from '@jest/globals';
import { exportJWK } from 'jose';
import {
  exportDeviceKeys,
  generateDeviceKeys,
  importDeviceKeys,
  type PrivateJwk,
} from '../../src/phone/device-keys.ts';

describe('The keys of a device', () => {
  it('a device has two keys, on P-256, and sends four members of each to the service', async () => {
    const { signing, encryption } = await generateDeviceKeys();
    for (const { publicJwk } of [signing, encryption]) {
      expect(Object.keys(publicJwk).sort()).toEqual(['crv', 'kty', 'x', 'y']);
      expect(publicJwk).toEqual(expect.objectContaining({ kty: 'EC', crv: 'P-256' }));
    }
    expect(signing.publicJwk).not.toEqual(encryption.publicJwk);
  });

  it('the keys of a device have one use each', async () => {
    const { signing, encryption } = await generateDeviceKeys();
    expect(signing.privateKey.algorithm.name).toBe('ECDSA');
    expect(signing.privateKey.usages).toEqual(['sign']);
    expect(encryption.privateKey.algorithm.name).toBe('ECDH');
    expect(encryption.privateKey.usages).not.toContain('sign');
  });

  it('the keys of a device are the same after being stored as plain JSON', async () => {
    const keys = await generateDeviceKeys();
    const stored = await exportDeviceKeys(keys);
    const restored = await importDeviceKeys(JSON.parse(JSON.stringify(stored)));
    expect(await exportDeviceKeys(restored)).toEqual(stored);
    expect(restored.signing.publicJwk).toEqual(keys.signing.publicJwk);
    expect(restored.encryption.publicJwk).toEqual(keys.encryption.publicJwk);
  });

  it('the keys of a device are not restored from a public key', async () => {
    const { signingKey, encryptionKey } = await exportDeviceKeys(await generateDeviceKeys());
    const { d: _private, ...publicOnly } = signingKey as PrivateJwk;
    await expect(importDeviceKeys({ signingKey: publicOnly as PrivateJwk, encryptionKey })).rejects.toThrow();
  });

  it('keys that cannot be exported are stored as they are, and no script reads them', async () => {
    const keys = await generateDeviceKeys({ exportable: false });
    const stored = structuredClone(await exportDeviceKeys(keys));
    const restored = await importDeviceKeys(stored);
    expect(restored.signing.publicJwk).toEqual(keys.signing.publicJwk);
    for (const { privateKey } of [restored.signing, restored.encryption]) {
      await expect(exportJWK(privateKey)).rejects.toThrow();
    }
    const data = new TextEncoder().encode('a device proof');
    const signature = await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, restored.signing.privateKey, data);
    const { publicJwk } = keys.signing;
    const format = { name: 'ECDSA', namedCurve: 'P-256' };
    const publicKey = await crypto.subtle.importKey('jwk', publicJwk, format, false, ['verify']);
    expect(await crypto.subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, publicKey, signature, data)).toBe(true);
  });
});
