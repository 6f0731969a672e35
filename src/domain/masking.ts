/** A name that somebody chose, down to its first character. */
export function maskName(name: string): string {
  const [first = '', ...rest] = Array.from(name);
  return `${first}${'*'.repeat(Math.min(4, Math.max(1, rest.length)))}`;
}
