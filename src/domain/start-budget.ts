import { STARTS_PER_DAY, STARTS_PER_TEN_MINUTES } from './authentication.ts';

/**
 * Whole seconds until a person may start again, given the instants of the last day's starts (newest last):
 * until the fifth newest is ten minutes old and the twentieth newest a day. At least 1.
 */
export function secondsUntilNextStart(starts: readonly Date[], now: Date): number {
  const fifth = starts.at(-STARTS_PER_TEN_MINUTES);
  const twentieth = starts.at(-STARTS_PER_DAY);
  const waits = [
    fifth ? fifth.getTime() + 600_000 - now.getTime() : 0,
    twentieth ? twentieth.getTime() + 86_400_000 - now.getTime() : 0,
  ];
  return Math.max(1, Math.ceil(Math.max(...waits) / 1000));
}
