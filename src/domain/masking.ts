/** `+821012345678` as `010-****-5678`: enough to tell that it is the right one. */
export function maskPhoneNumber(phoneNumber: string): string {
  const national = phoneNumber.replace(/^\+82/, '0');
  return `${national.slice(0, 3)}-****-${national.slice(-4)}`;
}

/** A name that somebody chose, down to its first character. */
export function maskName(name: string): string {
  const [first = '', ...rest] = Array.from(name);
  return `${first}${'*'.repeat(Math.min(4, Math.max(1, rest.length)))}`;
}
