import { filled } from '../domain/changed-texts.ts';

/** A text as an adopter's file names and replaces it. */
export interface KeyedText {
  /** The present text; the values of a function stand in it as `{1}`, `{2}`. Null if a file cannot replace it. */
  readonly text: string | null;
  /** The numbers of its values. */
  readonly values: readonly number[];
}

/** Texts by key, such as `customers.home.title`, from an object of rooms. */
export function textsByKey(texts: object, prefix = ''): Map<string, KeyedText> {
  const found = new Map<string, KeyedText>();
  for (const [name, value] of Object.entries(texts) as [string, unknown][]) {
    const key = prefix + name;
    if (typeof value === 'string') found.set(key, { text: value, values: [] });
    else if (typeof value === 'function') found.set(key, learned(value as Composed));
    else if (typeof value === 'object' && value !== null)
      for (const [inner, text] of textsByKey(value, `${key}.`)) found.set(inner, text);
  }
  return found;
}

/** Private characters, which no text has, stand for the values of a function while its text is learned. */
const FIRST_VALUE = 0xe001;
const VALUE = /[\ue001-\ue009]/g;

/** One hour of a day, many hours, and a day in minutes. None is 1: a changed text has no form of its own for one. */
const NUMBERS = [7, 48, 1_440];

type Composed = (...values: unknown[]) => unknown;

/** A function's text, from a call with marks as values. A function that computes with its values does not reveal it. */
function learned(compose: Composed): KeyedText {
  const marks = Array.from({ length: compose.length }, (_, at) => String.fromCharCode(FIRST_VALUE + at));
  const fixed = { text: null, values: [] };
  try {
    const said = compose(...marks);
    if (typeof said !== 'string' || marks.some((mark) => !said.includes(mark))) return fixed;
    const text = said.replace(VALUE, (mark) => `{${mark.charCodeAt(0) - FIRST_VALUE + 1}}`);
    return computes(compose, text) ? fixed : { text, values: marks.map((_, at) => at + 1) };
  } catch {
    return fixed;
  }
}

/** True if a function writes numbers otherwise than its text says: as hours, with zeros in front, or one more of them. */
function computes(compose: Composed, text: string): boolean {
  return NUMBERS.some((number) => {
    const values = Array.from({ length: compose.length }, () => number);
    try {
      return compose(...values) !== filled(text, values);
    } catch {
      // It takes names and no numbers.
      return false;
    }
  });
}
