import { duplicateRegistration } from '../crypto/duplicate-registration.ts';
import type { Client } from '../relying-parties/client.entity.ts';

/** The claim `di` of a person at a client. */
export function diOf(key: Buffer, client: Pick<Client, 'id'>, subject: string): string {
  return duplicateRegistration(key, { sector: client.id, subject });
}
