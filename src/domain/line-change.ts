/** What the service knows about the last change of a SIM or a handset. */
export interface KnownChange {
  /** The last change that the carrier told of. */
  changedAt: Date | null;
  /** When the line last got another number or owner, with which SIM and handset are others too; null if it never did. */
  numberedAt: Date | null;
  /** Since when the carrier tells about the line. Nothing earlier is certain. */
  knownSince: Date;
}

const HOUR_MS = 3_600_000;
const DAY_HOURS = 24;

/**
 * Whether there was a change within the last `hours` before `now`; `unknown` if there was none in a shorter time, and
 * nothing is certain about the rest.
 */
export function changedWithin(known: KnownChange, hours: number, now: Date): boolean | 'unknown' {
  const since = new Date(now.getTime() - hours * HOUR_MS);
  const latest = latestChange(known);
  if (latest && latest > since) return true;
  return known.knownSince > since ? 'unknown' : false;
}

/**
 * The last change of the last `days` days before `now`. Without one, the whole days for which it is certain that there was
 * none.
 */
export function lastChange(
  known: KnownChange,
  days: number,
  now: Date,
): { at: Date } | { at: null; certainDays: number } {
  const latest = latestChange(known);
  if (latest && latest > new Date(now.getTime() - days * DAY_HOURS * HOUR_MS)) return { at: latest };
  const told = Math.floor((now.getTime() - known.knownSince.getTime()) / (DAY_HOURS * HOUR_MS));
  return { at: null, certainDays: Math.max(0, Math.min(days, told)) };
}

function latestChange({ changedAt, numberedAt }: KnownChange): Date | null {
  if (!changedAt || !numberedAt) return changedAt ?? numberedAt;
  return changedAt > numberedAt ? changedAt : numberedAt;
}
