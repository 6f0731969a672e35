import { parsePhoneNumber } from '../../domain/phone-number.ts';
import { parsePerson, seoulDay } from '../../domain/person.ts';
import { Problem } from '../../domain/problem.ts';

/** The person that a `login_hint` names; without `owner`, by the phone number alone. */
export interface HintedPerson {
  /** E.164. */
  phoneNumber: string;
  owner?: { birthDate: string; genderDigit: string };
}

const FORM = 'tel:+821012345678;x-birthdate=900101;x-gender-digit=1';

/**
 * Reads a `login_hint`: a global number of RFC 3966 without visual separators, with the birth date (YYMMDD) and the
 * gender digit (0-9) as its parameters, in any order. Problems: `invalid_request`, which names the part and never its
 * value, and `unknown_user_id` for a number that is no Korean mobile number.
 */
export function readLoginHint(hint: string, { mayNameByNumber }: { mayNameByNumber: boolean }): HintedPerson {
  if (/^tel: /i.test(hint)) throw refused('A plus sign in a form is a blank: write it as %2B in login_hint.');
  const [uri = '', ...parameters] = hint.split(';');
  const number = /^tel:(\+\d{8,15})$/.exec(uri)?.[1];
  if (number === undefined) throw refused(`Send login_hint in the form ${FORM}.`);
  const owner = ownerIn(parameters);
  if (!owner && !mayNameByNumber) throw refused(`Add the birth date and the gender digit to login_hint: ${FORM}.`);
  const phoneNumber = number.startsWith('+82') ? parsePhoneNumber(number) : null;
  if (phoneNumber === null)
    throw new Problem('unknown_user_id', 'The number in login_hint is not a Korean mobile number.');
  return { phoneNumber, ...(owner && { owner }) };
}

function ownerIn(parameters: readonly string[]): HintedPerson['owner'] {
  if (parameters.length === 0) return undefined;
  const read = new Map<string, string>();
  for (const parameter of parameters) {
    const [, name = '', value = ''] = /^([^=]*)=(.*)$/s.exec(parameter) ?? [];
    if (name !== 'x-birthdate' && name !== 'x-gender-digit')
      throw refused('Only x-birthdate and x-gender-digit may follow the number in login_hint.');
    if (read.has(name)) throw refused(`Send ${name} once in login_hint.`);
    read.set(name, value);
  }
  const [birthDate, genderDigit] = [read.get('x-birthdate'), read.get('x-gender-digit')];
  if (birthDate === undefined || genderDigit === undefined)
    throw refused('Send both x-birthdate and x-gender-digit in login_hint, or neither.');
  if (!/^\d$/.test(genderDigit)) throw refused('The x-gender-digit in login_hint must be one digit.');
  if (!parsePerson({ birthDate, genderDigit, today: seoulDay(new Date()) }))
    throw refused('The x-birthdate in login_hint must be a day (YYMMDD), not in the future.');
  return { birthDate, genderDigit };
}

function refused(detail: string): Problem {
  return new Problem('invalid_request', detail);
}
