import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { matchingOcraMinute, ocra, ocraTimeStep, TRANSACTION_SUITE } from '../../src/crypto/ocra.ts';
import { judgeOtp, OTP_PARAMETERS } from '../../src/crypto/otp-window.ts';
import { totpOf, totpStep } from '../../src/crypto/totp.ts';
import { transactionQuestion } from '../../src/crypto/transaction-question.ts';
import { timeCode, transactionCode, transactionQuestion as questionOfPhone } from '../../src/phone/one-time-code.ts';
import { outsideJest } from './outside-jest.ts';

const known = new TextEncoder().encode('12345678901234567890123456789012');
const noon = new Date('2026-11-22T12:00:10Z');
const transfer = {
  authenticationId: '0198c0de-0000-7000-8000-000000000001',
  transaction: [
    { label: '받는 분', value: '홍길동' },
    { label: '금액', value: '1,000,000원' },
  ],
};

const secrets = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Uint8Array.from(bytes));
const instants = fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true });
const texts = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }).filter((one) => !one.includes('\ufffd')),
  fc.string({ unit: fc.constantFrom('"', '\\', ',', ']', '\n', '\u2028', '\u{1f42f}', '홍'), minLength: 1 }),
);
const fields = fc.array(fc.record({ label: texts, value: texts }), { minLength: 1, maxLength: 10 });

describe('The code of a half minute', () => {
  it.each([
    [59, '119246'],
    [1111111109, '084774'],
    [1111111111, '062674'],
    [1234567890, '819424'],
    [2000000000, '698825'],
    [20000000000, '737706'],
  ])('the one-time code at %i seconds is the last six digits of RFC 6238’s with SHA-256: %s', async (seconds, code) => {
    expect(await timeCode(known, new Date(seconds * 1000))).toBe(code);
  });

  it('the one-time code is what the service expects, for every secret and instant', async () => {
    await fc.assert(
      fc.asyncProperty(secrets, instants, async (secret, at) => {
        const step = totpStep(at, OTP_PARAMETERS);
        const typed = await timeCode(secret, at);
        expect(typed).toBe(totpOf(secret, step, OTP_PARAMETERS));
        const memory = { lastStep: step - 1, drift: 0, far: null };
        expect(judgeOtp({ secret, typed, at, memory })).toMatchObject({ kind: 'near' });
      }),
    );
  });

  it('the one-time code stays for its half minute, and differs in the next', async () => {
    const codes = await Promise.all(
      [0, 29_999, 30_000].map((ms) => timeCode(known, new Date(Date.parse('2026-11-22T12:00:00Z') + ms))),
    );
    expect(codes[1]).toBe(codes[0]);
    expect(codes[2]).not.toBe(codes[0]);
  });
});

describe('The code of a transaction', () => {
  it('the code of a transaction is what another implementation computes', async () => {
    // Computed with Python's json, hashlib and hmac from the text of RFC 6287.
    expect(await transactionCode(known, transfer, noon)).toBe('59217358');
    expect(transactionQuestion(transfer.authenticationId, transfer.transaction)).toBe(
      '5cb030d6af3153303c392cab634c98c5b2642ec6be67dd0139e54d8bc79f509b',
    );
  });

  it('the code of a transaction is what the service expects, for every secret, instant and transaction', async () => {
    await fc.assert(
      fc.asyncProperty(secrets, instants, fc.uuid(), fields, async (key, at, authenticationId, transaction) => {
        const question = transactionQuestion(authenticationId, transaction);
        const typed = await transactionCode(key, { authenticationId, transaction }, at);
        const timeStep = ocraTimeStep(TRANSACTION_SUITE, at);
        expect(typed).toBe(ocra({ suite: TRANSACTION_SUITE, key, question, timeStep }));
        expect(matchingOcraMinute({ key, question, typed, at })).toBe(timeStep);
      }),
    );
  });

  it('phone and service refuse the same: whatever one signs, the other signs alike', async () => {
    const anyText = fc.oneof(
      texts,
      fc.constantFrom('', '\ud800', '\udc00\ud83d', '\ufffd'),
      fc.constant(null),
      fc.nat(),
    );
    const anyField = fc.oneof(
      fc.record({ label: anyText, value: anyText }),
      fc.record({ label: texts, value: texts, note: texts }, { requiredKeys: [] }),
      fc.array(fc.record({ label: texts, value: texts }), { maxLength: 2 }),
      fc.constant(null),
    );
    const anything = fc.oneof(fc.array(anyField, { maxLength: 3 }), anyField) as fc.Arbitrary<never[]>;
    await fc.assert(
      fc.asyncProperty(fc.uuid(), anything, async (authenticationId, transaction) => {
        const byService = new Promise((resolve) => {
          resolve(transactionQuestion(authenticationId, transaction));
        });
        const [one, other] = await Promise.allSettled([byService, questionOfPhone({ authenticationId, transaction })]);
        expect(other.status).toBe(one.status);
        if (one.status === 'fulfilled' && other.status === 'fulfilled') expect(other.value).toBe(one.value);
        if (one.status === 'rejected') expect(one.reason).toBeInstanceOf(TypeError);
        if (other.status === 'rejected') expect(other.reason).toBeInstanceOf(TypeError);
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['value', { ...transfer, transaction: [transfer.transaction[0]!, { label: '금액', value: '1,000,001원' }] }],
    ['label', { ...transfer, transaction: [{ label: '받는분', value: '홍길동' }, transfer.transaction[1]!] }],
    ['order', { ...transfer, transaction: transfer.transaction.toReversed() }],
    ['authentication', { ...transfer, authenticationId: '0198c0de-0000-7000-8000-000000000002' }],
  ])('the code of a transaction is wrong for another %s', async (_, other) => {
    const typed = await transactionCode(known, transfer, noon);
    expect(await transactionCode(known, other, noon)).not.toBe(typed);
    const question = transactionQuestion(other.authenticationId, other.transaction);
    expect(matchingOcraMinute({ key: known, question, typed, at: noon })).toBeNull();
  });
});

describe('Both codes', () => {
  it('both kinds of codes are the same in a bundle as for a browser', async () => {
    const seen = await outsideJest(`
      import { timeCode, transactionCode } from './src/phone/one-time-code.ts';
      const secret = new TextEncoder().encode('12345678901234567890123456789012');
      const at = new Date('${noon.toISOString()}');
      const codes = [await timeCode(secret, at), await transactionCode(secret, ${JSON.stringify(transfer)}, at)];
      console.log(JSON.stringify(codes));
    `);
    expect(seen).toEqual(['038644', '59217358']);
  });
});
