/** The name that differs least from `name`, with the number of characters to change; undefined without names. */
export function nearestName(name: string, names: Iterable<string>): { nearest: string; distance: number } | undefined {
  let found: { nearest: string; distance: number } | undefined;
  for (const nearest of names) {
    const distance = distanceBetween(name, nearest);
    if (!found || distance < found.distance) found = { nearest, distance };
  }
  return found;
}

/** The number of characters to insert, delete or exchange (Levenshtein). */
function distanceBetween(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (const [line, letter] of one.split('').entries()) {
    const next = [line + 1];
    for (const [at, wanted] of other.split('').entries()) {
      const exchanged = (row[at] ?? 0) + (letter === wanted ? 0 : 1);
      next.push(Math.min(exchanged, (row[at + 1] ?? 0) + 1, (next[at] ?? 0) + 1));
    }
    row = next;
  }
  return row[other.length] ?? 0;
}
