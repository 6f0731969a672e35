import { ValidateBy } from 'class-validator';
import { parsePerson, seoulDay } from '../domain/person.ts';

/** What is wanted of a number and of a date of birth, as the end of `Send phoneNumber as …` (see `rule-sentences.ts`). */
export const A_MOBILE_NUMBER = { message: 'a Korean mobile number, such as 010-1234-5678, or in E.164' };
export const A_BIRTH_DATE = {
  message: 'a valid date (YYMMDD), not in the future, in the century given by genderDigit',
};
export const SIX_DIGITS_OF_DATE = { message: 'a text of six digits in the form YYMMDD' };
export const ONE_DIGIT = { message: 'a text of one digit' };

/** A mobile number that `read` can read, which answers null for any other text. */
export function IsMobileNumber(read: (written: string) => string | null): PropertyDecorator {
  const validate = (value: unknown) => typeof value === 'string' && read(value) !== null;
  return ValidateBy({ name: 'isMobileNumber', validator: { validate } }, A_MOBILE_NUMBER);
}

/**
 * A date of birth that exists and is not in the future, in the century that `genderDigit` beside it gives. Where one of the
 * two has another form, the rules of forms say so, and this rule says nothing.
 */
export function IsBirthDate(): PropertyDecorator {
  const validate = (birthDate: unknown, on?: { object: object }) => {
    const { genderDigit } = on?.object as { genderDigit?: unknown };
    if (!isText(birthDate, /^\d{6}$/) || !isText(genderDigit, /^\d$/)) return true;
    return parsePerson({ birthDate, genderDigit, today: seoulDay(new Date()) }) !== null;
  };
  return ValidateBy({ name: 'isBirthDate', validator: { validate } }, A_BIRTH_DATE);
}

function isText(value: unknown, form: RegExp): value is string {
  return typeof value === 'string' && form.test(value);
}
