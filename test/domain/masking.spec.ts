import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { maskAddress, maskInsideOfName, maskName, maskPostcode } from '../../src/domain/masking.ts';

describe('a masked name', () => {
  it.each([
    ['홍길동', '홍**'],
    ['김민', '김*'],
    ['김', '김*'],
    ['시험 전화기', '시****'],
    ['My phone', 'M****'],
    ['📱폰', '📱*'],
    ['', '*'],
  ])('the masked name of %p is %p', (name, masked) => {
    expect(maskName(name)).toBe(masked);
  });

  it('a masked name shows the first character, and one to four stars for the others', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 64 }), (name) => {
        const [first, ...stars] = Array.from(maskName(name));
        expect(first).toBe(Array.from(name)[0]);
        expect(stars.join('')).toMatch(/^\*{1,4}$/);
      }),
    );
  });

  it('a masked name is the same for all names that begin alike and are longer than four characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 4, maxLength: 63 }), (rest) => {
        expect(maskName(`홍${rest}`)).toBe('홍****');
      }),
    );
  });
});

describe('a masked address', () => {
  it.each([
    ['서울특별시 중구 세종대로 110, 3층', '서울특별시 중구 ****'],
    ['경기도 성남시 분당구 판교로 1', '경기도 성남시 ****'],
    ['서울 중구', '서울 ****'],
    ['세종대로 110', '****'],
    ['110 Sejong-daero, Jung-gu, Seoul', '****'],
    ['', '****'],
  ])('the masked address of %p is %p', (address, masked) => {
    expect(maskAddress(address)).toBe(masked);
  });

  it('a masked postcode names the region alone', () => {
    expect(maskPostcode('04524')).toBe('04***');
  });
});

describe('a partly masked name', () => {
  it.each([
    ['홍길동', '홍*동'],
    ['남궁길동', '남**동'],
    ['김민', '김*'],
    ['김', '*'],
    ['John Smith', 'J********h'],
    ['📱폰📱', '📱*📱'],
    ['', '*'],
  ])('the partly masked name of %p is %p', (name, masked) => {
    expect(maskInsideOfName(name)).toBe(masked);
  });
});
