import { describe, expect, it } from '@jest/globals';
import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { BlindIndex } from '../../src/crypto/blind-index.ts';
import { CodeDigest } from '../../src/crypto/code-digest.ts';
import { equalInConstantTime } from '../../src/crypto/constant-time.ts';
import { pinProof } from '../../src/crypto/pin-proof.ts';
import { subjectOf } from '../../src/crypto/subject.ts';
import { readVectors } from '../phone/read-vectors.ts';
import { namedKey } from './keys.ts';

const [older, newer] = [namedKey('2025'), namedKey('2026')];
const hex = (all: readonly Buffer[]) => all.map((one) => one.toString('hex'));

describe('a blind index', () => {
  const index = new BlindIndex([newer, older]);

  it('a blind index is equal for equal values, and different for any other value and kind', () => {
    expect(index.of('phone', '+821012345678').equals(index.of('phone', '+821012345678'))).toBe(true);
    const others = [
      index.of('phone', '+821012345678'),
      index.of('phone', '+821012345679'),
      index.of('person', '+821012345678'),
      index.of('request', '+821012345678'),
    ];
    expect(new Set(hex(others)).size).toBe(4);
  });

  it('a blind index needs the key: it is no plain hash of the value', () => {
    expect(index.of('phone', 'x').equals(new BlindIndex([older]).of('phone', 'x'))).toBe(false);
    expect(index.of('phone', 'x')).toHaveLength(32);
  });

  it('a blind index finds what was written under an older key, and is written under the present one', () => {
    const before = new BlindIndex([older]);
    expect(hex(index.all('phone', 'x'))).toEqual(hex([index.of('phone', 'x'), before.of('phone', 'x')]));
  });
});

describe('the digest of a code', () => {
  const codes = new CodeDigest([newer, older]);

  it('the digest of a code is bound to the code, the relying party and the authentication', () => {
    const code = fc.stringMatching(/^\d{6}$/);
    const id = fc.uuid();
    const parts = fc.tuple(code, id, id);
    fc.assert(
      fc.property(parts, parts, (one, other) => {
        expect(codes.of(...one).equals(codes.of(...other))).toBe(one.join() === other.join());
        expect(codes.of(...one).equals(codes.of(...one))).toBe(true);
      }),
    );
    const [a, b] = ['00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000002'];
    const digests = [
      codes.of('123456', a, b),
      codes.of('123457', a, b),
      codes.of('123456', b, b),
      codes.of('123456', a, a),
      codes.of('123456', b, a),
    ];
    expect(new Set(hex(digests)).size).toBe(5);
  });

  it('the digest of a code that was made before a change of keys still matches after it', () => {
    const before = new CodeDigest([older]).of('123456', 'rp', 'id');
    expect(hex(codes.all('123456', 'rp', 'id'))).toContain(before.toString('hex'));
    expect(hex(codes.all('123457', 'rp', 'id'))).not.toContain(before.toString('hex'));
    expect(codes.of('123456', 'rp', 'id').equals(codes.all('123456', 'rp', 'id')[0]!)).toBe(true);
  });
});

describe('the proof of a PIN', () => {
  const { cases } = readVectors('pin-proof') as {
    cases: (Parameters<typeof pinProof>[1] & { knowledgeKey: string; pinProof: string })[];
  };

  it.each(cases)(
    'the proof of a PIN for $purpose, over $id, $deviceId and $nonce, is what another implementation computes',
    (known) => {
      expect(pinProof(Buffer.from(known.knowledgeKey, 'base64url'), known)).toBe(known.pinProof);
    },
  );

  it('the proof of a PIN for one purpose is invalid for any other, with everything else the same', () => {
    const [{ knowledgeKey, ...input }] = cases as [(typeof cases)[number]];
    const proofs = (['open', 'sms', 'pin'] as const).map((purpose) =>
      pinProof(Buffer.from(knowledgeKey, 'base64url'), { ...input, purpose }),
    );
    expect(new Set(proofs).size).toBe(3);
  });
});

describe('a person’s id at a relying party', () => {
  const key = Buffer.alloc(32, 1);
  const input = { sector: 'a', lineId: 'line-1', owner: '9001011' };

  it('a person’s id at a relying party is always the same: HMAC-SHA256 of the three inputs under the key', () => {
    const expected = createHmac('sha256', key).update('a\0line-1\x009001011').digest('base64url');
    expect([subjectOf(key, input), subjectOf(key, { ...input })]).toEqual([expected, expected]);
  });

  it.each([
    ['at another relying party', { sector: 'b' }],
    ['on another line', { lineId: 'line-2' }],
    ['for the next owner of the line', { owner: '9001012' }],
  ])('a person’s id at a relying party differs %s', (_case, change) => {
    expect(subjectOf(key, { ...input, ...change })).not.toBe(subjectOf(key, input));
  });
});

describe('the comparison of secrets', () => {
  it('the comparison of secrets says equal for equal bytes alone', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.uint8Array({ maxLength: 40 }), (a, b) => {
        expect(equalInConstantTime(a, b)).toBe(Buffer.from(a).equals(b));
        expect(equalInConstantTime(a, Uint8Array.from(a))).toBe(true);
      }),
    );
  });
});
