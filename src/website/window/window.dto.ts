import { IsIn, IsOptional, IsString, MaxLength } from 'class-validator';
import { PickType } from '@nestjs/swagger';
import { StartRequest, WaitQuery } from '../../authentication/relying-party.dto.ts';
import { LOCALES, type Locale } from '../locale.ts';

/** What the person types into the window. */
export class WindowPerson extends PickType(StartRequest, ['birthDate', 'genderDigit', 'phoneNumber'] as const) {}

export class WindowPageQuery {
  @IsOptional()
  @IsIn(LOCALES)
  lang?: Locale;
}

export class WindowWaitQuery extends WaitQuery {}

/** What a page asks that follows something: how long it would wait, and what it knows already. */
export class FollowQuery extends WaitQuery {
  @IsOptional()
  @IsString()
  @MaxLength(32)
  state?: string;
}
