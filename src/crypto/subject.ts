import { createHmac } from 'node:crypto';

/**
 * A person's id at one relying party (`sub`): stable at that relying party, different at every other one, and different
 * for the next owner of the same line. 32 bytes as base64url. Relying parties of one sector share it: `clientId` is then the sector.
 */
export function subjectOf(key: Buffer, input: { clientId: string; lineId: string; owner: string }): string {
  return createHmac('sha256', key).update(`${input.clientId}\0${input.lineId}\0${input.owner}`).digest('base64url');
}
