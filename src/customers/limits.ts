import type { FastifyRequest } from 'fastify';
import { parsePhoneNumber } from '../domain/phone-number.ts';
import { addressOf, networkOf } from '../http/address.ts';
import type { FormLimit } from '../http/form-limits.ts';
import type { NamedPerson } from '../lines/named-person.ts';

/** Maximum submissions of one form from one address in ten minutes. A whole office may share an address. */
const OF_AN_ADDRESS = { times: 60, seconds: 600 };
/** Maximum forms a day about one person from one address. */
const OF_A_PERSON = { times: 5, seconds: 86_400 };
/**
 * Maximum forms a day about one number from one address, with any birth date: a number and a guess must not name its
 * owner. Higher than the limit for a person, for those who mistype their birth date.
 */
const OF_A_NUMBER = { times: 20, seconds: 86_400 };

/**
 * The maximum number of reports a day that name another person as the owner of a line, from all addresses together. An
 * attacker with many addresses would otherwise try all birth dates, about 36,500, until a report suspends.
 */
const WRONG_OWNERS = { times: 100, seconds: 86_400 };

/** The limit of a form for the address of a request. */
export function addressLimit(form: string, request: FastifyRequest): FormLimit {
  return { name: `${form} of an address`, of: networkOf(addressOf(request)), ...OF_AN_ADDRESS };
}

/**
 * Limits of a form about a person whose fields are valid, for the address of a request. They spend nothing of what may be
 * sent from elsewhere: a stranger who could use up what a person may report would silence the report of a stolen phone.
 */
export function senderLimits(
  form: string,
  request: FastifyRequest,
  person: NamedPerson,
): [ofAPerson: FormLimit, ofANumber: FormLimit] {
  const { phoneNumber, birthDate, genderDigit } = person;
  const number = parsePhoneNumber(phoneNumber) ?? '';
  const sender = networkOf(addressOf(request));
  return [
    { name: `${form} of a person by an address`, of: `${number} ${birthDate}${genderDigit} ${sender}`, ...OF_A_PERSON },
    { name: `${form} of a number by an address`, of: `${number} ${sender}`, ...OF_A_NUMBER },
  ];
}

/** The limit of a form for a customer who is logged in, which no one else can spend. */
export function ownLimit(form: string, lineId: string): FormLimit {
  return { name: `${form} of a customer`, of: lineId, ...OF_A_PERSON };
}

/**
 * Guesses at the owner of a line. They silence nobody: beyond the limit a report is taken as ever, but one without a login
 * goes to the call centre instead of suspending.
 */
export function wrongOwnerLimit(lineId: string): FormLimit {
  return { name: 'reports with another owner of a line', of: lineId, ...WRONG_OWNERS };
}
