import type { FastifyRequest } from 'fastify';
import { parsePhoneNumber } from '../domain/phone-number.ts';
import { addressOf, networkOf } from '../http/address.ts';
import type { FormLimit } from '../http/form-limits.ts';
import type { NamedPerson } from '../lines/named-person.ts';

/** Maximum submissions of one form from one address in ten minutes. A whole office may share an address. */
const OF_AN_ADDRESS = { times: 60, seconds: 600 };
/** Maximum reports a day about one person, from any sender. */
const OF_A_PERSON = { times: 5, seconds: 86_400 };
/**
 * Maximum reports a day about one number, with any birth date. Far higher than the limit for a person; otherwise an
 * attacker who knows only the number could exhaust it.
 */
const OF_A_NUMBER = { times: 100, seconds: 86_400 };

/** The limit of a form for the address of a request. */
export function addressLimit(form: string, request: FastifyRequest): FormLimit {
  return { name: `${form} of an address`, of: networkOf(addressOf(request)), ...OF_AN_ADDRESS };
}

/**
 * The limit of a form about a person for the address of a request. It spends nothing of what the person may send from
 * elsewhere, so that no stranger uses it up.
 */
export function senderLimit(form: string, request: FastifyRequest, person: NamedPerson): FormLimit {
  const [ofAPerson] = personLimits(form, person);
  const of = `${ofAPerson.of} ${networkOf(addressOf(request))}`;
  return { ...ofAPerson, name: `${form} of a person by an address`, of };
}

/** Limits of a report about a person whose fields are valid. */
export function personLimits(form: string, person: NamedPerson): [ofAPerson: FormLimit, ofANumber: FormLimit] {
  const { phoneNumber, birthDate, genderDigit } = person;
  const number = parsePhoneNumber(phoneNumber) ?? '';
  return [
    { name: `${form} of a person`, of: `${number} ${birthDate}${genderDigit}`, ...OF_A_PERSON },
    { name: `${form} of a number`, of: number, ...OF_A_NUMBER },
  ];
}
