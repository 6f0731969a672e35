import { LONGEST_LINE_ID, type FormFactor, type Holder, type LineStatus, type Plan } from '../../domain/line.ts';
import { PLAIN_TEXT } from '../../http/plain-text.ts';

/** The values of the facts that have a closed list. */
export const FACT_VALUES = {
  status: ['active', 'suspended', 'terminated'] satisfies LineStatus[],
  holder: ['self', 'corporate', 'other_party'] satisfies Holder[],
  plan: ['postpaid', 'prepaid', 'm2m'] satisfies Plan[],
  handsetFormFactor: ['phone', 'tablet'] satisfies FormFactor[],
} as const;

/** Maximum characters of a value: what a line id may have, which is the longest one. */
const MAX_LENGTH = LONGEST_LINE_ID;

/** YYMMDD, as the first six digits of a resident registration number. */
export const BIRTH_DATE = /^\d{6}$/;
/** The seventh digit of that number. */
export const GENDER_DIGIT = /^\d$/;

/** A value that is one line of text in a form; undefined for anything else. */
export function textIn(value: unknown, pattern = PLAIN_TEXT): string | undefined {
  return typeof value === 'string' && value.length <= MAX_LENGTH && pattern.test(value) ? value : undefined;
}

/** A value that is one of the choices; undefined for anything else. */
export function choiceIn<T extends string>(value: unknown, choices: readonly T[]): T | undefined {
  return choices.find((one) => one === value);
}
