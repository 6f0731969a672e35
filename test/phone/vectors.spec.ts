import { describe, expect, it } from '@jest/globals';
import { base64url, compactVerify, decodeProtectedHeader } from 'jose';
import { isTapOf } from '../../src/crypto/card-proof.ts';
import { matchingOcraMinute } from '../../src/crypto/ocra.ts';
import { judgeOtp } from '../../src/crypto/otp-window.ts';
import { pinProof as expectedPinProof, type PinPurpose } from '../../src/crypto/pin-proof.ts';
import { transactionQuestion as expectedQuestion } from '../../src/crypto/transaction-question.ts';
import { SimulatedCard, type Tap } from '../../src/phone/card.ts';
import { importDeviceKeys, type PrivateJwk } from '../../src/phone/device-keys.ts';
import { deviceProof } from '../../src/phone/device-proof.ts';
import { openAuthenticatorEnvelope, openCodeEnvelope, openTestEnvelope } from '../../src/phone/envelope.ts';
import {
  assertChosenPin,
  PinError,
  unwrapKnowledgeKey,
  wrapKnowledgeKey,
  type KdfCost,
} from '../../src/phone/knowledge-key.ts';
import {
  timeCode,
  transactionCode,
  transactionQuestion,
  type SignedTransaction,
} from '../../src/phone/one-time-code.ts';
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
      expect(expectedPinProof(knowledgeKey, { purpose, id, deviceId, nonce })).toBe(known.pinProof);
    },
  );

  it('the vectors have a proof of the PIN for every purpose', () => {
    const every: Record<PinPurpose, true> = {
      open: true,
      approve: true,
      sms: true,
      pin: true,
      authenticator: true,
      registration: true,
      'alert-confirm': true,
      'alert-object': true,
    };
    expect([...new Set(cases.map(({ purpose }) => purpose))].sort()).toEqual(Object.keys(every).sort());
  });
});

describe('A chosen PIN', () => {
  const { cases } = readVectors('chosen-pin') as { cases: { pin: string; result: string }[] };

  it.each(cases)('a chosen PIN $pin is $result', ({ pin, result }) => {
    const judged = () => {
      try {
        assertChosenPin(pin);
        return 'accepted';
      } catch (error) {
        return error instanceof PinError ? error.reason : error;
      }
    };
    expect(judged()).toBe(result);
  });
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

interface Keys {
  deviceId: string;
  encryptionKey: PrivateJwk;
  serviceKey: ServiceKey;
}

interface EnvelopeCase extends Keys {
  claims: { authenticationId: string; expiresAt: string };
  envelope: string;
}

describe('An envelope', () => {
  const opening = async ({ deviceId, encryptionKey, serviceKey }: Keys, envelope: string, now: number) => ({
    envelope,
    deviceId,
    encryptionKey: (await importDeviceKeys({ signingKey: encryptionKey, encryptionKey })).encryption.privateKey,
    serviceKey: async (kid: string) => (kid === serviceKey.kid ? serviceKey : undefined),
    now,
  });
  const inTime = (known: EnvelopeCase) => opening(known, known.envelope, Date.parse(known.claims.expiresAt) - 1);

  it('an envelope of a code, made by another implementation, gives its claims', async () => {
    const known = readVectors('envelope') as EnvelopeCase;
    const { authenticationId } = known.claims;
    expect(await openCodeEnvelope({ ...(await inTime(known)), authenticationId })).toEqual(known.claims);
  });

  it('an envelope of a test code, made by another implementation, gives its claims', async () => {
    const known = readVectors('test-envelope') as EnvelopeCase;
    expect(await openTestEnvelope(await inTime(known))).toEqual(known.claims);
  });

  it('an envelope of an authenticator, made by another implementation, gives its secret', async () => {
    const known = readVectors('authenticator-envelope') as Keys & {
      claims: { kind: 'otp'; secret: string };
      envelope: string;
    };
    const { kind, secret } = known.claims;
    const opened = await openAuthenticatorEnvelope({ ...(await opening(known, known.envelope, 0)), kind });
    expect({ ...opened, secret: base64url.encode(opened.secret) }).toEqual({ ...known.claims, secret });
  });

  const refused = readVectors('refused-envelopes') as Keys & {
    authenticationId: string;
    nowMs: number;
    cases: { name: string; fault: string; envelope: string }[];
  };
  it.each(refused.cases)('an envelope with $name is refused: $fault', async ({ fault, envelope }) => {
    const { authenticationId, nowMs } = refused;
    const input = { ...(await opening(refused, envelope, nowMs)), authenticationId };
    await expect(openCodeEnvelope(input)).rejects.toMatchObject({ name: 'EnvelopeError', fault });
  });
});

describe('A one-time code', () => {
  const { cases } = readVectors('one-time-code') as {
    cases: { secret: string; atMs: number; step: number; code: string }[];
  };

  it.each(cases)(
    'the one-time code at $atMs is $code, for phone and service',
    async ({ atMs, step, code, ...known }) => {
      const secret = Uint8Array.from(base64url.decode(known.secret));
      const at = new Date(atMs);
      expect(await timeCode(secret, at)).toBe(code);
      const memory = { lastStep: step - 1, drift: 0, far: null };
      expect(judgeOtp({ secret, typed: code, at, memory })).toEqual({ kind: 'near', step, drift: 0 });
    },
  );
});

describe('A signed transaction', () => {
  const { cases, refused } = readVectors('transaction') as {
    cases: (SignedTransaction & {
      name: string;
      secret: string;
      atMs: number;
      question: string;
      minute: number;
      code: string;
    })[];
    refused: { name: string; transaction: SignedTransaction['transaction'] }[];
  };

  it.each(cases)('the question and the code of $name are the same for phone and service', async (known) => {
    const { authenticationId, transaction, atMs, question, minute, code } = known;
    const key = Uint8Array.from(base64url.decode(known.secret));
    const at = new Date(atMs);
    expect(await transactionQuestion({ authenticationId, transaction })).toBe(question);
    expect(await transactionCode(key, { authenticationId, transaction }, at)).toBe(code);
    expect(expectedQuestion(authenticationId, transaction)).toBe(question);
    expect(matchingOcraMinute({ key, question, typed: code, at })).toBe(minute);
  });

  it.each(refused)('a transaction with $name is signed by neither phone nor service', async ({ transaction }) => {
    await expect(transactionQuestion({ authenticationId: 'a', transaction })).rejects.toThrow(TypeError);
    expect(() => expectedQuestion('a', transaction)).toThrow(TypeError);
  });
});

describe('The tap of a card', () => {
  const { cardKey, cases } = readVectors('card-proof') as {
    cardKey: PrivateJwk;
    cases: (Tap & { name: string; cardProof: string })[];
  };

  it.each(cases)('the service takes the tap for $name, from both implementations', async ({ cardProof, ...known }) => {
    const { authenticationId, deviceId, nonce, question } = known;
    const tap = { authenticationId, deviceId, nonce, question };
    expect(isTapOf(cardKey, cardProof, tap)).toBe(true);
    expect(isTapOf(cardKey, await (await SimulatedCard.of(cardKey)).tap(tap), tap)).toBe(true);
    expect(isTapOf(cardKey, cardProof, { ...tap, nonce: 'another' })).toBe(false);
  });
});
