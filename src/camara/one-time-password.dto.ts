import { IsString, Length, Matches } from 'class-validator';
import { Compacted, SHOWN_TEXT, Trimmed } from '../http/plain-text.ts';
import { CAMARA_NUMBER, OF_FORM } from './camara.dto.ts';

/** A message with `{{code}}` and no other placeholder. */
const TEMPLATE = /^(?=.*\{\{code\}\})(?:(?!\{\{(?!code\}\})).)*$/;
const A_TEMPLATE = { message: 'one line of visible text that has {{code}}, no other {{ and a length' };

export class SendCodeRequest {
  @Matches(CAMARA_NUMBER, OF_FORM)
  phoneNumber: string;

  /** One line with `{{code}}` in the place of the code. */
  @Trimmed()
  @IsString()
  @Length(8, 160)
  @Matches(SHOWN_TEXT, A_TEMPLATE)
  @Matches(TEMPLATE, A_TEMPLATE)
  message: string;
}

export class SendCodeResponse {
  authenticationId: string;
}

export class ValidateCodeRequest {
  @IsString()
  @Length(1, 36)
  authenticationId: string;

  @Compacted()
  @IsString()
  @Length(1, 10)
  code: string;
}
