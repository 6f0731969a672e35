import { Problem } from '../domain/problem.ts';

/**
 * Parses `application/x-www-form-urlencoded`, as OAuth clients send it.
 * A repeated parameter is refused (RFC 6749, 3.2). Problems: `invalid_request`.
 */
export function readForm(text: string): Record<string, string> {
  const fields = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(text)) {
    if (fields.has(name)) throw new Problem('invalid_request', `Send the parameter ${name} only once.`);
    fields.set(name, value);
  }
  return Object.fromEntries(fields);
}
