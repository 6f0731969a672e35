/** A text of a room, as an adopter's file names and replaces it. */
export interface KeyedText {
  /** Where it is among the texts of its room. */
  readonly path: readonly string[];
  /** The present text; the values of a function stand in it as `{1}`, `{2}`. Null if a file cannot replace it. */
  readonly text: string | null;
  /** The numbers of its values. */
  readonly values: readonly number[];
}

type Group = Record<string, unknown>;

/** Private characters, which no text has, stand for the values of a function while its text is learned. */
const FIRST_VALUE = 0xe001;
const VALUE = /[\ue001-\ue009]/g;

/** The texts of a room by key: `customers.home.title`, `customers.home.who.rules.0`. */
export function textsByKey(texts: object, room: string, path: readonly string[] = []): Map<string, KeyedText> {
  const found = new Map<string, KeyedText>();
  for (const [name, value] of Object.entries(texts) as [string, unknown][]) {
    const here = [...path, name];
    const key = [room, ...here].join('.');
    if (typeof value === 'string') found.set(key, { path: here, text: value, values: [] });
    else if (typeof value === 'function') found.set(key, { path: here, ...learned(value as Composed) });
    else if (isGroup(value)) for (const [inner, text] of textsByKey(value, room, here)) found.set(inner, text);
  }
  return found;
}

/**
 * A copy of a room's texts with those replaced that `changes` names by their keys. A replaced function fills the
 * values into its text.
 */
export function withTexts(texts: object, room: string, changes: ReadonlyMap<string, string>): object {
  const copy = structuredCopy(texts) as Group;
  for (const [key, { path }] of textsByKey(texts, room)) {
    const text = changes.get(key);
    if (text === undefined) continue;
    const last = path.at(-1) ?? '';
    let group = copy;
    for (const name of path.slice(0, -1)) group = group[name] as Group;
    group[last] = typeof group[last] === 'function' ? (...values: unknown[]) => filled(text, values) : text;
  }
  return copy;
}

/** One hour of a day, many hours, and a day in minutes. None is 1: a plural is lost where a text is changed. */
const NUMBERS = [7, 48, 1_440];

type Composed = (...values: unknown[]) => unknown;

/** A function's text, from a call with marks as values. A function that computes with its values does not reveal it. */
function learned(compose: Composed): Omit<KeyedText, 'path'> {
  const marks = Array.from({ length: compose.length }, (_, at) => String.fromCharCode(FIRST_VALUE + at));
  const fixed = { text: null, values: [] };
  try {
    const said = compose(...marks);
    if (typeof said !== 'string' || marks.some((mark) => !said.includes(mark))) return fixed;
    const text = said.replace(VALUE, (mark) => `{${mark.charCodeAt(0) - FIRST_VALUE + 1}}`);
    if (computes(compose, text)) return fixed;
    return { text, values: marks.map((_, at) => at + 1) };
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

function filled(text: string, values: readonly unknown[]): string {
  return text.replace(/\{(\d)\}/g, (_, at: string) => String(values[Number(at) - 1]));
}

function structuredCopy(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(structuredCopy);
  if (!isGroup(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, structuredCopy(one)]));
}

function isGroup(value: unknown): value is Group {
  return typeof value === 'object' && value !== null;
}
