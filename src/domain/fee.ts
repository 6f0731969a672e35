import type { SubscriptionState } from './subscription.ts';

/** One link of a subscription's life: from this instant on it was in this state. */
export interface LifeLink {
  state: SubscriptionState;
  at: Date;
}

/** Korea has had no summer time since 1988: a Seoul day is nine hours ahead of a UTC day. */
const SEOUL_OFFSET_MS = 9 * 3_600_000;
const DAY_MS = 86_400_000;
const MONTH = /^(\d{4})-(0[1-9]|1[0-2])$/;

/** The Seoul month of an instant, `YYYY-MM`. */
export function monthOf(instant: Date): string {
  return new Date(instant.getTime() + SEOUL_OFFSET_MS).toISOString().slice(0, 7);
}

/** The month before, `YYYY-MM`. */
export function monthBefore(month: string): string {
  const [year, number] = parse(month);
  return new Date(Date.UTC(year, number - 2, 1)).toISOString().slice(0, 7);
}

/** The month after, `YYYY-MM`. */
export function monthAfter(month: string): string {
  const [year, number] = parse(month);
  return new Date(Date.UTC(year, number, 1)).toISOString().slice(0, 7);
}

/** The first instant of a Seoul month, and the first one after it. */
export function boundsOf(month: string): { from: Date; to: Date } {
  const [year, number] = parse(month);
  return {
    from: new Date(Date.UTC(year, number - 1, 1) - SEOUL_OFFSET_MS),
    to: new Date(Date.UTC(year, number, 1) - SEOUL_OFFSET_MS),
  };
}

export function daysIn(month: string): number {
  const { from, to } = boundsOf(month);
  return (to.getTime() - from.getTime()) / DAY_MS;
}

/**
 * The Seoul days of a month on any part of which the subscription was active. `life` is its links, oldest first; what
 * is to come after `now` does not count yet. A life told late may step back in time; a link then counts from where the
 * one before it began.
 */
export function activeDays(life: readonly LifeLink[], month: string, now: Date): number {
  const { from, to } = boundsOf(month);
  const end = Math.min(to.getTime(), now.getTime() + 1);
  const days = new Set<number>();
  let begun = -Infinity;
  for (const [at, link] of life.entries()) {
    begun = Math.max(begun, link.at.getTime());
    const next = life[at + 1];
    // The instant of a change belongs to both: a subscription suspended at midnight was active on that day.
    const until = next ? Math.max(begun, next.at.getTime()) : Infinity;
    if (link.state !== 'active') continue;
    const [first, last] = [Math.max(begun, from.getTime()), Math.min(until, end - 1)];
    for (let day = dayOf(first); first <= last && day <= dayOf(last); day += 1) days.add(day);
  }
  return days.size;
}

/** The prorated fee in whole won: `floor(fee × days / days in month)`. */
export function prorated(monthlyFee: number, days: number, month: string): number {
  return Math.floor((monthlyFee * days) / daysIn(month));
}

/** Days since the epoch, as they are counted in Seoul. */
function dayOf(ms: number): number {
  return Math.floor((ms + SEOUL_OFFSET_MS) / DAY_MS);
}

function parse(month: string): [year: number, number: number] {
  const found = MONTH.exec(month);
  if (!found) throw new RangeError(`${month} is no month`);
  return [Number(found[1]), Number(found[2])];
}
