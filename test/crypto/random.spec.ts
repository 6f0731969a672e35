import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  normaliseEnrolmentCode,
  randomCode,
  randomEnrolmentCode,
  randomFraction,
  randomId,
  randomNonce,
  randomSerialNumber,
  randomToken,
} from '../../src/crypto/random.ts';

const many = <T>(draw: () => T, count = 1000) => Array.from({ length: count }, draw);

describe('an id', () => {
  it('an id is a UUID of version 7 that begins with its time', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 48 - 1 }), (now) => {
        const id = randomId(now);
        expect(id).toMatch(/^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
        expect(parseInt(id.slice(0, 13).replace('-', ''), 16)).toBe(now);
      }),
    );
  });

  it('an id of a later millisecond sorts after an earlier one, as text', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 48 - 2 }), fc.integer({ min: 1, max: 1e9 }), (now, after) => {
        const later = Math.min(2 ** 48 - 1, now + after);
        expect(randomId(now) < randomId(later)).toBe(true);
      }),
    );
  });

  it('an id is unique, also within one millisecond', () => {
    expect(new Set(many(() => randomId(0), 10_000)).size).toBe(10_000);
  });
});

describe('a code', () => {
  it('a code is six digits, leading zeros included, spread evenly over the whole million', () => {
    const codes = many(randomCode, 20_000);
    for (const code of codes) expect(code).toMatch(/^\d{6}$/);
    for (let at = 0; at < 6; at += 1) {
      const counts = new Map<string, number>();
      for (const code of codes) counts.set(code[at]!, (counts.get(code[at]!) ?? 0) + 1);
      expect(counts.size).toBe(10);
      // Each count is expected to be 2,000, with a standard deviation of 42.
      for (const count of counts.values()) expect(Math.abs(count - 2000)).toBeLessThan(350);
    }
  });
});

describe('an enrolment code', () => {
  it('an enrolment code is 4×5 Base32 characters without the ones that are easily misread', () => {
    const codes = many(randomEnrolmentCode);
    for (const code of codes) expect(code).toMatch(/^([0-9A-HJKMNP-TV-Z]{5}-){3}[0-9A-HJKMNP-TV-Z]{5}$/);
    expect(new Set(codes).size).toBe(codes.length);
    expect(new Set(codes.join('').replaceAll('-', '')).size).toBe(32);
  });

  it('an enrolment code is recognised from what a person types', () => {
    for (const code of many(randomEnrolmentCode, 100)) {
      const typed = [
        code,
        code.toLowerCase(),
        code.replaceAll('-', ''),
        code.replaceAll('-', ' '),
        ` ${code} `,
        code.replaceAll('0', 'o').replaceAll('1', 'I'),
        code.replaceAll('0', 'O').replaceAll('1', 'l'),
      ];
      expect(typed.map(normaliseEnrolmentCode)).toEqual(typed.map(() => code));
    }
  });
});

describe('other random values', () => {
  it('every other random value has its form, and is unique', () => {
    const serials = many(randomSerialNumber);
    for (const serial of serials) expect(serial).toMatch(/^PG-\d{4}-\d{4}-\d{4}$/);
    const tokens = many(() => randomToken(32));
    for (const token of tokens) expect(Buffer.from(token, 'base64url')).toHaveLength(32);
    const nonces = many(() => randomNonce().toString('hex'));
    for (const nonce of nonces) expect(nonce).toHaveLength(32);
    for (const all of [serials, tokens, nonces]) expect(new Set(all).size).toBe(all.length);
  });

  it('a random fraction lies in [0, 1)', () => {
    for (const one of many(randomFraction)) {
      expect(one).toBeGreaterThanOrEqual(0);
      expect(one).toBeLessThan(1);
    }
  });
});
