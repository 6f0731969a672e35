import { LONGEST_LINE_ID } from '../domain/line.ts';
import { PLAIN_TEXT } from '../http/plain-text.ts';

/** Whether the value can be the id of a line: one line of text with 1 to 128 characters, all of which can be stored. */
export function isLineId(value: unknown): value is string {
  return typeof value === 'string' && value.length <= LONGEST_LINE_ID && PLAIN_TEXT.test(value);
}
