import type { NamedPerson } from '../../lines/named-person.ts';
import { parsePerson, seoulDay } from '../../domain/person.ts';
import { parsePhoneNumber } from '../../domain/phone-number.ts';
import type { PersonField, TypedPerson } from '../../pages/person-fields.ts';

/**
 * Parses the person in a form. If a field is not valid, returns the typed values and the invalid fields, so that the
 * page can show them again.
 */
export function parsePersonForm(form: Readonly<Record<string, string>>): NamedPerson | { typed: TypedPerson } {
  const clean = (field: PersonField) => (form[field] ?? '').trim().slice(0, 20);
  const values = {
    birthDate: clean('birthDate'),
    genderDigit: clean('genderDigit'),
    phoneNumber: clean('phoneNumber'),
  };
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
