import { IsString, Length, Matches } from 'class-validator';
import { parsePhoneNumber } from '../domain/phone-number.ts';
import { A_MOBILE_NUMBER, IsBirthDate, IsMobileNumber, ONE_DIGIT, SIX_DIGITS_OF_DATE } from '../http/person-rules.ts';
import { Compacted } from '../http/plain-text.ts';

/** The person that a caller names. */
export class NamedPersonRequest {
  /** The date of birth, YYMMDD. Not in the future. */
  @Matches(/^\d{6}$/, SIX_DIGITS_OF_DATE)
  @IsBirthDate()
  birthDate: string;

  /**
   * The seventh digit of the resident registration number: century, sex and nationality. 1/2 were born in the 1900s,
   * 3/4 in the 2000s, 5/6 in the 1900s as foreigners, 7/8 in the 2000s as foreigners, 9/0 in the 1800s. Odd is male,
   * even is female.
   */
  @Matches(/^\d$/, ONE_DIGIT)
  genderDigit: string;

  /** A Korean mobile number with or without hyphens, or E.164. Blanks, dashes and invisible characters are ignored. */
  @Compacted()
  @IsString(A_MOBILE_NUMBER)
  @Length(1, 32, A_MOBILE_NUMBER)
  @IsMobileNumber(parsePhoneNumber)
  phoneNumber: string;
}
