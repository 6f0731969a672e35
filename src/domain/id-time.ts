/** The highest UUID. */
export const HIGHEST_ID = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

/**
 * Milliseconds by which the clocks of the processes, which make ids, and of the database, which says when a row was made,
 * differ at most.
 */
export const CLOCK_SKEW_MS = 10 * 60_000;

/** The lowest UUID version 7 of an instant (RFC 9562, 5.7): every id that was made earlier is lower. */
export function lowestIdAt(instant: Date): string {
  const hex = Math.max(0, instant.getTime()).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`;
}
