import { applyDecorators } from '@nestjs/common';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { plainToInstance, Transform, Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsIP,
  IsObject,
  IsOptional,
  IsString,
  Matches,
  Max,
  Min,
  ValidateNested,
} from 'class-validator';
import {
  METHODS,
  PURPOSE_LENGTH,
  SITE_LENGTH,
  type AuthenticationState,
  type Channel,
  type Method,
} from '../domain/authentication.ts';
import { TRANSACTION_FIELDS, TRANSACTION_LABEL_LENGTH, TRANSACTION_VALUE_LENGTH } from '../domain/transaction.ts';
import { NamedPersonRequest } from '../lines/named-person.dto.ts';
import { canonicalAddress } from '../http/address.ts';
import { DropsUnknown } from '../http/names-of-objects.ts';
import { Optional } from '../http/optional.ts';
import { Compacted, SHOWN_TEXT, shownLineOf, SIGNED_TEXT, Trimmed } from '../http/plain-text.ts';

/** The longest User-Agent header that is kept. */
const USER_AGENT_LENGTH = 512;

export class EndUser {
  /**
   * The IP address (v4 or v6, also with a port) of the person's browser; the app shows it without the port, as said by
   * the relying party. What is no address is dropped.
   */
  @Transform(({ value }: { value: unknown }) =>
    typeof value === 'string' ? (canonicalAddress(value) ?? undefined) : undefined,
  )
  @IsOptional()
  @IsIP()
  ip?: string;

  /**
   * The User-Agent header of the person's browser; the app shows the browser that it names, as said by the relying party.
   * It is cut after 512 characters, and dropped when it is no text.
   */
  @Transform(({ value }: { value: unknown }) => readUserAgent(value))
  @IsOptional()
  @IsString()
  userAgent?: string;
}

function readUserAgent(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  return value.slice(0, USER_AGENT_LENGTH).replace(/[\p{Cs}\ufffd]/gu, '') || undefined;
}

/**
 * Reads `endUser` from what was sent, and leaves out what is no object and members that are unknown: what a relying
 * party only passes on never refuses a start (contract).
 */
function ReadableEndUser(): PropertyDecorator {
  const read = Transform(({ obj, key }: { obj: Record<string, unknown>; key: string }) => {
    const sent = obj[key];
    if (typeof sent !== 'object' || sent === null || Array.isArray(sent)) return undefined;
    const { ip, userAgent } = sent as Record<string, unknown>;
    return plainToInstance(EndUser, { ip, userAgent }, { exposeUnsetFields: false });
  });
  return applyDecorators(DropsUnknown(), read);
}

export class TransactionFieldInput {
  /** The name of the value, such as `받는 분`. 1 to 20 characters of visible text on one line, used exactly as sent. */
  @IsString()
  @Matches(SIGNED_TEXT, shownLineOf(TRANSACTION_LABEL_LENGTH))
  @Matches(new RegExp(`^.{1,${TRANSACTION_LABEL_LENGTH}}$`, 'u'), shownLineOf(TRANSACTION_LABEL_LENGTH))
  label: string;

  /** The value, such as `홍길동`. 1 to 100 characters of visible text on one line, used exactly as sent. */
  @IsString()
  @Matches(SIGNED_TEXT, shownLineOf(TRANSACTION_VALUE_LENGTH))
  @Matches(new RegExp(`^.{1,${TRANSACTION_VALUE_LENGTH}}$`, 'u'), shownLineOf(TRANSACTION_VALUE_LENGTH))
  value: string;
}

/** 1 to 10 fields, in the order in which they are shown and signed; or none at all. */
function IsTransaction(): PropertyDecorator {
  return applyDecorators(
    ApiPropertyOptional({ type: () => [TransactionFieldInput], minItems: 1, maxItems: TRANSACTION_FIELDS }),
    Optional(),
    IsArray(),
    ArrayMinSize(1),
    ArrayMaxSize(TRANSACTION_FIELDS),
    // Nested validation walks through arrays: without this rule a list in the list is taken for a field.
    IsObject({ each: true }),
    ValidateNested({ each: true }),
    Type(() => TransactionFieldInput),
  );
}

export class StartRequest extends NamedPersonRequest {
  /** Why the person is asked; shown in the app. One line of 1 to 40 characters (Unicode code points). */
  @Trimmed()
  @IsString()
  @Matches(SHOWN_TEXT, shownLineOf(PURPOSE_LENGTH))
  @Matches(new RegExp(`^.{1,${PURPOSE_LENGTH}}$`, 'u'), shownLineOf(PURPOSE_LENGTH))
  purpose: string;

  /**
   * For an agency: the site that it serves, one line of 1 to 64 characters, the same for each start from this site. The
   * limit of starts for one person (5 in ten minutes, 20 a day) then counts each site, within 30 in ten minutes for the
   * agency. It is shown nowhere.
   */
  @Optional()
  @Trimmed()
  @IsString()
  @Matches(SHOWN_TEXT, shownLineOf(SITE_LENGTH))
  @Matches(new RegExp(`^.{1,${SITE_LENGTH}}$`, 'u'), shownLineOf(SITE_LENGTH))
  site?: string;

  /** Where the person is, as the relying party says; the app shows it so. What is no object is dropped. */
  @ReadableEndUser()
  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => EndUser)
  endUser?: EndUser;

  /**
   * How the person is verified. `push` (the default): the phone is woken, the person enters the PIN, and the app shows
   * a code; a person who is not a subscriber gets the code by SMS. `otp`: the person reads the current six digits from
   * the app, which needs no network. `sign`: the app computes eight digits from a transaction, for financial
   * institutions (scope `signing`). `approve`: the phone is woken, and the person types the two digits that the page shows
   * (`match`) and the PIN into the app, which verifies; there is no code, and nobody gets an SMS.
   */
  @Optional()
  @IsIn(METHODS)
  method?: Method;

  /**
   * Required with `sign`, refused otherwise: the 1 to 10 fields that the app shows and the person signs, in this order.
   */
  @IsTransaction()
  transaction?: TransactionFieldInput[];

  /**
   * With `push`: true for two digits, answered as `match`, that the page shows and the person types into the app before it
   * opens. With the channel `sms` they are of no use. `approve` always has them; refused with `otp` and `sign`.
   */
  @Optional()
  @IsBoolean()
  match?: boolean;
}

export class WaitQuery {
  /** Seconds to hold the answer until the state changes, 0 to 30, in decimal digits. 0 when left out. */
  @IsOptional()
  @Transform(({ value }: { value: unknown }) => (/^\d{1,9}$/.test(String(value)) ? Number(value) : value))
  @IsInt()
  @Min(0)
  @Max(30)
  wait?: number;
}

export class VerificationRequest {
  /**
   * The six digits that the person entered, or eight when a transaction was signed. Blanks, dashes, full-width digits and
   * invisible characters are normalised.
   */
  @Compacted()
  @Matches(/^\d{6}(\d{2})?$/, { message: 'a text of six digits, or of eight where a transaction was signed' })
  code: string;

  /** With `sign`: the transaction, exactly as it was sent at the start. With any difference the code is wrong. */
  @IsTransaction()
  transaction?: TransactionFieldInput[];
}

export class ResultResponse {
  /** The id of the person at this relying party. Other relying parties get other ids. */
  subject: string;
  /** ISO 8601 date, such as `1990-01-01`. */
  birthDate: string;
  /** As the seventh digit of the resident registration number says. */
  gender: 'male' | 'female';
  /** True for a person who is registered in Korea as a foreigner. */
  foreigner: boolean;
  /** E.164, such as `+821012345678`. */
  phoneNumber: string;
  /** RFC 3339, UTC. */
  verifiedAt: string;
  /** How the person was verified. */
  channel: Channel;
  /** Present only while true: the person's app was reissued recently after a loss or damage. Treat with caution. */
  recentlyReissued?: boolean;

  /** True for 240 hours after the SIM of the line was changed; otherwise left out. */
  recentSimChange?: boolean;

  /**
   * True for 72 hours after a phone was enrolled without the confirmation of the one before it, also after the first
   * phone of a subscription; otherwise left out.
   */
  recentlyEnrolled?: boolean;

  /** Present and true in test mode alone: the person is a test person. */
  test?: boolean;
}

export class AuthenticationResponse {
  /** Opaque. */
  id: string;
  /** `push` or `sms` for the method `push`; otherwise the method. `sms` does not say whether a message was sent. */
  channel: Channel;
  /** `pending` and `opened` (the PIN was entered) are open; every other state is final. */
  state: AuthenticationState;
  /** RFC 3339, UTC: 180 seconds after the start. */
  expiresAt: string;
  /** Codes that can still be tried, of five. With `approve` no code is tried, so it stays 5. */
  attemptsLeft: number;
  /**
   * Two digits for the page to show beside the words that the person types them into the app. Present while `pending`,
   * with `approve` and where the start had `match: true`, whether or not there is a phone that asks for them.
   */
  match?: string;
  /** Present once `verified`. */
  result?: ResultResponse;
  /** Present and true in test mode alone. */
  test?: boolean;
}

export class VerificationResponse {
  state: 'verified';
  result: ResultResponse;
  /**
   * The result as a compact JWS (ES256), signed by a key of `/oauth2/jwks`. `aud` is the client id, `jti` the
   * authentication id.
   */
  assertion: string;
}
