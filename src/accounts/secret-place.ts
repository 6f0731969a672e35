/**
 * What the encrypted secret of an account is bound to. The name is that of the table when the first secrets were
 * written, and stays as long as they do.
 */
export function secretPlace(id: string): string {
  return `operators:totp_secret:${id}`;
}
