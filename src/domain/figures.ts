import { SEOUL_OFFSET_MS } from './person.ts';

/** How authentications end, for the figures: declined ones by their reason. */
export const ENDS = [
  'verified',
  'declined_not_me',
  'declined_cancelled',
  'declined_wrong_details',
  'expired',
  'failed',
  'cancelled',
] as const;
export type End = (typeof ENDS)[number];

/**
 * The steps of an authentication by push, each counted for itself. `held`: it rang no phone. `handed`: a push service
 * accepted a wake-up. `answered`: the person declined it in the app, or opened it. `opened`: with the right PIN. The app
 * lists a request also without a push, so more may be opened than were handed.
 */
export const REQUEST_STEPS = ['started', 'held', 'handed', 'answered', 'opened', 'verified'] as const;
export type RequestStep = (typeof REQUEST_STEPS)[number];

/** The shortest and the longest time to verification that the buckets tell apart, in milliseconds. */
const [SHORTEST_MS, LONGEST_MS] = [100, 200_000];
/** Each bucket ends 9 per cent above its start, so a time that is read from its middle is wrong by less than 5 per cent. */
const GROWTH = 1.09;

/**
 * The lower bounds of the buckets of times from start to verification, in whole milliseconds. Bucket 0 lies below the
 * first, and bucket n begins at bound n - 1, as `width_bucket` of PostgreSQL has it.
 */
export const TIME_BOUNDS: readonly number[] = boundsOfTimes();

function boundsOfTimes(): number[] {
  const bounds: number[] = [];
  for (let bound = SHORTEST_MS; bound < LONGEST_MS; bound *= GROWTH) bounds.push(Math.round(bound));
  return bounds;
}

/** Numbers of times by bucket. */
export type Times = ReadonlyMap<number, number>;

/**
 * The time in milliseconds below which a share of the times lies, such as 0.95; null where there are none. It lies within
 * 5 per cent of the exact one from 100 ms on.
 */
export function quantile(times: Times, share: number): number | null {
  const buckets = [...times].filter(([, count]) => count > 0).sort(([one], [other]) => one - other);
  const total = buckets.reduce((sum, [, count]) => sum + count, 0);
  // The rank of the nearest-rank definition: the smallest time with at least this share at or below it.
  let left = Math.max(1, Math.ceil(total * share));
  for (const [bucket, count] of buckets) {
    if (left <= count) return middleOf(bucket);
    left -= count;
  }
  return null;
}

/** The geometric middle of a bucket, from which both of its ends are equally far in proportion. */
function middleOf(bucket: number): number {
  const from = TIME_BOUNDS[bucket - 1] ?? 0;
  const to = TIME_BOUNDS[bucket] ?? from * GROWTH;
  return from === 0 ? to / 2 : Math.sqrt(from * to);
}

/** Milliseconds of an hour. */
export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

export const SPANS = ['today', '7d', '30d'] as const;
export type Span = (typeof SPANS)[number];
const DAYS: Readonly<Record<Span, number>> = { today: 1, '7d': 7, '30d': 30 };

/** The start of the hour of an instant. */
export function hourOf(instant: Date): Date {
  return new Date(Math.floor(instant.getTime() / HOUR_MS) * HOUR_MS);
}

/**
 * The starts of the points of a span: hours for `today`, Seoul days otherwise. The last one holds `now`; the first is
 * midnight in Seoul.
 */
export function pointsOf(span: Span, now: Date): Date[] {
  const today = Math.floor((now.getTime() + SEOUL_OFFSET_MS) / DAY_MS) * DAY_MS - SEOUL_OFFSET_MS;
  const first = today - (DAYS[span] - 1) * DAY_MS;
  const step = span === 'today' ? HOUR_MS : DAY_MS;
  const points: Date[] = [];
  for (let at = first; at <= now.getTime(); at += step) points.push(new Date(at));
  return points;
}
