import { describe, expect, it } from '@jest/globals';
import { pastesOf } from '../support/pasted-codes.ts';
import { codeIn, compactText, enrolmentCodeIn, residentDigits, serialNumberIn } from '../../src/domain/typed-text.ts';

describe('what a person typed or pasted', () => {
  it.each([
    ['123 456'],
    ['123-456'],
    ['１２３４５６'],
    ['１２３－４５６'],
    ['\u200b123456\u2060'],
    ['\u202a123\u00a0456\u202c'],
    ['123\u2011456'],
    ['123\u2009456\n'],
    ['\ufeff123\u3000456'],
    ['1 2 3 4 5 6'],
    ['123ㅡ456'],
    ['123\u00ad456'],
    ['\u3164123456'],
  ])('%j is the code 123456', (typed) => {
    expect(codeIn(typed)).toBe('123456');
  });

  it.each([
    '[한빛서점] 본인확인 인증번호 [123456] 타인에게 알려주지 마세요.',
    '[Web발신]\n[한빛서점] 본인확인 인증번호 [123456] 타인에게 알려주지 마세요.\n\n@push.example.kr #123456',
    '［한빛서점］ 인증번호는 ［１２３４５６］ 입니다',
    '인증번호: 123456',
    '123456 is your code. Questions: 02-1234-5678, 010-9876-5432.',
    '인증번호 123-456 (유효시간 3분, 2026.11.28 14:05)',
    'Your code is 123 456.',
    '주문 20261128 인증번호 [123456] 문의 1588-0001',
    '【123456】',
  ])('the code of the text message %j is 123456', (typed) => {
    expect(codeIn(typed)).toBe('123456');
  });

  it.each(pastesOf('123456'))('the code of the pasted text %j is 123456', (typed) => {
    expect(codeIn(typed)).toBe('123456');
  });

  it.each([
    '인증번호 123456, 인증번호 654321',
    'Use 123456. Order 654321.',
    '인증번호 1234567',
    '인증번호 02-123-4567',
  ])('%j says of no number, or of several, that it is the code', (typed) => {
    expect(codeIn(typed)).not.toMatch(/^[0-9]{6}$/);
  });

  it.each(['12345', '1234567', '12345a', '010-1234-5678', '111111 or 222222', '', '12345678', '٠١٢٣٤٥'])(
    '%j holds no code of six digits',
    (typed) => {
      expect(codeIn(typed)).not.toMatch(/^[0-9]{6}$/);
    },
  );

  it('a code of eight digits is found in its message too', () => {
    expect(codeIn('[두루은행] 서명번호 [1234 5678]', 8)).toBe('12345678');
  });

  it.each([
    '7K2QM-3XZ4W-9ABCD-EFGHJ',
    '7K2QM 3XZ4W 9ABCD EFGHJ',
    '７Ｋ２ＱＭ－３ＸＺ４Ｗ－９ＡＢＣＤ－ＥＦＧＨＪ',
    '\u200b7K2QM3XZ4W9ABCDEFGHJ\u200b',
    '[푸시가드] 등록 코드는 7K2QM-3XZ4W-9ABCD-EFGHJ 입니다. 10분 안에 앱에 입력해 주세요.',
    '7K2QM–3XZ4W–9ABCD–EFGHJ\n',
  ])('the enrolment code in %j is found', (typed) => {
    expect(enrolmentCodeIn(typed)).toBe('7K2QM3XZ4W9ABCDEFGHJ');
  });

  it.each(['010203-3', '0102033', '０１０２０３－３', '010203 – 3******', '010203-3234567', '010203-3●●●●●●'])(
    '%j is a birth date and a gender digit, and no more of the number is kept',
    (typed) => {
      expect(residentDigits(typed)).toEqual({ birthDate: '010203', genderDigit: '3' });
    },
  );

  it.each(['010203', '20010203', '010203-a', '', '0102033234'])('%j is no birth date with a gender digit', (typed) => {
    expect(residentDigits(typed)).toBeNull();
  });

  it('a serial number is read in any spelling', () => {
    for (const typed of ['PG-1234-5678-9012', 'pg 1234 5678 9012', '123456789012', 'ＰＧ－１２３４–5678‐9012'])
      expect(serialNumberIn(typed)).toBe('PG-1234-5678-9012');
    expect(serialNumberIn('PG-1234-5678-901')).toBeNull();
  });

  it('letters and other signs stay, so that a wrong value stays wrong', () => {
    expect(compactText('12a4.5;6')).toBe('12a4.5;6');
  });
});
