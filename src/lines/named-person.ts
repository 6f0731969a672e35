import type { ServiceKeys } from '../crypto/service-keys.ts';
import { parsePerson, seoulDay } from '../domain/person.ts';
import { parsePhoneNumber } from '../domain/phone-number.ts';
import { Problem } from '../domain/problem.ts';
import { A_BIRTH_DATE, A_MOBILE_NUMBER } from '../http/person-rules.ts';

/** The person that a caller names, as the person typed the data into a window. */
export interface NamedPerson {
  /** E.164. */
  phoneNumber: string;
  birthDate: string;
  genderDigit: string;
}

/** What stands in place of a person where a caller names a number alone. No typed data is like it. */
export const NOBODY = { birthDate: '', genderDigit: '' } as const;

/**
 * Looked up in place of the owner of a number that no line has, where a caller is not to notice: of the form of typed data,
 * and born in 1800, so that it is no owner's.
 */
export const NO_OWNER = { birthDate: '000101', genderDigit: '9' } as const;

/** True where a caller named a number alone. */
export function namesNobody({ birthDate }: Pick<NamedPerson, 'birthDate'>): boolean {
  return birthDate === NOBODY.birthDate;
}

/** Validates the typed data of a person, and returns the number in E.164. Problems: `invalid_request` with `errors`. */
export function readNamedPerson(typed: NamedPerson): NamedPerson {
  const { birthDate, genderDigit } = typed;
  const phoneNumber = parsePhoneNumber(typed.phoneNumber);
  const errors = [];
  if (!phoneNumber) {
    errors.push({ pointer: '/phoneNumber', detail: `Send phoneNumber as ${A_MOBILE_NUMBER.message}.` });
  }
  if (!parsePerson({ birthDate, genderDigit, today: seoulDay(new Date()) })) {
    errors.push({ pointer: '/birthDate', detail: `Send birthDate as ${A_BIRTH_DATE.message}.` });
  }
  if (!phoneNumber || errors.length > 0)
    throw new Problem('invalid_request', 'Correct the fields listed in errors.', { errors });
  return { phoneNumber, birthDate, genderDigit };
}

/** Decrypts the person of a row of `authentications`. */
export function decryptNamedPerson(keys: ServiceKeys, id: string, person: Buffer): NamedPerson {
  return JSON.parse(keys.fields.decrypt(person, `authentications:person:${id}`).toString('utf8')) as NamedPerson;
}
