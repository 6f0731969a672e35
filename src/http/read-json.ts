import { badBody, pointerBelow } from './faults.ts';

/** The maximum nesting; every body of the contract is flatter. */
const MAX_DEPTH = 8;

/**
 * Parses a request body that must be one JSON object.
 * A repeated key is refused: parsers disagree on which value counts, so one component could check a value that another
 * does not use. The parsed result has lost one of the two keys, so the text has more colons outside of strings than the
 * result has keys; only then is the key searched for. Keys such as `__proto__` and `constructor` are members like others here:
 * the pipes of the routes refuse or drop them.
 * Problems: `invalid_request`.
 */
export function readJson(text: string): Record<string, unknown> {
  const value = parse(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw badBody('The body must be a JSON object.');
  }
  rejectDuplicateKeys(text, value);
  return value as Record<string, unknown>;
}

/** Parses a body that must be one JSON array, under the same rules. Problems: `invalid_request`. */
export function readJsonArray(text: string): unknown[] {
  const value = parse(text);
  if (!Array.isArray(value)) throw badBody('The body must be a JSON array.');
  rejectDuplicateKeys(text, value);
  return value;
}

/**
 * The text with the integers of the member `sequence` in quotes where a JavaScript number would lose their digits: 16 to 19
 * digits, which reach the largest value below 2^63. Everything else stays as it is; text that is no JSON stays none, because
 * one value takes the place of another.
 */
export function keepingSequences(text: string): string {
  return text.replace(SEQUENCE, (member, name: string, digits: string) =>
    Number.isSafeInteger(Number(digits)) ? member : `${name}"${digits}"`,
  );
}

/** In JSON, these quotes begin and end one text: within a text a quote has a backslash before it. */
const SEQUENCE = /((?<!\\)"sequence"[ \t\n\r]*:[ \t\n\r]*)([1-9]\d{15,18})(?=[ \t\n\r]*[,}])/g;

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw badBody('The body must be valid JSON.');
  }
}

function rejectDuplicateKeys(text: string, value: object): void {
  if (countKeys(value, 1) === countColons(text)) return;
  throw badBody('The body has a duplicate key. Send every key only once.', {
    pointer: duplicateKeyOf(text),
    detail: 'Send this key only once.',
  });
}

function countKeys(value: object, depth: number): number {
  if (depth > MAX_DEPTH) throw badBody(`The body can be nested at most ${MAX_DEPTH} levels deep.`);
  let keys = 0;
  for (const member of Object.values(value)) {
    if (!Array.isArray(value)) keys += 1;
    if (typeof member === 'object' && member !== null) keys += countKeys(member as object, depth + 1);
  }
  return keys;
}

function countColons(text: string): number {
  let colons = 0;
  let inString = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (inString) {
      if (character === '\\') at += 1;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === ':') colons += 1;
  }
  return colons;
}

/** A key with its colon, or a character that opens, closes or separates. Other strings are read to be passed over. */
const TOKEN = /("[^"\\]*(?:\\.[^"\\]*)*")(\s*:)?|[[\]{},]/g;

/** The JSON pointer of the first key that its object has twice, in a text that is valid JSON. */
function duplicateKeyOf(text: string): string {
  // The objects and lists around the present place, each with the member that is read.
  const around: { keys?: Set<string>; at: string | number }[] = [];
  for (const [token, key, colon] of text.matchAll(TOKEN)) {
    const inner = around.at(-1);
    if (token === '{') around.push({ keys: new Set(), at: '' });
    else if (token === '[') around.push({ at: 0 });
    else if (token === '}' || token === ']') around.pop();
    else if (token === ',' && typeof inner?.at === 'number') inner.at += 1;
    else if (key !== undefined && colon !== undefined && inner?.keys) {
      inner.at = JSON.parse(key) as string;
      if (inner.keys.has(inner.at)) break;
      inner.keys.add(inner.at);
    }
  }
  return around.reduce((path, { at }) => pointerBelow(path, at), '');
}
