import { applyDecorators } from '@nestjs/common';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsIn,
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
import {
  METHODS,
  PURPOSE_LENGTH,
  type AuthenticationState,
  type Channel,
  type Method,
} from '../domain/authentication.ts';
import { TRANSACTION_FIELDS, TRANSACTION_LABEL_LENGTH, TRANSACTION_VALUE_LENGTH } from '../domain/transaction.ts';
import { NamedPersonRequest } from '../lines/named-person.dto.ts';
import { PLAIN_TEXT, SIGNED_TEXT, Trimmed } from '../http/plain-text.ts';

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

export class TransactionFieldInput {
  /** What the value is: 받는 분. Taken letter by letter: nothing is trimmed. */
  @IsString()
  @Matches(SIGNED_TEXT, { message: 'label must be one line of visible text' })
  @Matches(new RegExp(`^.{1,${TRANSACTION_LABEL_LENGTH}}$`, 'u'), {
    message: `label must have 1 to ${TRANSACTION_LABEL_LENGTH} characters`,
  })
  label: string;

  /** 홍길동. Taken letter by letter: nothing is trimmed. */
  @IsString()
  @Matches(SIGNED_TEXT, { message: 'value must be one line of visible text' })
  @Matches(new RegExp(`^.{1,${TRANSACTION_VALUE_LENGTH}}$`, 'u'), {
    message: `value must have 1 to ${TRANSACTION_VALUE_LENGTH} characters`,
  })
  value: string;
}

/** 1 to 10 fields, in the order in which they are shown and signed; or none at all. */
function IsTransaction(): PropertyDecorator {
  return applyDecorators(
    ApiPropertyOptional({ type: () => [TransactionFieldInput], minItems: 1, maxItems: TRANSACTION_FIELDS }),
    IsOptional(),
    IsArray(),
    ArrayMinSize(1),
    ArrayMaxSize(TRANSACTION_FIELDS),
    ValidateNested({ each: true }),
    Type(() => TransactionFieldInput),
  );
}

export class StartRequest extends NamedPersonRequest {
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

  /**
   * How the person proves who they are. `push` (the default): a wake-up, the PIN, a code; by SMS to whoever is not
   * protected. `otp`: the six digits of the present time, read from the app, which needs no network. `sign`: eight
   * digits made of a transaction, for financial institutions (scope `signing`).
   */
  @IsOptional()
  @IsIn(METHODS)
  method?: Method;

  /** With `sign` alone: what the person is to see and sign, 1 to 10 fields in this order. */
  @IsTransaction()
  transaction?: TransactionFieldInput[];
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
  /** The six digits that the person typed; eight where a transaction was signed. */
  @Matches(/^\d{6}(\d{2})?$/, { message: 'code must be six digits, or eight where a transaction was signed' })
  code: string;

  /** What the institution is about to carry out, as it was sent at the start. Any other letter, and the code is wrong. */
  @IsTransaction()
  transaction?: TransactionFieldInput[];
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
  /** There only while it is true: the person's app was issued anew after a loss not long ago. Be careful. */
  recentlyReissued?: boolean;
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
