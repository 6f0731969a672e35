import type { LineFacts } from '../../domain/line.ts';

/** Whoever knows a carrier's lines: our register of them, or the carrier's own system. */
export abstract class CarrierDirectory {
  /**
   * The line that has this E.164 number now; null where the carrier has none. Rejects with `CarrierUnavailable` when
   * the carrier cannot be asked, or its answer cannot be understood.
   */
  abstract byPhoneNumber(phoneNumber: string): Promise<LineFacts | null>;
}

/** The injection token of the directory that an adopter gives; null where there is none. */
export const ADOPTED_DIRECTORY = Symbol('adopted directory');

/** The carrier did not answer, or not in a way that anybody should act on. The message names no personal data. */
export class CarrierUnavailable extends Error {
  override readonly name = 'CarrierUnavailable';
}
