import { expect } from '@jest/globals';

/** Allows for differences between clocks and for rounding to milliseconds. */
const TOLERANCE_MS = 1_000;

/**
 * Expects `instant` to be `seconds` after the service handled a request that was sent at `sentAt` and has been
 * answered.
 */
export function expectSecondsAfter(sentAt: number, seconds: number, instant: string): void {
  const from = Date.parse(instant) - seconds * 1000;
  expect(from).toBeGreaterThanOrEqual(sentAt - TOLERANCE_MS);
  expect(from).toBeLessThanOrEqual(Date.now() + TOLERANCE_MS);
}

const seoulDay = () => new Date(Date.now() + 9 * 3_600_000).toISOString().slice(0, 10);

/**
 * Runs a test of counts that begin anew at midnight in Seoul; once more from the beginning where midnight fell into it.
 * `isOver` tells the test that the day in which it began has ended.
 */
export async function withinOneSeoulDay(work: (isOver: () => boolean) => Promise<void>): Promise<void> {
  const day = seoulDay();
  const isOver = () => seoulDay() !== day;
  try {
    await work(isOver);
  } catch (error) {
    if (!isOver()) throw error;
    await work(() => false);
  }
}
