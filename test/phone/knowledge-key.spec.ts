import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  assertChosenPin,
  generateKnowledgeKey,
  PinError,
  rewrapKnowledgeKey,
  unwrapKnowledgeKey,
  wrapKnowledgeKey,
} from '../../src/phone/knowledge-key.ts';

/** The minimum cost of Argon2id. A real wrapping deliberately takes half a second. */
const cost = { m: 8, t: 1, p: 1 };

const chosenPin = fc.stringMatching(/^\d{6}$/).filter((pin) => {
  try {
    assertChosenPin(pin);
    return true;
  } catch {
    return false;
  }
});
const key = fc.uint8Array({ minLength: 32, maxLength: 32 });

describe('A knowledge key', () => {
  it('a knowledge key is 32 random bytes', () => {
    expect(generateKnowledgeKey()).toHaveLength(32);
    expect(generateKnowledgeKey()).not.toEqual(generateKnowledgeKey());
  });

  it('a knowledge key is recovered with the PIN that wrapped it', async () => {
    await fc.assert(
      fc.asyncProperty(key, chosenPin, async (knowledgeKey, pin) => {
        const stored = await wrapKnowledgeKey({ knowledgeKey, pin, cost });
        expect(await unwrapKnowledgeKey(stored, pin)).toEqual(knowledgeKey);
      }),
      { numRuns: 40 },
    );
  });

  it('every other PIN recovers a different knowledge key, without any error', async () => {
    await fc.assert(
      fc.asyncProperty(key, chosenPin, fc.stringMatching(/^\d{6}$/), async (knowledgeKey, pin, other) => {
        fc.pre(pin !== other);
        const stored = await wrapKnowledgeKey({ knowledgeKey, pin, cost });
        const given = await unwrapKnowledgeKey(stored, other);
        expect(given).toHaveLength(32);
        expect(given).not.toEqual(knowledgeKey);
      }),
      { numRuns: 40 },
    );
  });

  it('a knowledge key stays the same when the PIN changes, under a new salt', async () => {
    await fc.assert(
      fc.asyncProperty(key, chosenPin, chosenPin, async (knowledgeKey, oldPin, newPin) => {
        const stored = await wrapKnowledgeKey({ knowledgeKey, pin: oldPin, cost });
        const rewrapped = await rewrapKnowledgeKey({ stored, oldPin, newPin });
        expect(await unwrapKnowledgeKey(rewrapped, newPin)).toEqual(knowledgeKey);
        expect(rewrapped.salt).not.toBe(stored.salt);
        expect(rewrapped.cost).toEqual(cost);
      }),
      { numRuns: 40 },
    );
  });

  it('a knowledge key is lost when the PIN is changed with a wrong old one', async () => {
    const knowledgeKey = generateKnowledgeKey();
    const stored = await wrapKnowledgeKey({ knowledgeKey, pin: '482916', cost });
    const rewrapped = await rewrapKnowledgeKey({ stored, oldPin: '482917', newPin: '905173' });
    expect(await unwrapKnowledgeKey(rewrapped, '905173')).not.toEqual(knowledgeKey);
  });
});

describe('A PIN', () => {
  it.each([[''], ['12345'], ['1234567'], ['48291a'], ['482916\n'], [' 48291'], ['４８２９１６'], ['٤٨٢٩١٦']])(
    'a PIN is refused as malformed wherever it is typed: %j',
    async (pin) => {
      const stored = await wrapKnowledgeKey({ knowledgeKey: generateKnowledgeKey(), pin: '482916', cost });
      const malformed = expect.objectContaining({ name: 'PinError', reason: 'malformed' });
      await expect(unwrapKnowledgeKey(stored, pin)).rejects.toEqual(malformed);
      await expect(rewrapKnowledgeKey({ stored, oldPin: pin, newPin: '905173' })).rejects.toEqual(malformed);
      await expect(rewrapKnowledgeKey({ stored, oldPin: '482916', newPin: pin })).rejects.toEqual(malformed);
      await expect(wrapKnowledgeKey({ knowledgeKey: generateKnowledgeKey(), pin })).rejects.toEqual(malformed);
    },
  );

  const guessable = [
    ...Array.from({ length: 10 }, (_, digit) => String(digit).repeat(6)),
    '123456',
    '012345',
    '890123',
    '654321',
    '987654',
    '210987',
    '121212',
    '696969',
    '123123',
    '112233',
    '159753',
  ];

  it.each(guessable)('the PIN %s is too easy to guess to be chosen', async (pin) => {
    expect(() => assertChosenPin(pin)).toThrow(PinError);
    await expect(wrapKnowledgeKey({ knowledgeKey: generateKnowledgeKey(), pin, cost })).rejects.toEqual(
      expect.objectContaining({ reason: 'guessable' }),
    );
  });

  it('a PIN that is easy to guess is accepted where one is typed, not chosen', async () => {
    const stored = await wrapKnowledgeKey({ knowledgeKey: generateKnowledgeKey(), pin: '482916', cost });
    expect(await unwrapKnowledgeKey(stored, '123456')).toHaveLength(32);
  });

  it.each(['482916', '123457', '121213', '900101', '000001'])('the PIN %s may be chosen', (pin) => {
    expect(() => assertChosenPin(pin)).not.toThrow();
  });

  it('the rules for choosing a PIN refuse fewer than 0.2 % of all', () => {
    const sample = Array.from({ length: 1_000_000 / 40 }, (_, index) =>
      String(index * 40 + (index % 40)).padStart(6, '0'),
    );
    const refused = sample.filter((pin) => {
      try {
        assertChosenPin(pin);
        return false;
      } catch {
        return true;
      }
    });
    expect(refused.length / sample.length).toBeLessThan(0.002);
  });
});
