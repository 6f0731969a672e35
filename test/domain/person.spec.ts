import { describe, expect, it } from '@jest/globals';
import { ageOn, parsePerson, seoulDay } from '../../src/domain/person.ts';

const today = '2026-11-22';

describe('birth date and gender digit', () => {
  it.each([
    ['900101', '1', '1990-01-01', 'male', false],
    ['900101', '2', '1990-01-01', 'female', false],
    ['050505', '3', '2005-05-05', 'male', false],
    ['050505', '4', '2005-05-05', 'female', false],
    ['850715', '5', '1985-07-15', 'male', true],
    ['850715', '6', '1985-07-15', 'female', true],
    ['050505', '7', '2005-05-05', 'male', true],
    ['050505', '8', '2005-05-05', 'female', true],
    ['991231', '9', '1899-12-31', 'male', false],
    ['991231', '0', '1899-12-31', 'female', false],
    ['000229', '3', '2000-02-29', 'male', false],
    ['261122', '3', '2026-11-22', 'male', false],
  ])('%s-%s is a person born %s, %s, foreigner: %p', (birthDate, genderDigit, born, gender, foreigner) => {
    expect(parsePerson({ birthDate, genderDigit, today })).toEqual({ birthDate: born, gender, foreigner });
  });

  it.each([
    ['900229', '1', 'no leap year'],
    ['000229', '1', '1900 was no leap year'],
    ['901301', '1', 'no month'],
    ['900431', '1', 'no day of April'],
    ['900100', '1', 'no day'],
    ['261123', '3', 'tomorrow'],
    ['271122', '4', 'next year'],
    ['90010', '1', 'five digits'],
    ['9001011', '1', 'seven digits'],
    ['900101', '', 'no digit'],
    ['900101', 'a', 'a letter'],
  ])('%s-%s is refused: %s', (birthDate, genderDigit) => {
    expect(parsePerson({ birthDate, genderDigit, today })).toBeNull();
  });

  it.each([
    ['2007-11-22', '2026-11-22', 19],
    ['2007-11-23', '2026-11-22', 18],
    ['2008-02-29', '2027-02-28', 18],
    ['2008-02-29', '2027-03-01', 19],
    ['1990-01-01', '2026-01-01', 36],
  ])('somebody born %s is on %s full %p years old', (born, day, age) => {
    expect(ageOn(born, day)).toBe(age);
  });

  it.each([
    ['2026-11-21T14:59:59.999Z', '2026-11-21'],
    ['2026-11-21T15:00:00.000Z', '2026-11-22'],
    ['2026-12-31T15:00:00.000Z', '2027-01-01'],
  ])('%s is the day %s in Seoul', (instant, day) => {
    expect(seoulDay(new Date(instant))).toBe(day);
  });
});
