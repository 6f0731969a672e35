import { IsString, Length, Matches } from 'class-validator';

/** Whom a caller names. */
export class NamedPersonRequest {
  /** YYMMDD */
  @Matches(/^\d{6}$/, { message: 'birthDate must be six digits in the form YYMMDD' })
  birthDate: string;

  /** 1/2 born in the 1900s, 3/4 in the 2000s, 5/6 and 7/8 the same for foreigners, 9/0 in the 1800s; odd male, even female. */
  @Matches(/^\d$/, { message: 'genderDigit must be one digit' })
  genderDigit: string;

  /** A Korean mobile number with or without hyphens, or E.164. */
  @IsString()
  @Length(1, 32)
  phoneNumber: string;
}
