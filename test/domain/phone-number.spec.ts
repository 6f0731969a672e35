import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { formatPhoneNumber, maskPhoneNumber, parsePhoneNumber } from '../../src/domain/phone-number.ts';

describe('a phone number', () => {
  it.each([
    ['010-1234-5678', '+821012345678'],
    ['01012345678', '+821012345678'],
    ['010 1234 5678', '+821012345678'],
    [' 010-1234-5678 ', '+821012345678'],
    ['+821012345678', '+821012345678'],
    ['+82-10-1234-5678', '+821012345678'],
    ['+8201012345678', '+821012345678'],
    ['011-123-4567', '+82111234567'],
    ['019-1234-5678', '+821912345678'],
    ['+14155550100', '+14155550100'],
  ])('written %s is read as %s', (written, e164) => {
    expect(parsePhoneNumber(written)).toBe(e164);
  });

  it.each([
    '',
    '010-1234-567',
    '010-1234-56789',
    '02-123-4567',
    '1588-1234',
    '070-1234-5678',
    '012-123-4567',
    '+82212345678',
    '+0123456789',
    '+1234567890123456',
    '010--1234-5678',
    '010-1234-567a',
    '٠١٠١٢٣٤٥٦٧٨',
    '010-1234-5678; DROP TABLE lines',
  ])('written %p is refused', (written) => {
    expect(parsePhoneNumber(written)).toBeNull();
  });

  it('is read the same however it was spelled', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 99_999_999 }), (number) => {
        const digits = String(number).padStart(8, '0');
        const e164 = `+8210${digits}`;
        const hyphens = `010-${digits.slice(0, 4)}-${digits.slice(4)}`;
        expect([hyphens, hyphens.replaceAll('-', ''), e164].map(parsePhoneNumber)).toEqual([e164, e164, e164]);
        expect(formatPhoneNumber(e164)).toBe(hyphens);
        expect(maskPhoneNumber(e164)).toBe(`010-****-${digits.slice(4)}`);
      }),
    );
  });

  it('is E.164 or nothing, whatever was written', () => {
    const written = fc.string({ unit: 'binary' });
    fc.assert(fc.property(written, (one) => /^\+[1-9]\d{6,14}$/.test(parsePhoneNumber(one) ?? '+1234567')));
  });
});
