import { ApiPropertyOptional, PickType } from '@nestjs/swagger';
import { IsBoolean, IsIn, IsString, Length, Matches, ValidateIf } from 'class-validator';
import { NAME_LENGTH, WINDOW_METHODS, type WindowMethod } from '../domain/authentication.ts';
import { KEPT_TEXT, SHOWN_TEXT, shownLineOf, Trimmed } from '../http/plain-text.ts';
import { AuthenticationResponse, StartRequest } from '../authentication/relying-party.dto.ts';
import { KnownLanguage } from '../http/known-language.ts';
import { LOCALES, type Locale } from '../domain/locale.ts';

export class OpenWindowRequest extends PickType(StartRequest, ['purpose'] as const) {
  /** Where the browser goes when the window closes. Must equal a return address registered for the relying party. */
  @IsString()
  @Length(1, 2048)
  returnUrl: string;

  /**
   * Comes back with the browser in the query, so that the relying party recognises its request. 1 to 512 characters.
   */
  @IsString()
  @Length(1, 512)
  @Matches(KEPT_TEXT, { message: 'text (no lone surrogates, no U+FFFD)' })
  state: string;

  /** The language of the window: a language tag such as `ko-KR`, of which the language counts. */
  @ApiPropertyOptional({ type: String, example: 'ko' })
  @KnownLanguage()
  @ValidateIf((_body, locale) => locale !== undefined)
  @IsIn(LOCALES)
  locale: Locale = LOCALES[0];

  /**
   * The method with which the window begins. `push` (the default): the phone is woken, the person enters the PIN, and
   * the app shows a code; a person who is not a subscriber gets the code by SMS. `otp`: the person reads the current
   * six digits from the app. The person may change to the other method once.
   */
  @ValidateIf((_body, method) => method !== undefined)
  @IsIn(WINDOW_METHODS)
  method?: WindowMethod;

  /**
   * True for a window that shows two digits, which the person types into the app before it opens. It counts where the
   * person is asked by push.
   */
  @ValidateIf((_body, match) => match !== undefined)
  @IsBoolean()
  match?: boolean;

  /**
   * The person's name as the relying party knows it, one line of 1 to 40 characters (Unicode code points). The window
   * shows it masked (`홍*동`) beside the number, to say whose one-time password it asks for. It is not verified.
   */
  @ValidateIf((_body, name) => name !== undefined)
  @Trimmed()
  @IsString()
  @Matches(SHOWN_TEXT, shownLineOf(NAME_LENGTH))
  @Matches(new RegExp(`^.{1,${NAME_LENGTH}}$`, 'u'), shownLineOf(NAME_LENGTH))
  name?: string;
}

export class OpenWindowResponse {
  /** Opaque. */
  windowId: string;
  /** The page to open in the person's browser. */
  url: string;
  /** RFC 3339, UTC: ten minutes after the window was created. */
  expiresAt: string;
}

export class WindowResponse {
  /** `closed` once the authentication has ended, `expired` when none was started in time. */
  state: 'open' | 'closed' | 'expired';
  /** Null until the person has started one. */
  authentication: AuthenticationResponse | null;
}
