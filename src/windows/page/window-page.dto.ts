import { IsIn, IsOptional, IsString, MaxLength } from 'class-validator';
import { PickType } from '@nestjs/swagger';
import { WINDOW_METHODS, type WindowMethod } from '../../domain/authentication.ts';
import { StartRequest, WaitQuery } from '../../authentication/relying-party.dto.ts';
import { LOCALES, type Locale } from '../../domain/locale.ts';

/** What the person types into the window. */
export class WindowPersonRequest extends PickType(StartRequest, ['birthDate', 'genderDigit', 'phoneNumber'] as const) {
  /** Where the person chose another one than the window's. */
  @IsOptional()
  @IsIn(WINDOW_METHODS)
  method?: WindowMethod;
}

/** How the person would rather be verified. */
export class WindowMethodRequest {
  @IsIn(WINDOW_METHODS)
  method: WindowMethod;
}

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
