import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ageOn, parsePerson, seoulDay } from '../../src/domain/person.ts';

const today = '2026-11-22';

describe('a person', () => {
  it.each([
    ['900101', '1', '1990-01-01', 'male', false],
    ['900101', '2', '1990-01-01', 'female', false],
    ['010203', '3', '2001-02-03', 'male', false],
    ['010203', '4', '2001-02-03', 'female', false],
    ['900101', '5', '1990-01-01', 'male', true],
    ['900101', '6', '1990-01-01', 'female', true],
    ['010203', '7', '2001-02-03', 'male', true],
    ['010203', '8', '2001-02-03', 'female', true],
    ['991231', '9', '1899-12-31', 'male', false],
    ['991231', '0', '1899-12-31', 'female', false],
    ['000229', '3', '2000-02-29', 'male', false],
    ['880229', '2', '1988-02-29', 'female', false],
    ['000101', '1', '1900-01-01', 'male', false],
    ['000101', '9', '1800-01-01', 'male', false],
    ['261122', '3', '2026-11-22', 'male', false],
  ])('the person %s-%s was born on %s, is %s, a foreigner: %s', (birthDate, genderDigit, born, gender, foreigner) => {
    expect(parsePerson({ birthDate, genderDigit, today })).toEqual({ birthDate: born, gender, foreigner });
  });

  it.each([
    ['an impossible day', '900230', '1'],
    ['the 29th of February of a common year', '010229', '3'],
    ['the 29th of February 1900', '000229', '1'],
    ['the 29th of February 1800', '000229', '9'],
    ['the 31st of April', '900431', '1'],
    ['month 13', '901301', '1'],
    ['month 0', '900001', '1'],
    ['day 0', '900100', '1'],
    ['day 32', '900132', '1'],
    ['tomorrow', '261123', '3'],
    ['the end of the century', '991231', '7'],
    ['five digits', '90010', '1'],
    ['seven digits', '9001011', '1'],
    ['letters', '90a101', '1'],
    ['no gender digit', '900101', ''],
    ['two gender digits', '900101', '11'],
    ['a letter for a gender digit', '900101', 'M'],
    ['the name of a method for a gender digit', '900101', 'toString'],
    ['a line break', '900101\n', '1'],
  ])('a person cannot be read from %s', (_case, birthDate, genderDigit) => {
    expect(parsePerson({ birthDate, genderDigit, today })).toBeNull();
  });

  it('a birth date is read back from every date of the calendar, and from no other text', () => {
    const days = fc.date({ min: new Date('1900-01-01'), max: new Date('1999-12-31'), noInvalidDate: true });
    fc.assert(
      fc.property(days, fc.constantFrom('1', '2', '5', '6'), (day, genderDigit) => {
        const born = day.toISOString().slice(0, 10);
        const birthDate = born.replaceAll('-', '').slice(2);
        expect(parsePerson({ birthDate, genderDigit, today })?.birthDate).toBe(born);
        expect(parsePerson({ birthDate, genderDigit, today: born })?.birthDate).toBe(born);
        const dayBefore = new Date(day.getTime() - 86_400_000).toISOString().slice(0, 10);
        expect(parsePerson({ birthDate, genderDigit, today: dayBefore })).toBeNull();
      }),
    );
  });
});

describe('the age', () => {
  it.each([
    ['2007-11-23', '2026-11-22', 18],
    ['2007-11-22', '2026-11-22', 19],
    ['2007-11-21', '2026-11-22', 19],
    ['2007-12-31', '2026-12-30', 18],
    ['2008-01-01', '2026-12-31', 18],
    ['2026-11-22', '2026-11-22', 0],
    // A person born on a leap day completes a year of age at the end of 28 February (Civil Act, article 160).
    ['2008-02-29', '2027-02-28', 18],
    ['2008-02-29', '2027-03-01', 19],
    ['2008-02-29', '2028-02-28', 19],
    ['2008-02-29', '2028-02-29', 20],
  ])('the age of a person born on %s is on %s: %i', (born, day, age) => {
    expect(ageOn(born, day)).toBe(age);
  });

  it('the age rises by one from one year’s day to the next year’s same day', () => {
    const day = fc.date({ min: new Date('1950-01-01'), max: new Date('2020-12-31'), noInvalidDate: true });
    fc.assert(
      fc.property(day, day, (born, at) => {
        const [from, to] = [born, at].map((one) => one.toISOString().slice(0, 10)) as [string, string];
        if (to.endsWith('02-29')) return;
        const nextYear = `${Number(to.slice(0, 4)) + 1}${to.slice(4)}`;
        expect(ageOn(from, nextYear)).toBe(ageOn(from, to) + 1);
      }),
    );
  });
});

describe('the day in Seoul', () => {
  it.each([
    ['2026-11-21T14:59:59.999Z', '2026-11-21'],
    ['2026-11-21T15:00:00.000Z', '2026-11-22'],
    ['2026-12-31T15:00:00.000Z', '2027-01-01'],
    ['2028-02-28T15:00:00.000Z', '2028-02-29'],
  ])('the day in Seoul at %s is %s', (instant, day) => {
    expect(seoulDay(new Date(instant))).toBe(day);
  });

  it('the day in Seoul agrees with the time zone data of the platform', () => {
    const format = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Seoul' });
    fc.assert(
      fc.property(
        fc.date({ min: new Date('1990-01-01'), max: new Date('2100-01-01'), noInvalidDate: true }),
        (instant) => {
          expect(seoulDay(instant)).toBe(format.format(instant));
        },
      ),
    );
  });
});
