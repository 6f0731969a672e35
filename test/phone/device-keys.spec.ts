import { describe, expect, it } from '@jest/globals';
import { exportDeviceKeys, generateDeviceKeys, importDeviceKeys } from '../../src/phone/device-keys.ts';

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
    const { d: _private, ...publicOnly } = signingKey;
    await expect(importDeviceKeys({ signingKey: publicOnly as typeof signingKey, encryptionKey })).rejects.toThrow();
  });
});
