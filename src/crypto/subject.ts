import { createHmac } from 'node:crypto';

/**
 * A person's id at one relying party (`sub`): stable at that relying party, different at every other one, and different
 * for the next owner of the same line. 32 bytes as base64url. `sector` is the one that several relying parties share,
 * or the id of the only one.
 */
export function subjectOf(key: Buffer, input: { sector: string; lineId: string; owner: string }): string {
  return createHmac('sha256', key).update(`${input.sector}\0${input.lineId}\0${input.owner}`).digest('base64url');
}
