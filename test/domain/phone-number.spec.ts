import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { formatPhoneNumber, maskPhoneNumber, parseMsisdn, parsePhoneNumber } from '../../src/domain/phone-number.ts';

describe('a phone number', () => {
  it.each([
    ['010-1234-5678', '+821012345678'],
    ['01012345678', '+821012345678'],
    ['010 1234 5678', '+821012345678'],
    [' 010-1234-5678 ', '+821012345678'],
    ['+821012345678', '+821012345678'],
    ['+82 10-1234-5678', '+821012345678'],
    ['+82-10-1234-5678', '+821012345678'],
    ['０１０－１２３４－５６７８', '+821012345678'],
    ['＋８２ １０ １２３４ ５６７８', '+821012345678'],
    ['010\u20111234\u20115678', '+821012345678'],
    ['010 – 1234 — 5678', '+821012345678'],
    ['\u202a010\u00a01234\u20095678\u202c', '+821012345678'],
    ['\u200b010\t1234\n5678\ufeff', '+821012345678'],
    ['010ㅡ1234ㅡ5678', '+821012345678'],
    ['+8201012345678', '+821012345678'],
    ['011-123-4567', '+82111234567'],
    ['011-1234-5678', '+821112345678'],
    ['016-123-4567', '+82161234567'],
    ['017-123-4567', '+82171234567'],
    ['018-123-4567', '+82181234567'],
    ['019-123-4567', '+82191234567'],
    ['+14155550132', '+14155550132'],
    ['+447700900123', '+447700900123'],
  ])('the phone number %s is read as %s', (written, e164) => {
    expect(parsePhoneNumber(written)).toBe(e164);
  });

  it.each([
    '',
    '   ',
    '02-123-4567',
    '031-123-4567',
    '070-1234-5678',
    '1588-1234',
    '112',
    '010-123-4567',
    '010-1234-56789',
    '012-345-6789',
    '015-123-4567',
    '011-12-3456',
    '+82212345678',
    '+82',
    '+8210123456789',
    '821012345678',
    '00821012345678',
    '+0101234567',
    '+123456',
    '+1234567890123456',
    '010-1234-567O',
    '010-1234-5678;ext=1',
    '٠١٠١٢٣٤٥٦٧٨',
    '+82+1012345678',
  ])('%p is not a phone number', (written) => {
    expect(parsePhoneNumber(written)).toBeNull();
  });

  const mobile = fc.oneof(fc.stringMatching(/^010\d{8}$/), fc.stringMatching(/^01[16789]\d{7,8}$/));

  it('a phone number is read the same in every spelling, and its own E.164 is a spelling', () => {
    fc.assert(
      fc.property(mobile, (national) => {
        const e164 = `+82${national.slice(1)}`;
        const hyphenated = national.replace(/^(\d{3})(\d{3,4})(\d{4})$/, '$1-$2-$3');
        for (const written of [national, hyphenated, e164, formatPhoneNumber(e164)]) {
          expect(parsePhoneNumber(written)).toBe(e164);
        }
      }),
    );
  });

  it('any text is read as E.164 or as no number, and E.164 is read unchanged', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^[+\d -]{1,20}$/)), (typed) => {
        const read = parsePhoneNumber(typed);
        if (read === null) return;
        expect(read).toMatch(/^\+[1-9]\d{6,14}$/);
        expect(parsePhoneNumber(read)).toBe(read);
      }),
    );
  });

  it('a phone number is written as Koreans write it, and masked so that its middle is hidden', () => {
    expect(formatPhoneNumber('+821012345678')).toBe('010-1234-5678');
    expect(formatPhoneNumber('+82111234567')).toBe('011-123-4567');
    expect(formatPhoneNumber('+14155550132')).toBe('+14155550132');
    expect(maskPhoneNumber('+821012345678')).toBe('010-****-5678');
    expect(maskPhoneNumber('+82111234567')).toBe('011-***-4567');
  });

  it('a masked phone number shows at most seven digits, whatever its country', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^\+[1-9]\d{9,14}$/), (e164) => {
        expect(maskPhoneNumber(e164).replace(/\D/g, '').length).toBeLessThanOrEqual(7);
      }),
    );
  });
});

describe('a number as carriers write it', () => {
  const mobile = fc.oneof(fc.stringMatching(/^010\d{8}$/), fc.stringMatching(/^01[16789]\d{7,8}$/));
  const spellings: readonly (readonly [string, (national: string, groups: string[]) => string])[] = [
    ['01012345678', (national) => national],
    ['010-1234-5678', (_, groups) => groups.join('-')],
    ['010.1234.5678', (_, groups) => groups.join('.')],
    ['(010) 1234-5678', (_, [first, ...rest]) => `(${first}) ${rest.join('-')}`],
    ['+82 10-1234-5678', (_, groups) => `+82 ${groups.join('-').slice(1)}`],
    ['82 (0)10 1234 5678', (_, groups) => `82 (0)${groups.join(' ').slice(1)}`],
    ['+82(0)1012345678', (national) => `+82(0)${national.slice(1)}`],
    ['821012345678', (national) => `82${national.slice(1)}`],
    ['8201012345678', (national) => `82${national}`],
    ['00821012345678', (national) => `0082${national.slice(1)}`],
    ['tel:+82-10-1234-5678', (_, groups) => `tel:+82-${groups.join('-').slice(1)}`],
    ['TEL:+821012345678', (national) => `TEL:+82${national.slice(1)}`],
  ];

  it('is the same number in every spelling', () => {
    fc.assert(
      fc.property(mobile, (national) => {
        const groups = national.replace(/^(\d{3})(\d{3,4})(\d{4})$/, '$1-$2-$3').split('-');
        for (const [, write] of spellings)
          expect([write(national, groups), parseMsisdn(write(national, groups))]).toEqual([
            write(national, groups),
            `+82${national.slice(1)}`,
          ]);
      }),
    );
    const groups = ['010', '1234', '5678'];
    for (const [example, write] of spellings) expect(write(groups.join(''), groups)).toBe(example);
  });

  it('is read as E.164 or as no number, and as people’s numbers are wherever those are numbers', () => {
    const typed = fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^(tel:)?[+\d ().-]{1,22}$/));
    fc.assert(
      fc.property(typed, (written) => {
        const read = parseMsisdn(written);
        if (read !== null) {
          expect(read).toMatch(/^\+[1-9]\d{6,14}$/);
          expect(parseMsisdn(read)).toBe(read);
        }
        const ofPerson = parsePhoneNumber(written);
        if (ofPerson !== null) expect(read).toBe(ofPerson);
      }),
    );
  });

  it.each([
    '',
    'tel:',
    '82',
    '0082',
    '82212345678',
    '008210123456789',
    'tel:+821012345678;ext=1',
    'sip:+821012345678',
    '0014155550132',
    '+82+1012345678',
  ])('is no number when it is %j', (written) => {
    expect(parseMsisdn(written)).toBeNull();
  });
});
