import { Type } from 'class-transformer';
import {
  IsInt,
  IsIP,
  IsObject,
  IsOptional,
  IsString,
  Length,
  Matches,
  Max,
  Min,
  ValidateNested,
} from 'class-validator';
import { PURPOSE_LENGTH, type AuthenticationState, type Channel } from '../domain/authentication.ts';
import { PLAIN_TEXT, Trimmed } from '../http/plain-text.ts';

export class EndUser {
  /** The address from which the person uses the window. */
  @IsOptional()
  @IsIP()
  ip?: string;

  @IsOptional()
  @IsString()
  @Length(1, 512)
  userAgent?: string;
}

export class StartRequest {
  /** YYMMDD */
  @Matches(/^\d{6}$/, { message: 'birthDate must be six digits, YYMMDD' })
  birthDate: string;

  /** 1/2 born in the 1900s, 3/4 in the 2000s, 5/6 and 7/8 the same for foreigners, 9/0 in the 1800s; odd male, even female. */
  @Matches(/^\d$/, { message: 'genderDigit must be one digit' })
  genderDigit: string;

  /** A Korean mobile number with or without hyphens, or E.164. */
  @IsString()
  @Length(1, 32)
  phoneNumber: string;

  /** Why the person is asked; shown in the app. At most 40 characters as people count them. */
  @Trimmed()
  @IsString()
  @Matches(PLAIN_TEXT, { message: 'purpose must be one line of text' })
  @Matches(new RegExp(`^.{1,${PURPOSE_LENGTH}}$`, 'u'), {
    message: `purpose must have 1 to ${PURPOSE_LENGTH} characters`,
  })
  purpose: string;

  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => EndUser)
  endUser?: EndUser;
}

export class WaitQuery {
  /** Seconds to hold the answer until the state changes. */
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(0)
  @Max(30)
  wait?: number;
}

export class VerificationRequest {
  /** The six digits that the person typed. */
  @Matches(/^\d{6}$/, { message: 'code must be six digits' })
  code: string;
}

export class ResultResponse {
  /** The person's id at this relying party only. */
  subject: string;
  /** ISO 8601 date. */
  birthDate: string;
  gender: 'male' | 'female';
  foreigner: boolean;
  /** E.164 */
  phoneNumber: string;
  verifiedAt: string;
  channel: Channel;
}

export class AuthenticationResponse {
  id: string;
  channel: Channel;
  state: AuthenticationState;
  expiresAt: string;
  attemptsLeft: number;
  /** Once verified. */
  result?: ResultResponse;
}

export class VerificationResponse {
  state: 'verified';
  result: ResultResponse;
  /** JWS ES256 by a key of /oauth2/jwks. */
  assertion: string;
}
