/** The percent-decoded value of a header; a value with invalid encoding is returned unchanged. */
export function percentDecoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
