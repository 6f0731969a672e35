import type { ServiceKeys } from '../crypto/service-keys.ts';

/** Who a window named, as it is kept (encrypted) with the authentication. */
export interface NamedPerson {
  /** E.164. */
  phoneNumber: string;
  birthDate: string;
  genderDigit: string;
}

/** Decrypts the person of an authentication's row. */
export function readPerson(keys: ServiceKeys, id: string, person: Buffer): NamedPerson {
  return JSON.parse(keys.fields.decrypt(person, `authentications:person:${id}`).toString('utf8')) as NamedPerson;
}
