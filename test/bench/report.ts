/** Prints one figure to standard output. */
export function report(name: string, value: number, unit: string): void {
  const rounded = Number(value.toPrecision(value >= 1000 ? 5 : 4));
  process.stdout.write(`${JSON.stringify({ name, value: rounded, unit })}\n`);
}

/** Prints progress for the person who waits. */
export function progress(text: string): void {
  process.stderr.write(`${text}\n`);
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? Number.NaN) + (sorted[Math.floor(middle)] ?? Number.NaN)) / 2;
}

/** Nearest rank, over an unsorted list. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? Number.NaN;
}
