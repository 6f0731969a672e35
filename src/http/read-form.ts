import { Problem } from '../domain/problem.ts';

/** Reads `application/x-www-form-urlencoded`, as OAuth sends it. A parameter named twice is refused (RFC 6749, 3.2). */
export function readForm(text: string): Record<string, string> {
  const fields = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(text)) {
    if (fields.has(name)) throw new Problem('invalid_request', `Send the parameter ${name} only once.`);
    fields.set(name, value);
  }
  return Object.fromEntries(fields);
}
