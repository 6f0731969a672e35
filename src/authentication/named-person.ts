import type { ServiceKeys } from '../crypto/service-keys.ts';
import type { NamedPerson } from '../lines/named-person.ts';

/** Decrypts the person of an authentication's row. */
export function decryptNamedPerson(keys: ServiceKeys, id: string, person: Buffer): NamedPerson {
  return JSON.parse(keys.fields.decrypt(person, `authentications:person:${id}`).toString('utf8')) as NamedPerson;
}
