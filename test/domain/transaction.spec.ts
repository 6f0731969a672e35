import { describe, expect, it } from '@jest/globals';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import {
  canonicalTransaction,
  TRANSACTION_FIELDS,
  TRANSACTION_LABEL_LENGTH,
  TRANSACTION_VALUE_LENGTH,
  type TransactionField,
} from '../../src/domain/transaction.ts';

const id = '0198c0de-0000-7000-8000-000000000001';
const transfer = [
  { label: '받는 분', value: '홍길동' },
  { label: '금액', value: '1,000,000원' },
];

/**
 * Characters that could end a string, resemble another character or be lost in the conversion to bytes, and arbitrary
 * others.
 */
const character = fc.oneof(
  fc.constantFrom(...'",[]{}:\\/\n\r\t\0 \u00a0\u200b\u200f\u2028\u2029\ufeff'.split('')),
  fc.constantFrom('\\ud800', '\\ufffd', '\\u0022', '"],["', '","', '가', '\u1100\u1161', 'a', 'а'),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }).filter((one) => one !== '\ufffd'),
);
const text = fc.string({ unit: character, minLength: 1, maxLength: 8 });
const field = fc.record({ label: text, value: text });
const transaction = fc.array(field, { minLength: 1, maxLength: TRANSACTION_FIELDS });

const pairs = (fields: TransactionField[]) => fields.map(({ label, value }) => [label, value]);
/** The transaction with one field replaced by others. */
const replaced = (fields: TransactionField[], index: number, by: (field: TransactionField) => TransactionField[]) => {
  const at = index % fields.length;
  return fields.flatMap((one, nth) => (nth === at ? by(one) : [one]));
};
/** A text in which `count` code units from `index` are replaced. */
const spliced = (whole: string, index: number, count: number, by: string) => {
  const at = index % (whole.length + 1);
  return whole.slice(0, at) + by + whole.slice(at + count);
};

/** The signed text, or the refusal of a change that left no field, an empty text or half a pair of surrogates. */
const signedOrRefused = (fields: TransactionField[]) => {
  try {
    return canonicalTransaction(id, fields);
  } catch (error) {
    return error instanceof TypeError ? error : fail(error);
  }
};
const fail = (error: unknown): never => {
  throw error;
};

describe('the text that is signed for a transaction', () => {
  it('the signed text is one JSON text with a version, the authentication and the fields in their order', () => {
    expect(canonicalTransaction(id, transfer)).toBe(
      `["pushguard-transaction-v1","${id}",[["받는 분","홍길동"],["금액","1,000,000원"]]]`,
    );
  });

  it('the signed text is the same in whatever order a field has its two members', () => {
    const [to, amount] = transfer;
    const turned = [to!, { value: amount!.value, label: amount!.label }];
    expect(canonicalTransaction(id, turned)).toBe(canonicalTransaction(id, transfer));
  });

  it.each<[string, unknown]>([
    ['no list', { 0: transfer[0] }],
    ['a text', '받는 분'],
    ['nothing', null],
    ['a list without fields', []],
    ['a hole', Array(1)],
    ['a list in the list', [transfer]],
    ['a field in a list in the list', [transfer[0], [transfer[1]]]],
    ['an empty list in the list', [[]]],
    ['a pair instead of a field', [['받는 분', '홍길동']]],
    ['a field that is null', [null]],
    ['a field that is a text', ['받는 분']],
    ['a field without members', [{}]],
    ['a field without a value', [{ label: '금액' }]],
    ['a field with a third member', [{ label: '금액', value: '1원', note: 'x' }]],
    ['a label that is a list', [{ label: ['금액'], value: '1원' }]],
    ['a value that is a number', [{ label: '금액', value: 1 }]],
    ['a value that is null', [{ label: '금액', value: null }]],
    ['an empty label', [{ label: '', value: '1원' }]],
    ['an empty value', [{ label: '금액', value: '' }]],
    ['half a pair of surrogates', [{ label: '금액', value: '1\ud83d' }]],
    ['the other half', [{ label: '\udc00', value: '1원' }]],
    ['both halves in turn', [{ label: '금액', value: '\ude00\ud83d' }]],
    ['the replacement character', [{ label: '금액', value: '1\ufffd' }]],
  ])('there is no text to sign for %s', (_, transaction) => {
    expect(() => canonicalTransaction(id, transaction as TransactionField[])).toThrow(TypeError);
  });

  it('the signed text can be read back without loss, also from its bytes: no two transactions share one', () => {
    fc.assert(
      fc.property(text, transaction, (authenticationId, fields) => {
        const form = canonicalTransaction(authenticationId, fields);
        const read: unknown = JSON.parse(Buffer.from(form).toString());
        expect(read).toEqual(['pushguard-transaction-v1', authenticationId, pairs(fields)]);
      }),
      { numRuns: 300 },
    );
  });

  const change = fc.record({
    kind: fc.constantFrom(
      ...([
        'character',
        'insertion',
        'deletion',
        'swap',
        'order',
        'merge',
        'split',
        'move',
        'removal',
        'copy',
      ] as const),
    ),
    at: fc.nat(1000),
    within: fc.nat(1000),
    by: character,
  });

  it('the signed text changes with any character, place and border between two fields', () => {
    fc.assert(
      fc.property(transaction, change, (fields, { kind, at, within, by }) => {
        const changed = {
          character: () =>
            replaced(fields, at, ({ label, value }) => [{ label, value: spliced(value, within, 1, by) }]),
          insertion: () =>
            replaced(fields, at, ({ label, value }) => [{ label: spliced(label, within, 0, by), value }]),
          deletion: () => replaced(fields, at, ({ label, value }) => [{ label, value: spliced(value, within, 1, '') }]),
          swap: () => replaced(fields, at, ({ label, value }) => [{ label: value, value: label }]),
          order: () => fields.toReversed(),
          merge: () => [
            { label: fields.map(({ label }) => label).join(by), value: fields.map(({ value }) => value).join(by) },
          ],
          split: () =>
            replaced(fields, at, ({ label, value }) => [
              { label, value: value.slice(0, within % value.length) },
              { label: by, value: value.slice(within % value.length) },
            ]),
          move: () =>
            replaced(fields, at, ({ label, value }) => [{ label: label + value.slice(0, 1), value: value.slice(1) }]),
          removal: () => replaced(fields, at, () => []),
          copy: () => replaced(fields, at, (one) => [one, one]),
        }[kind]();
        // A deletion beyond the end, or a swap of two equal fields, changes nothing.
        fc.pre(!isDeepStrictEqual(pairs(changed), pairs(fields)));
        expect(signedOrRefused(changed)).not.toBe(canonicalTransaction(id, fields));
      }),
      { numRuns: 1000 },
    );
  });

  it('the signed text differs for every other authentication', () => {
    fc.assert(
      fc.property(transaction, text, text, (fields, one, other) => {
        fc.pre(one !== other);
        expect(canonicalTransaction(one, fields)).not.toBe(canonicalTransaction(other, fields));
      }),
    );
  });

  it.each([
    ['composed and decomposed Hangul', '홍길동', '홍길동'.normalize('NFD')],
    ['composed and decomposed accents', 'café', 'café'.normalize('NFD')],
    ['a Latin and a Cyrillic a', 'Bank', 'B\u0430nk'],
    ['digits of half and full width', '1000', '１０００'],
    ['a zero and an O', '100', '1O0'],
    ['one blank and two', 'a b', 'a  b'],
    ['a blank and a no-break space', 'a b', 'a\u00a0b'],
    ['a blank at the end', 'a', 'a '],
    ['an invisible character', 'ab', 'a\u200bb'],
    ['a direction that is turned', '100', '\u202e100'],
    ['upper and lower case', 'KIM', 'kim'],
    ['two kinds of line end', 'a\nb', 'a\r\nb'],
    ['a line end and its escape', '\n', '\\n'],
    ['a quote and its escape', '"', '\\"'],
    ['what looks like the next field', '홍길동', '홍길동"],["금액","1원'],
  ])('the signed text keeps apart %s', (_, one, other) => {
    const form = (fields: TransactionField[]) => Buffer.from(canonicalTransaction(id, fields)).toString('hex');
    expect(one).not.toBe(other);
    expect(form([{ label: '받는 분', value: one }])).not.toBe(form([{ label: '받는 분', value: other }]));
    expect(form([{ label: one, value: '1' }])).not.toBe(form([{ label: other, value: '1' }]));
  });

  it('the signed text of the longest transaction has room in a request', () => {
    const longest = { label: '📱'.repeat(TRANSACTION_LABEL_LENGTH), value: '📱'.repeat(TRANSACTION_VALUE_LENGTH) };
    const form = canonicalTransaction(
      id,
      Array.from({ length: TRANSACTION_FIELDS }, () => longest),
    );
    expect(Buffer.byteLength(form)).toBeLessThan(16 * 1024);
  });
});
