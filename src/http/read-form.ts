import { Problem } from '../domain/problem.ts';
import { notUtf8 } from './utf8.ts';

/**
 * Parses `application/x-www-form-urlencoded`, as OAuth clients send it.
 * A repeated parameter is refused (RFC 6749, 3.2), and so is one whose bytes are no UTF-8: the parser would replace them
 * by U+FFFD, which no form has reason to send. Problems: `invalid_request`.
 */
export function readForm(text: string): Record<string, string> {
  const fields = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(text)) {
    if (name.includes('\ufffd') || value.includes('\ufffd')) throw notUtf8('body');
    if (fields.has(name)) throw new Problem('invalid_request', `Send the parameter ${name} only once.`);
    fields.set(name, value);
  }
  return Object.fromEntries(fields);
}
