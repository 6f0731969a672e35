import { Transform } from 'class-transformer';

/** One line of text without control or invisible characters, which would deceive whoever reads it, and break a log. */
export const PLAIN_TEXT = /^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+$/u;

/**
 * The same for what is signed: nothing at all that a screen leaves out, such as fillers and variation selectors, which
 * would let two transactions look alike.
 */
export const SIGNED_TEXT = /^[^\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]+$/u;

/** Takes the blanks off both ends, and composes what looks alike into one form (NFC). */
export function Trimmed(): PropertyDecorator {
  return Transform(({ value }: { value: unknown }) =>
    typeof value === 'string' ? value.normalize('NFC').trim() : value,
  );
}
