import { applyDecorators } from '@nestjs/common';
import { IsBoolean, IsIn, IsInt, IsISO8601, IsString, Length, Matches } from 'class-validator';
import { Optional } from '../http/optional.ts';
import { LineRequest } from './camara.dto.ts';

/** A text about a person that a relying party compares; no name, address or document is longer. */
const Text = (): PropertyDecorator => applyDecorators(Optional(), IsString(), Length(1, 256));
const A_DAY = { message: 'a day of the calendar in the form YYYY-MM-DD' };
/** A calendar day, `YYYY-MM-DD`. */
const Day = (): PropertyDecorator =>
  applyDecorators(Optional(), IsISO8601({ strict: true }, A_DAY), Matches(/^\d{4}-\d{2}-\d{2}$/, A_DAY));

export class VerifyAgeRequest extends LineRequest {
  /** Full years: 14, 15, 18 or 19. */
  @IsInt()
  ageThreshold: number;

  @Text()
  idDocument?: string;

  @Text()
  name?: string;

  @Text()
  givenName?: string;

  @Text()
  familyName?: string;

  @Text()
  middleNames?: string;

  @Text()
  familyNameAtBirth?: string;

  @Day()
  birthdate?: string;

  @Text()
  email?: string;

  @Optional()
  @IsBoolean()
  includeContentLock?: boolean;

  @Optional()
  @IsBoolean()
  includeParentalControl?: boolean;
}

/** The answer about one fact, as a text. */
export type MatchResult = 'true' | 'false' | 'not_available';

export class VerifyAgeResponse {
  ageCheck: MatchResult;
  /** The carrier checked an identity document when the contract was made. */
  verifiedStatus?: boolean;
  contentLock?: MatchResult;
  parentalControl?: MatchResult;
}

const DOCUMENT_TYPES = [
  'passport',
  'national_id_card',
  'residence_permit',
  'diplomatic_id',
  'driver_licence',
  'social_security_id',
  'other',
];

/** The attributes of Know Your Customer Match 0.4.0. */
export class MatchRequest extends LineRequest {
  @Text()
  idDocument?: string;

  @Optional()
  @IsIn(DOCUMENT_TYPES)
  idDocumentType?: string;

  @Day()
  idDocumentExpiryDate?: string;

  @Text()
  name?: string;

  @Text()
  givenName?: string;

  @Text()
  familyName?: string;

  @Text()
  nameKanaHankaku?: string;

  @Text()
  nameKanaZenkaku?: string;

  @Text()
  middleNames?: string;

  @Text()
  familyNameAtBirth?: string;

  @Text()
  address?: string;

  @Text()
  streetName?: string;

  @Text()
  streetNumber?: string;

  @Text()
  postalCode?: string;

  @Text()
  region?: string;

  @Text()
  locality?: string;

  @Text()
  country?: string;

  @Text()
  houseNumberExtension?: string;

  @Day()
  birthdate?: string;

  @Text()
  email?: string;

  @Optional()
  @IsIn(['MALE', 'FEMALE', 'OTHER'])
  gender?: 'MALE' | 'FEMALE' | 'OTHER';

  @Text()
  cityOfBirth?: string;

  @Text()
  countryOfBirth?: string;

  @Text()
  nationality?: string;
}
