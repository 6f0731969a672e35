import { LONGEST_LINE_ID, type LineFacts } from '../../domain/line.ts';
import { parsePerson } from '../../domain/person.ts';

const ID = new RegExp(`^[\\x21-\\x7e]{1,${LONGEST_LINE_ID}}$`);
const NUMBER = /^\+8210\d{8}$/;
/** One line of visible characters without outer blanks. */
const NAME = /^[\x21-\x7e가-힣](?:[\x20-\x7e가-힣]{0,38}[\x21-\x7e가-힣])?$/;
const MODEL = /^[\x21-\x7e가-힣](?:[\x20-\x7e가-힣]{0,78}[\x21-\x7e가-힣])?$/;
const SIX_DIGITS = /^\d{6}$/;
const DIGIT = /^\d$/;

const [FACTS, OWNER] = [8, 2];
const [HANDSET, WITHOUT_MODEL] = [4, 3];

/**
 * True for a line in the ordinary form, which the rules of `SnapshotLine` accept and leave as it is: it needs no
 * validation, which takes ten times as long. Whether another one is acceptable, and what is wrong with it, the rules say.
 * `today` is the ISO date in Asia/Seoul.
 */
export function isPlainLine(document: object, today: string): document is LineFacts {
  const { lineId, phoneNumber, carrier, status, holder, owner, plan, handset } = document as Unknown<LineFacts>;
  return (
    Object.keys(document).length === FACTS &&
    fits(ID, lineId) &&
    fits(NUMBER, phoneNumber) &&
    fits(NAME, carrier) &&
    (status === 'active' || status === 'suspended' || status === 'terminated') &&
    (holder === 'self' || holder === 'corporate' || holder === 'other_party') &&
    (plan === 'postpaid' || plan === 'prepaid' || plan === 'm2m') &&
    isPlainOwner(owner, today) &&
    isPlainHandset(handset)
  );
}

type Unknown<Type> = { [Name in keyof Type]?: unknown };

function isPlainOwner(value: unknown, today: string): boolean {
  if (!isObject(value) || Object.keys(value).length !== OWNER) return false;
  const { birthDate, genderDigit } = value as Unknown<LineFacts['owner']>;
  if (!fits(SIX_DIGITS, birthDate) || !fits(DIGIT, genderDigit)) return false;
  return parsePerson({ birthDate, genderDigit, today }) !== null;
}

function isPlainHandset(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { os, osVersion, formFactor, model } = value as Unknown<LineFacts['handset']>;
  const isModelPlain = model === undefined || fits(MODEL, model);
  return (
    Object.keys(value).length === (model === undefined ? WITHOUT_MODEL : HANDSET) &&
    fits(NAME, os) &&
    fits(NAME, osVersion) &&
    (formFactor === 'phone' || formFactor === 'tablet') &&
    isModelPlain
  );
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function fits(form: RegExp, value: unknown): value is string {
  return typeof value === 'string' && form.test(value);
}
