import type { NamedPerson } from '../../lines/named-person.ts';
import { parsePerson, seoulDay } from '../../domain/person.ts';
import { parsePhoneNumber } from '../../domain/phone-number.ts';
import { compactText, residentDigits, visibleText } from '../../domain/typed-text.ts';
import type { PersonField, TypedPerson } from '../../pages/person-fields.ts';

/**
 * Parses the person in a form, as people type and paste it: a resident number's first seven digits may stand together in
 * the field of the birth date. If a field is not valid, returns the typed values and the invalid fields, so that the
 * page can show them again.
 */
export function parsePersonForm(form: Readonly<Record<string, string>>): NamedPerson | { typed: TypedPerson } {
  const values = { ...residentOf(form), phoneNumber: visibleText(form['phoneNumber'] ?? '').slice(0, 32) };
  const faults: PersonField[] = [];
  const { birthDate, genderDigit, phoneNumber } = values;
  if (!/^\d$/.test(genderDigit)) faults.push('genderDigit');
  // The gender digit determines the century. Without a valid one, any century serves to detect a date that does not
  // exist.
  const inACentury = faults.length > 0 ? '1' : genderDigit;
  if (!parsePerson({ birthDate, genderDigit: inACentury, today: seoulDay(new Date()) })) faults.unshift('birthDate');
  if (!parsePhoneNumber(phoneNumber)) faults.push('phoneNumber');
  return faults.length > 0 ? { typed: { values, faults } } : values;
}

function residentOf(form: Readonly<Record<string, string>>): { birthDate: string; genderDigit: string } {
  const [birthDate, genderDigit] = [compactText(form['birthDate'] ?? ''), compactText(form['genderDigit'] ?? '')];
  const together = residentDigits(birthDate);
  if (together && (genderDigit === '' || genderDigit === together.genderDigit)) return together;
  return { birthDate: birthDate.slice(0, 20), genderDigit: genderDigit.slice(0, 20) };
}
