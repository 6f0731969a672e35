import { Transform } from 'class-transformer';
import { compactText, serialNumberIn } from '../domain/typed-text.ts';

/**
 * One line of text without control or invisible characters, which could deceive a reader or break a log line. Lone
 * surrogates (`Cs`) and U+FFFD are refused too: they stand for characters that were lost, so two texts could become one.
 */
export const PLAIN_TEXT = /^[^\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\ufffd]+$/u;

/** A text of any other characters that comes back to its sender unchanged: no lone surrogate and no U+FFFD. */
export const KEPT_TEXT = /^[^\p{Cs}\ufffd]*$/u;

/**
 * The stricter form for signed text: no character that screens leave out, such as fillers and variation selectors, with
 * which two different transactions could look alike.
 */
export const SIGNED_TEXT = /^[^\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800\ufffd]+$/u;

/** Trims the value and normalises it to NFC, so that texts that look alike have one form. */
export function Trimmed(): PropertyDecorator {
  return Transform(({ value }: { value: unknown }) =>
    typeof value === 'string' ? value.normalize('NFC').trim() : value,
  );
}

/** Normalises a code or number as a person typed or pasted it, before it is validated. */
export function Compacted(): PropertyDecorator {
  return Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? compactText(value) : value));
}

/** Normalises the serial number of a device as a person typed or pasted it, before it is validated. */
export function TypedSerialNumber(): PropertyDecorator {
  return Transform(({ value }: { value: unknown }) => (typeof value === 'string' && serialNumberIn(value)) || value);
}
