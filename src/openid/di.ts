import { duplicateRegistration } from '../crypto/duplicate-registration.ts';
import type { Client } from '../relying-parties/client.entity.ts';

/** The claim `di` of a person at a client. */
export function diOf(key: Buffer, { id, sector }: Pick<Client, 'id' | 'sector'>, subject: string): string {
  return duplicateRegistration(key, { sector: sector ?? id, subject });
}
