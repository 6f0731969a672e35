/** The maximum number of entries that a map of the demonstration keeps. */
const REMEMBERED = 1000;

/** Keeps an entry; beyond the maximum it replaces the oldest one. */
export function remember<Kept>(all: Map<string, Kept>, key: string, kept: Kept): void {
  const [oldest] = all.keys();
  if (oldest !== undefined && all.size >= REMEMBERED) all.delete(oldest);
  all.set(key, kept);
}
