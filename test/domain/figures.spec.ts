import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { pointsOf, quantile, TIME_BOUNDS } from '../../src/domain/figures.ts';

/** As `width_bucket` of PostgreSQL. */
const bucketOf = (ms: number) => TIME_BOUNDS.filter((bound) => bound <= ms).length;

describe('a time that is read from the buckets', () => {
  it('lies within five per cent of the exact one', () => {
    const times = fc.array(fc.integer({ min: 100, max: 180_000 }), { minLength: 1, maxLength: 300 });
    fc.assert(
      fc.property(times, fc.constantFrom(0.5, 0.95), (all, share) => {
        const counts = new Map<number, number>();
        for (const ms of all) counts.set(bucketOf(ms), (counts.get(bucketOf(ms)) ?? 0) + 1);
        const exact = [...all].sort((one, other) => one - other)[Math.ceil(all.length * share) - 1] ?? 0;
        const read = quantile(counts, share) ?? 0;
        expect(Math.abs(read / exact - 1)).toBeLessThan(0.05);
      }),
    );
  });

  it('is none without times, and below the shortest bound for times that are shorter', () => {
    expect(quantile(new Map(), 0.5)).toBeNull();
    expect(quantile(new Map([[0, 3]]), 0.95)).toBe(50);
  });
});

describe('the points of a span', () => {
  it.each<[Parameters<typeof pointsOf>[0], string, number, string, string]>([
    ['today', '2026-11-28T15:00:00Z', 1, '2026-11-28T15:00:00.000Z', '2026-11-28T15:00:00.000Z'],
    ['today', '2026-11-28T14:59:59Z', 24, '2026-11-27T15:00:00.000Z', '2026-11-28T14:00:00.000Z'],
    ['7d', '2026-11-28T14:59:59Z', 7, '2026-11-21T15:00:00.000Z', '2026-11-27T15:00:00.000Z'],
    ['7d', '2026-11-28T15:00:00Z', 7, '2026-11-22T15:00:00.000Z', '2026-11-28T15:00:00.000Z'],
    ['30d', '2026-11-28T23:00:00Z', 30, '2026-10-30T15:00:00.000Z', '2026-11-28T15:00:00.000Z'],
  ])('of %s at %s are %i hours or days of Seoul', (span, now, count, first, last) => {
    const points = pointsOf(span, new Date(now)).map((point) => point.toISOString());
    expect([points.length, points[0], points.at(-1)]).toEqual([count, first, last]);
  });
});
