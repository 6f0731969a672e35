import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { AuditChain, canonicalEntry, type AuditedFacts } from '../../src/crypto/audit-chain.ts';

const chain = new AuditChain(Buffer.alloc(32, 1));

/** Texts that resemble field boundaries, as an attacker would choose them to make two entries encode alike. */
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('', 'null', '"', '","', '",null,"', '\\', '\0', ','),
);
const bytes = fc.uint8Array({ maxLength: 32 }).map((some) => Buffer.from(some));
const maybe = <T>(some: fc.Arbitrary<T>) => fc.option(some, { nil: null });
const facts: fc.Arbitrary<AuditedFacts> = fc.record({
  number: fc.bigInt({ min: 1n, max: 2n ** 63n - 1n }).map(String),
  at: maybe(text),
  operator: maybe(text),
  action: maybe(text),
  subscriptionId: maybe(text),
  phoneIndex: maybe(bytes),
  reason: maybe(text),
  outcome: maybe(text),
  address: maybe(text),
});
const entry = fc.tuple(maybe(bytes), facts);

const ENTRY: AuditedFacts = {
  number: '7',
  at: '2026-11-22T01:02:03.456789',
  operator: 'call-centre',
  action: 'cancel',
  subscriptionId: '00000000-0000-4000-8000-000000000001',
  phoneIndex: Buffer.from('0102', 'hex'),
  reason: '고객 요청',
  outcome: 'done',
  address: '203.0.113.7',
};
const PREVIOUS = Buffer.alloc(32, 2);

describe('the canonical form of an audit entry', () => {
  it('two different audit entries never have the same canonical form', () => {
    const identity = (one: [Buffer | null, AuditedFacts]) =>
      JSON.stringify([one[0]?.toJSON() ?? null, { ...one[1], phoneIndex: one[1].phoneIndex?.toJSON() ?? null }]);
    fc.assert(
      fc.property(entry, entry, (one, other) => {
        expect(canonicalEntry(...one) === canonicalEntry(...other)).toBe(identity(one) === identity(other));
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    ['reason', 'outcome'],
    ['operator', 'action'],
    ['action', 'subscriptionId'],
    ['outcome', 'address'],
    ['at', 'operator'],
  ] as const)('the canonical form of an audit entry separates %s from %s', (first, second) => {
    fc.assert(
      fc.property(text, text, text, (a, b, c) => {
        const one = canonicalEntry(PREVIOUS, { ...ENTRY, [first]: a + b, [second]: c });
        const other = canonicalEntry(PREVIOUS, { ...ENTRY, [first]: a, [second]: b + c });
        expect(one === other).toBe(b === '');
      }),
    );
  });

  it('the canonical form of an audit entry separates an empty column from an empty text', () => {
    expect(canonicalEntry(PREVIOUS, { ...ENTRY, address: null })).not.toBe(
      canonicalEntry(PREVIOUS, { ...ENTRY, address: '' }),
    );
  });

  it('the canonical form of an audit entry is a JSON array of texts and nulls, in the order of the columns', () => {
    expect(canonicalEntry(null, ENTRY)).toBe(
      '["entry",null,"7","2026-11-22T01:02:03.456789","call-centre","cancel",' +
        '"00000000-0000-4000-8000-000000000001","0102","고객 요청","done","203.0.113.7"]',
    );
  });
});

describe('the MAC of an audit entry', () => {
  const mac = chain.macOf(PREVIOUS, ENTRY).toString('hex');

  it.each([
    ['number', '8'],
    ['at', '2026-11-22T01:02:03.45679'],
    ['operator', 'call-center'],
    ['action', 'resume'],
    ['subscriptionId', '00000000-0000-4000-8000-000000000002'],
    ['phoneIndex', Buffer.from('0103', 'hex')],
    ['reason', '고객 요청 '],
    ['outcome', 'failed'],
    ['address', '203.0.113.8'],
  ])('the MAC of an audit entry changes with %s', (field, other) => {
    expect(chain.macOf(PREVIOUS, { ...ENTRY, [field]: other }).toString('hex')).not.toBe(mac);
    if (field !== 'number') {
      expect(chain.macOf(PREVIOUS, { ...ENTRY, [field]: null }).toString('hex')).not.toBe(mac);
    }
  });

  it('the MAC of an audit entry changes with the entry before it', () => {
    expect(chain.macOf(Buffer.alloc(32, 3), ENTRY).toString('hex')).not.toBe(mac);
    expect(chain.macOf(null, ENTRY).toString('hex')).not.toBe(mac);
  });

  it('the MAC of an audit entry needs the key, and is equal for everyone who has it', () => {
    expect(new AuditChain(Buffer.alloc(32, 9)).macOf(PREVIOUS, ENTRY).toString('hex')).not.toBe(mac);
    expect(new AuditChain(Buffer.alloc(32, 1)).macOf(PREVIOUS, ENTRY).toString('hex')).toBe(mac);
  });
});

describe('the seal of the head', () => {
  const end = { firstNumber: '1', beforeChain: '3', number: '7', mac: PREVIOUS };
  const seal = chain.sealOf(end);

  it.each([
    ['firstNumber', '2'],
    ['beforeChain', '4'],
    ['number', '6'],
    ['mac', Buffer.alloc(32, 3)],
    ['mac', null],
    ['seal', null],
    ['seal', Buffer.alloc(0)],
    ['seal', Buffer.alloc(32)],
  ])('the seal of the head does not hold with another %s', (field, other) => {
    expect(chain.isSealed({ ...end, seal })).toBe(true);
    expect(chain.isSealed({ ...end, seal, [field]: other })).toBe(false);
  });
});
