import { Matches } from 'class-validator';
import { Optional } from '../http/optional.ts';
import { LineRequest } from './camara.dto.ts';

export class VerifyNumberRequest extends LineRequest {
  /** SHA-256 of the number in E.164 with its plus sign, in hexadecimal digits. */
  @Optional()
  @Matches(/^[a-fA-F0-9]{64}$/, { message: 'a text of 64 hexadecimal digits' })
  hashedPhoneNumber?: string;
}
