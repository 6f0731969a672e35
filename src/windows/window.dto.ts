import { PickType } from '@nestjs/swagger';
import { IsIn, IsString, Length, Matches, ValidateIf } from 'class-validator';
import { NAME_LENGTH, WINDOW_METHODS, type WindowMethod } from '../domain/authentication.ts';
import { PLAIN_TEXT, Trimmed } from '../http/plain-text.ts';
import { AuthenticationResponse, StartRequest } from '../authentication/relying-party.dto.ts';
import { LOCALES, type Locale } from '../domain/locale.ts';

export class OpenWindowRequest extends PickType(StartRequest, ['purpose'] as const) {
  /** Registered for the relying party, compared letter by letter. */
  @IsString()
  @Length(1, 2048)
  returnUrl: string;

  /** Comes back with the browser, so that the relying party recognises it. */
  @IsString()
  @Length(1, 512)
  state: string;

  @ValidateIf((_body, locale) => locale !== undefined)
  @IsIn(LOCALES)
  locale: Locale = LOCALES[0];

  /**
   * How the window begins. `push` (the default): a wake-up, the PIN, a code; by SMS to whoever is not protected. `otp`:
   * the six digits of the present time, read from the app. The person may change over to the other one, once.
   */
  @ValidateIf((_body, method) => method !== undefined)
  @IsIn(WINDOW_METHODS)
  method?: WindowMethod;

  /**
   * The person as the relying party knows them, at most 40 characters as people count them. The window shows it masked
   * (`홍*동`) beside the number, to say whose one-time password is asked for; it is compared with nothing.
   */
  @ValidateIf((_body, name) => name !== undefined)
  @Trimmed()
  @IsString()
  @Matches(PLAIN_TEXT, { message: 'name must be one line of text' })
  @Matches(new RegExp(`^.{1,${NAME_LENGTH}}$`, 'u'), { message: `name must have 1 to ${NAME_LENGTH} characters` })
  name?: string;
}

export class OpenWindowResponse {
  windowId: string;
  url: string;
  expiresAt: string;
}

export class WindowResponse {
  state: 'open' | 'closed' | 'expired';
  authentication: AuthenticationResponse | null;
}
