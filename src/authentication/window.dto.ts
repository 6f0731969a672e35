import { PickType } from '@nestjs/swagger';
import { IsIn, IsString, Length, ValidateIf } from 'class-validator';
import { AuthenticationResponse, StartRequest } from './relying-party.dto.ts';

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
  @IsIn(['ko', 'en'])
  locale: 'ko' | 'en' = 'ko';
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
