import { STARTS_PER_DAY, STARTS_PER_TEN_MINUTES } from './authentication.ts';

/** So many starts in any stretch of so many seconds. */
export interface Allowance {
  starts: number;
  seconds: number;
}

/** What one person may be asked, over all relying parties (contract). */
export const PERSON_BUDGET: readonly Allowance[] = [
  { starts: STARTS_PER_TEN_MINUTES, seconds: 600 },
  { starts: STARTS_PER_DAY, seconds: 86_400 },
];
/**
 * What one number may be asked at one relying party, whoever is named with it. No honest person meets it before their
 * own; somebody who tries birth dates does, and locks the number out nowhere else.
 */
export const NUMBER_BUDGET: readonly Allowance[] = [{ starts: STARTS_PER_DAY, seconds: 86_400 }];

/**
 * Whole seconds until another start is allowed, given the instants of the last day's starts (newest last): until, for
 * every allowance, the oldest start that fills it has left its stretch. At least 1.
 */
export function secondsUntilNextStart(starts: readonly Date[], now: Date, budget: readonly Allowance[]): number {
  const waits = budget.map((allowance) => {
    const oldest = starts.at(-allowance.starts);
    return oldest ? oldest.getTime() + allowance.seconds * 1000 - now.getTime() : 0;
  });
  return Math.max(1, Math.ceil(Math.max(...waits) / 1000));
}
