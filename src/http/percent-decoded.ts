/** A header's value with its percent-encoding undone; one that is not encoded rightly stays as it is. */
export function percentDecoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
