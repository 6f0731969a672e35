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
 * The stricter form for signed text: at least one visible character, and none that screens leave out, such as fillers and
 * variation selectors, with which two different transactions could look alike.
 */
export const SIGNED_TEXT =
  /^(?=.*[\p{L}\p{N}\p{P}\p{S}])[^\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800\ufffd]+$/u;

/** What the rules of texts say is wanted, as the end of `Send name as …` (see `rule-sentences.ts`). */
export const ONE_LINE = { message: 'one line of text' };
export const ONE_SHOWN_LINE = { message: 'one line of visible text' };

/** As {@link ONE_SHOWN_LINE}, where another rule counts the code points. */
export function shownLineOf(most: number): { message: string } {
  return { message: `one line of visible text of 1 to ${most} characters` };
}

/** An emoji with its modifiers, after which a joiner or a variation selector is part of what a person sees. */
const EMOJI = String.raw`[\p{Extended_Pictographic}\d#*]\p{Emoji_Modifier}?\ufe0f?`;
const NEVER_SHOWN = String.raw`\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800\ufffd`;
const WITHIN_EMOJI = String.raw`(?<=${EMOJI})\u200d(?=\p{Extended_Pictographic})|(?<=[\p{Extended_Pictographic}\d#*])\ufe0f`;

/**
 * The rule for every text that a person reads: one line with at least one visible character, and none that screens leave
 * out, such as Hangul fillers, the blank Braille pattern and zero-width blanks. Emoji keep their joiners.
 */
export const SHOWN_TEXT = new RegExp(
  String.raw`^(?=.*[\p{L}\p{N}\p{P}\p{S}])(?:[^${NEVER_SHOWN}]|${WITHIN_EMOJI})+$`,
  'u',
);

/** Joiners, direction marks, and the tags and selectors of emoji, which come along when a text is copied. */
const COPIED_ALONG = new RegExp(
  String.raw`(?!${WITHIN_EMOJI})(?:\p{Bidi_Control}|\u200c|\u200d|[\ufe00-\ufe0f]|[\u{e0020}-\u{e007f}])`,
  'gu',
);

/** As `Trimmed`, for names that people paste: direction marks are dropped, and joiners outside of an emoji. */
export function TrimmedName(): PropertyDecorator {
  return Transform(({ value }: { value: unknown }) =>
    typeof value === 'string' ? value.normalize('NFC').replace(COPIED_ALONG, '').trim() : value,
  );
}

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
