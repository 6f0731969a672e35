import { expect } from '@jest/globals';

/** The difference that clocks and rounding to milliseconds may make. */
const TOLERANCE_MS = 1_000;

/** Expects an instant `seconds` after the service handled a request that was sent at `sentAt` and is answered by now. */
export function expectSecondsAfter(sentAt: number, seconds: number, instant: string): void {
  const from = Date.parse(instant) - seconds * 1000;
  expect(from).toBeGreaterThanOrEqual(sentAt - TOLERANCE_MS);
  expect(from).toBeLessThanOrEqual(Date.now() + TOLERANCE_MS);
}
