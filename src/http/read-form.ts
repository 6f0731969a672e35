import { badParameter } from './faults.ts';
import { notUtf8, percentDecoded } from './utf8.ts';

/**
 * Parses `application/x-www-form-urlencoded`, as OAuth clients send it.
 * A repeated parameter is refused (RFC 6749, 3.2), and so is one whose bytes are no UTF-8: the parser would replace them
 * by U+FFFD, which no form has reason to send. Problems: `invalid_request`.
 */
export function readForm(text: string): Record<string, string> {
  const fields = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(text)) {
    if (name.includes('\ufffd') || value.includes('\ufffd')) throw notUtf8('body');
    if (fields.has(name)) throw badParameter(name, `Send the parameter ${name} only once.`);
    fields.set(name, value);
  }
  return Object.fromEntries(fields);
}

/** The first two values of a parameter, in the order in which they came; null for one whose bytes are no UTF-8. */
export type EveryValue = (string | null)[];

/**
 * Parses a form or a query for a page that tells the client by itself which parameter it refuses: nothing is refused here. A
 * name that is no UTF-8 is none that the page could know.
 */
export function readEveryParameter(text: string): ReadonlyMap<string, EveryValue> {
  const parameters = new Map<string, EveryValue>();
  for (const pair of text.split('&')) {
    const [, name, value] = /^([^=]*)=?(.*)$/s.exec(pair.replaceAll('+', ' ')) ?? [];
    const known = percentDecoded(name ?? '');
    if (!known) continue;
    const values = parameters.get(known) ?? [];
    // Whether it is repeated matters, and not how often.
    if (values.length < 2) parameters.set(known, [...values, percentDecoded(value ?? '')]);
  }
  return parameters;
}
