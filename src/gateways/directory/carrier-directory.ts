import type { LineFacts } from '../../domain/line.ts';

/** A line as a directory tells it. */
export interface DirectoryLine extends LineFacts {
  /** When its SIM was last changed, where the carrier's system knows: a fresh SIM may not join. */
  simChangedAt?: Date;
}

/** The source of line facts: this service's register of lines, or the carrier's own system. */
export abstract class CarrierDirectory {
  /**
   * The line that has this E.164 number now; null if the carrier has none.
   * Rejects with `CarrierUnavailable` when the carrier cannot be reached or its answer cannot be understood.
   */
  abstract byPhoneNumber(phoneNumber: string): Promise<DirectoryLine | null>;
}

/** The injection token of the directory that an adopter gives; null where there is none. */
export const ADOPTED_DIRECTORY = Symbol('adopted directory');

/** The carrier gave no answer, or none that the service can act on. The message contains no personal data. */
export class CarrierUnavailable extends Error {
  override readonly name = 'CarrierUnavailable';
}
