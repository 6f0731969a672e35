import { Matches } from 'class-validator';
import { Optional } from '../http/optional.ts';

/** `PhoneNumber` of CAMARA Commonalities. */
export const CAMARA_NUMBER = /^\+[1-9][0-9]{4,14}$/;

/** What is wanted in place of another number, which is not repeated. */
export const OF_FORM = { message: 'a text in E.164 with its plus sign, such as +821012345678' };

/** A request about a line. */
export class LineRequest {
  /** In E.164, with a token of the client alone. A token that stands for a person identifies the line itself. */
  @Optional()
  @Matches(CAMARA_NUMBER, OF_FORM)
  phoneNumber?: string;
}
