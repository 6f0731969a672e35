import { describe, expect, it } from '@jest/globals';
import { exportDeviceKeys, generateDeviceKeys, importDeviceKeys } from '../../src/phone/device-keys.ts';

describe('The keys of a device', () => {
  it('are two, on P-256, and show the service four members each', async () => {
    const { signing, encryption } = await generateDeviceKeys();
    for (const { publicJwk } of [signing, encryption]) {
      expect(Object.keys(publicJwk).sort()).toEqual(['crv', 'kty', 'x', 'y']);
      expect(publicJwk).toEqual(expect.objectContaining({ kty: 'EC', crv: 'P-256' }));
    }
    expect(signing.publicJwk).not.toEqual(encryption.publicJwk);
  });

  it('have one use each', async () => {
    const { signing, encryption } = await generateDeviceKeys();
    expect(signing.privateKey.algorithm.name).toBe('ECDSA');
    expect(signing.privateKey.usages).toEqual(['sign']);
    expect(encryption.privateKey.algorithm.name).toBe('ECDH');
    expect(encryption.privateKey.usages).not.toContain('sign');
  });

  it('are the same after being stored as plain JSON', async () => {
    const keys = await generateDeviceKeys();
    const stored = await exportDeviceKeys(keys);
    const restored = await importDeviceKeys(JSON.parse(JSON.stringify(stored)));
    expect(await exportDeviceKeys(restored)).toEqual(stored);
    expect(restored.signing.publicJwk).toEqual(keys.signing.publicJwk);
    expect(restored.encryption.publicJwk).toEqual(keys.encryption.publicJwk);
  });

  it('are not restored from a public key', async () => {
    const { signingKey, encryptionKey } = await exportDeviceKeys(await generateDeviceKeys());
    const { d: _private, ...publicOnly } = signingKey;
    await expect(importDeviceKeys({ signingKey: publicOnly as typeof signingKey, encryptionKey })).rejects.toThrow();
  });
});
