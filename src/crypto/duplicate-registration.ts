import { createHmac } from 'node:crypto';

/**
 * A person's value for recognising a second registration (claim `di`) in one sector: 48 bytes as 64 characters of base64,
 * computed from the person's subject, which is the same within a sector and different in every other one. It is not the DI of
 * a Korean credit bureau.
 */
export function duplicateRegistration(key: Buffer, { sector, subject }: { sector: string; subject: string }): string {
  return createHmac('sha384', key).update(`di\0${sector}\0${subject}`).digest('base64');
}
