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
