import { afterChange, type Standing, type SubscriptionChange, type SubscriptionState } from './subscription.ts';
import { SEOUL_OFFSET_MS } from './person.ts';

/** One stretch of a subscription: it was in `state` from `at` until the next period begins. */
export interface StatePeriod {
  state: SubscriptionState;
  at: Date;
}

/** One recorded transition of a subscription and the instant at which it took effect. */
export interface DatedTransition {
  change: { kind: 'subscribed' } | SubscriptionChange;
  at: Date;
}

const DAY_MS = 86_400_000;
const MONTH = /^(\d{4})-(0[1-9]|1[0-2])$/;

/** The Seoul month of an instant, `YYYY-MM`. */
export function monthOf(instant: Date): string {
  return new Date(instant.getTime() + SEOUL_OFFSET_MS).toISOString().slice(0, 7);
}

/** The preceding month, `YYYY-MM`. */
export function monthBefore(month: string): string {
  const [year, number] = parse(month);
  return new Date(Date.UTC(year, number - 2, 1)).toISOString().slice(0, 7);
}

/** The following month, `YYYY-MM`. */
export function monthAfter(month: string): string {
  const [year, number] = parse(month);
  return new Date(Date.UTC(year, number, 1)).toISOString().slice(0, 7);
}

/** The first instant of a Seoul month (`YYYY-MM`), and the first one after it. Throws RangeError on any other text. */
export function boundsOf(month: string): { from: Date; to: Date } {
  const [year, number] = parse(month);
  return {
    from: new Date(Date.UTC(year, number - 1, 1) - SEOUL_OFFSET_MS),
    to: new Date(Date.UTC(year, number, 1) - SEOUL_OFFSET_MS),
  };
}

/** The number of days in a month, `YYYY-MM`. Throws RangeError on any other text. */
export function daysIn(month: string): number {
  const { from, to } = boundsOf(month);
  return (to.getTime() - from.getTime()) / DAY_MS;
}

/**
 * The states of a subscription in the order in which they took effect.
 * `changes` come in the order of recording, and a carrier may report late. They are therefore replayed in the order of
 * their instants, through the transition table that was applied when they were recorded.
 */
export function statePeriods(changes: readonly DatedTransition[]): StatePeriod[] {
  let standing: Standing = { state: 'awaiting_device', suspensions: [], reason: null };
  return changes
    .toSorted((one, other) => one.at.getTime() - other.at.getTime())
    .map(({ change, at }) => {
      if (change.kind !== 'subscribed') standing = afterChange(standing, change) ?? standing;
      return { state: standing.state, at };
    });
}

/**
 * The number of Seoul days in a month on any part of which the subscription was active, without those on which an earlier
 * subscription of its line was: a day of a line is charged once.
 * `periods` come oldest first. Days after `now` do not count yet.
 */
export function activeDays(
  periods: readonly StatePeriod[],
  month: string,
  now: Date,
  earlier: readonly (readonly StatePeriod[])[] = [],
): number {
  const days = daysOf(periods, month, now);
  for (const other of earlier) for (const day of daysOf(other, month, now)) days.delete(day);
  return days.size;
}

/** The active days, counted since the epoch. */
function daysOf(periods: readonly StatePeriod[], month: string, now: Date): Set<number> {
  const { from, to } = boundsOf(month);
  const last = Math.min(to.getTime() - 1, now.getTime());
  const days = new Set<number>();
  for (const [at, { state, at: begun }] of periods.entries()) {
    if (state !== 'active') continue;
    // The instant of a change belongs to both periods: a subscription suspended at midnight was active on that day.
    const until = Math.min(periods[at + 1]?.at.getTime() ?? Infinity, last);
    const first = Math.max(begun.getTime(), from.getTime());
    for (let day = dayOf(first); first <= until && day <= dayOf(until); day += 1) days.add(day);
  }
  return days;
}

/** The prorated fee in whole won: `floor(fee × days / days in month)`. */
export function prorated(monthlyFee: number, days: number, month: string): number {
  return Math.floor((monthlyFee * days) / daysIn(month));
}

/** Days since the epoch in Seoul time. */
function dayOf(ms: number): number {
  return Math.floor((ms + SEOUL_OFFSET_MS) / DAY_MS);
}

function parse(month: string): [year: number, number: number] {
  const match = MONTH.exec(month);
  if (!match) throw new RangeError(`${month} is not a month (YYYY-MM)`);
  return [Number(match[1]), Number(match[2])];
}
