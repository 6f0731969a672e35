import type { ServiceKeys } from '../crypto/service-keys.ts';
import type { NamedPerson } from '../lines/named-person.ts';

/** Encrypts the person for the row of a test authentication. */
export function encryptTestPerson(keys: ServiceKeys, id: string, person: NamedPerson): Buffer {
  return keys.fields.encrypt(JSON.stringify(person), placeOf(id));
}

/** Decrypts the person of a test authentication's row. */
export function decryptTestPerson(keys: ServiceKeys, id: string, person: Buffer): NamedPerson {
  return JSON.parse(keys.fields.decrypt(person, placeOf(id)).toString('utf8')) as NamedPerson;
}

function placeOf(id: string): string {
  return `test_authentications:person:${id}`;
}
