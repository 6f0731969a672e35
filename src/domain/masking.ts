/** A name that somebody chose, down to its first character. */
export function maskName(name: string): string {
  const [first = '', ...rest] = Array.from(name);
  return `${first}${'*'.repeat(Math.min(4, Math.max(1, rest.length)))}`;
}

/** A name as the person who bears it recognises it, its first and last character: `홍*동`, `홍*`; of one character, `*`. */
export function maskInsideOfName(name: string): string {
  const [first = '', ...rest] = Array.from(name);
  const last = rest.pop();
  if (last === undefined) return '*';
  return rest.length === 0 ? `${first}*` : `${first}${'*'.repeat(rest.length)}${last}`;
}
