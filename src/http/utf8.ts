import { Problem } from '../domain/problem.ts';
import { badBody } from './faults.ts';

/** Fatal: never replaces bytes. It keeps a byte order mark, which JSON does not allow. */
const STRICT = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The text of bytes in UTF-8, or null if they are none. */
function textOf(bytes: Uint8Array): string | null {
  try {
    return STRICT.decode(bytes);
  } catch {
    return null;
  }
}

/** The text of a body. Problems: `invalid_request`. */
export function bodyText(bytes: Uint8Array): string {
  const text = textOf(bytes);
  if (text === null) throw notUtf8('body');
  return text;
}

/** The problem of a part of the request whose bytes are no UTF-8. */
export function notUtf8(part: 'body' | 'address'): Problem {
  const detail = `The ${part} must be text in UTF-8. It has bytes that are not.`;
  return part === 'body' ? badBody(detail) : new Problem('invalid_request', detail);
}

/**
 * Undoes percent-encoding: of a query, of a form or of a header. A percent sign without two hexadecimal digits stands
 * for itself. Null if the bytes are no UTF-8.
 */
export function percentDecoded(text: string): string | null {
  if (!text.includes('%')) return text;
  const bytes = Buffer.from(text).toString('latin1');
  const decoded = bytes.replace(/%([\da-f]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  return textOf(Buffer.from(decoded, 'latin1'));
}

/**
 * The text of a header's value, whose bytes Node hands over one character each: UTF-8 as it is, or percent-encoded in
 * ASCII. A percent sign beside characters that would have been encoded stands for itself. Null if the bytes are no UTF-8.
 */
export function headerText(value: string): string | null {
  const text = textOf(Buffer.from(value, 'latin1'));
  return text === null || /[^\x20-\x7e]/.test(text) ? text : percentDecoded(text);
}
