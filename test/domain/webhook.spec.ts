import { describe, expect, it } from '@jest/globals';
import { pauseAskedFor, waitAfterAttempt, WEBHOOK_ATTEMPTS } from '../../src/domain/webhook.ts';

const HOUR = 3_600_000;
const NOW = new Date('2026-11-28T12:00:00Z');

describe('the attempts to send an event', () => {
  it('lie 5 s, 5 min, 30 min, and 2, 5, 10, 14, 20 and 24 h apart, ten of them', () => {
    const waits = Array.from({ length: WEBHOOK_ATTEMPTS }, (_, at) => waitAfterAttempt(at + 1, 0.5));
    expect(waits).toEqual([5_000, 300_000, 1_800_000, ...[2, 5, 10, 14, 20, 24].map((hours) => hours * HOUR), null]);
  });

  it.each([
    [0, 4_000],
    [0.25, 4_500],
    [0.999_999, 6_000],
  ])('are spread by a fifth: %s makes of 5 s %s ms', (fraction, ms) => {
    expect(waitAfterAttempt(1, fraction)).toBe(ms);
  });
});

describe('Retry-After', () => {
  it.each<[number, string | undefined, number]>([
    [429, '120', 120_000],
    [503, ' 5 ', 5_000],
    [502, 'Sat, 28 Nov 2026 12:00:30 GMT', 30_000],
    [504, 'Sat, 28 Nov 2026 11:00:00 GMT', 0],
    [429, '999999999', 24 * HOUR],
    [429, '-5', 0],
    [429, 'soon', 0],
    [429, '', 0],
    [429, undefined, 0],
    [500, '120', 0],
    [200, '120', 0],
  ])('a %s with Retry-After %p pauses for %s ms', (status, header, ms) => {
    expect(pauseAskedFor(status, header, NOW)).toBe(ms);
  });
});
