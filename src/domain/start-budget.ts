import { STARTS_PER_DAY, STARTS_PER_TEN_MINUTES } from './authentication.ts';

/** A limit of `starts` in any interval of `seconds`. */
export interface Allowance {
  starts: number;
  seconds: number;
}

/** The start budget of one person, over all relying parties (contract). */
export const PERSON_BUDGET: readonly Allowance[] = [
  { starts: STARTS_PER_TEN_MINUTES, seconds: 600 },
  { starts: STARTS_PER_DAY, seconds: 86_400 },
];
/**
 * The start budget of one number at one relying party, whichever person the starts name.
 * An honest person reaches the person's own budget first. A caller that guesses birth dates reaches this one, and locks
 * the number at this relying party only.
 */
export const NUMBER_BUDGET: readonly Allowance[] = [{ starts: STARTS_PER_DAY, seconds: 86_400 }];

/**
 * Whole seconds, at least 1, until the budget allows another start.
 * For every allowance, the oldest start that fills it must first leave the interval. `starts` are the instants of the
 * last day's starts, newest last.
 */
export function secondsUntilNextStart(starts: readonly Date[], now: Date, budget: readonly Allowance[]): number {
  const waits = budget.map((allowance) => {
    const oldest = starts.at(-allowance.starts);
    return oldest ? oldest.getTime() + allowance.seconds * 1000 - now.getTime() : 0;
  });
  return Math.max(1, Math.ceil(Math.max(...waits) / 1000));
}
