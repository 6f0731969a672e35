/** Masks a chosen name after its first character. */
export function maskName(name: string): string {
  const [first = '', ...rest] = Array.from(name);
  return `${first}${'*'.repeat(Math.min(4, Math.max(1, rest.length)))}`;
}

/**
 * Masks a name except its first and last character, so that its owner recognises it: `홍*동`, `홍*`; a single character
 * becomes `*`.
 */
export function maskInsideOfName(name: string): string {
  const [first = '', ...rest] = Array.from(name);
  const last = rest.pop();
  if (last === undefined) return '*';
  return rest.length === 0 ? `${first}*` : `${first}${'*'.repeat(rest.length)}${last}`;
}
