import { describe, expect, it } from '@jest/globals';
import { base64url, compactVerify, decodeProtectedHeader } from 'jose';
import { importDeviceKeys, type PrivateJwk } from '../../src/phone/device-keys.ts';
import { deviceProof } from '../../src/phone/device-proof.ts';
import { openCodeEnvelope, openTestEnvelope } from '../../src/phone/envelope.ts';
import { unwrapKnowledgeKey, wrapKnowledgeKey, type KdfCost } from '../../src/phone/knowledge-key.ts';
import { pinProof } from '../../src/phone/pin-proof.ts';
import type { ServiceKey } from '../../src/phone/service-keys.ts';
import { outsideJest } from './outside-jest.ts';
import { readVectors } from './read-vectors.ts';

interface ProofCase {
  name: string;
  deviceId: string | null;
  method: string;
  url: string;
  body: string;
  nowMs: number;
  header: object;
  claims: { jti: string };
  signingInput: string;
  signature: string;
}

describe('A device proof', () => {
  const { signingKey, cases } = readVectors('device-proof') as { signingKey: PrivateJwk; cases: ProofCase[] };

  it.each(cases)('a device proof is, for $name, what another implementation makes', async (known) => {
    const { signing } = await importDeviceKeys({ signingKey, encryptionKey: signingKey });
    const proof = await deviceProof({
      signing,
      deviceId: known.deviceId,
      method: known.method,
      url: known.url,
      body: new TextEncoder().encode(known.body),
      now: known.nowMs,
      jti: known.claims.jti,
    });
    expect(decodeProtectedHeader(proof)).toEqual(known.header);
    expect(proof.slice(0, proof.lastIndexOf('.'))).toBe(known.signingInput);
    await compactVerify(proof, signing.publicJwk, { algorithms: ['ES256'] });
    await compactVerify(`${known.signingInput}.${known.signature}`, signing.publicJwk, { algorithms: ['ES256'] });
  });

  it('each device proof has a different id, with 128 random bits', async () => {
    const { signing } = await importDeviceKeys({ signingKey, encryptionKey: signingKey });
    const input = { signing, deviceId: 'd', method: 'GET', url: 'https://a.kr/', body: new Uint8Array(0), now: 0 };
    const ids = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const payload = (await deviceProof(input)).split('.')[1] ?? '';
        return (JSON.parse(new TextDecoder().decode(base64url.decode(payload))) as { jti: string }).jti;
      }),
    );
    expect(new Set(ids).size).toBe(20);
    for (const id of ids) expect(base64url.decode(id)).toHaveLength(16);
  });
});

describe('A proof of the PIN', () => {
  const { cases } = readVectors('pin-proof') as {
    cases: (Omit<Parameters<typeof pinProof>[0], 'knowledgeKey'> & { knowledgeKey: string; pinProof: string })[];
  };

  it.each(cases)(
    'a proof of the PIN for $purpose is HMAC-SHA256 over its label, $id, $deviceId and $nonce',
    async (known) => {
      const { purpose, id, deviceId, nonce } = known;
      const knowledgeKey = new Uint8Array(base64url.decode(known.knowledgeKey));
      expect(await pinProof({ knowledgeKey, purpose, id, deviceId, nonce })).toBe(known.pinProof);
    },
  );
});

interface WrappingCase {
  pin: string;
  salt: string;
  cost: KdfCost;
  knowledgeKey: string;
  wrapped: string;
  wrongPin: string;
  wrongPinGives: string;
}

describe('A wrapped knowledge key', () => {
  const { cases } = readVectors('knowledge-key') as { cases: WrappingCase[] };

  it.each(cases.filter(({ cost }) => cost.m < 1024))(
    'a wrapped knowledge key is Argon2id(PIN) XOR K at cost $cost, both ways',
    async (known) => {
      const { pin, cost, salt, wrapped } = known;
      const knowledgeKey = base64url.decode(known.knowledgeKey);
      const stored = { kdf: 'argon2id' as const, cost, salt, wrapped };
      expect(await wrapKnowledgeKey({ knowledgeKey, pin, cost, salt: base64url.decode(salt) })).toEqual(stored);
      expect(base64url.encode(await unwrapKnowledgeKey(stored, pin))).toBe(known.knowledgeKey);
      expect(base64url.encode(await unwrapKnowledgeKey(stored, known.wrongPin))).toBe(known.wrongPinGives);
    },
  );

  it('a wrapped knowledge key has by default the cost of a real phone', async () => {
    const [known] = cases.filter(({ cost }) => cost.m >= 1024);
    const seen = await outsideJest(`
      import { base64url } from 'jose';
      import { unwrapKnowledgeKey, wrapKnowledgeKey } from './src/phone/knowledge-key.ts';
      const { knowledgeKey, pin, salt, wrongPin } = ${JSON.stringify(known)};
      const stored = await wrapKnowledgeKey({
        knowledgeKey: base64url.decode(knowledgeKey), pin, salt: base64url.decode(salt),
      });
      const [right, wrong] = [await unwrapKnowledgeKey(stored, pin), await unwrapKnowledgeKey(stored, wrongPin)];
      console.log(JSON.stringify({ stored, right: base64url.encode(right), wrong: base64url.encode(wrong) }));
    `);
    expect(seen).toEqual({
      stored: { kdf: 'argon2id', cost: { m: 19_456, t: 2, p: 1 }, salt: known?.salt, wrapped: known?.wrapped },
      right: known?.knowledgeKey,
      wrong: known?.wrongPinGives,
    });
  });
});

interface EnvelopeCase {
  deviceId: string;
  encryptionKey: PrivateJwk;
  serviceKey: ServiceKey;
  claims: { authenticationId: string; expiresAt: string };
  envelope: string;
}

describe('An envelope', () => {
  const opening = async ({ envelope, deviceId, encryptionKey, serviceKey, claims }: EnvelopeCase) => ({
    envelope,
    deviceId,
    encryptionKey: (await importDeviceKeys({ signingKey: encryptionKey, encryptionKey })).encryption.privateKey,
    serviceKey: async (kid: string) => (kid === serviceKey.kid ? serviceKey : undefined),
    now: Date.parse(claims.expiresAt) - 1,
  });

  it('an envelope of a code, made by another implementation, gives its claims', async () => {
    const known = readVectors('envelope') as EnvelopeCase;
    const { authenticationId } = known.claims;
    expect(await openCodeEnvelope({ ...(await opening(known)), authenticationId })).toEqual(known.claims);
  });

  it('an envelope of a test code, made by another implementation, gives its claims', async () => {
    const known = readVectors('test-envelope') as EnvelopeCase;
    expect(await openTestEnvelope(await opening(known))).toEqual(known.claims);
  });
});
