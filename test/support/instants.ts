import { expect } from '@jest/globals';

/** What clocks and the rounding to milliseconds may differ by. */
const TOLERANCE_MS = 1_000;

/** Expects an instant `seconds` after the service handled a request that was sent at `sentAt` and is answered by now. */
export function expectSecondsAfter(sentAt: number, seconds: number, instant: string): void {
  const from = Date.parse(instant) - seconds * 1000;
  expect(from).toBeGreaterThanOrEqual(sentAt - TOLERANCE_MS);
  expect(from).toBeLessThanOrEqual(Date.now() + TOLERANCE_MS);
}
