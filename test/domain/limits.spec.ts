import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { backoffMs, CLAIM_SECONDS, HANDOVER_SECONDS } from '../../src/domain/delivery.ts';
import { awaitedAllowance, NUMBER_LIMIT, RELYING_PARTY_LIMIT } from '../../src/domain/start-budget.ts';

const now = new Date('2026-11-22T00:00:00.000Z');
const ago = (...seconds: number[]) => seconds.map((one) => new Date(now.getTime() - one * 1000));

describe('a person whose budget of starts is spent', () => {
  it.each([
    ['the fifth start of ten minutes', ago(590, 400, 300, 200, 100), 10],
    ['five starts at once', ago(1, 1, 1, 1, 1), 599],
    ['the twentieth start of a day', ago(...Array.from({ length: 20 }, (_, at) => 86_390 - at * 1000)), 10],
    ['a start that fell out of the window while we looked', ago(601, 601, 601, 601, 601), 1],
  ])('a person whose budget of starts is spent is told how long to wait after %s', (_, starts, seconds) => {
    expect(awaitedAllowance(starts, now, RELYING_PARTY_LIMIT).seconds).toBe(seconds);
  });

  it('a person whose budget of starts is spent waits a day once twenty birth dates were tried on a number', () => {
    const starts = ago(...Array.from({ length: 20 }, () => 60));
    expect(awaitedAllowance(starts, now, NUMBER_LIMIT).seconds).toBe(86_340);
  });

  it('a person whose budget of starts is spent waits long enough, and not a second longer', () => {
    const times = fc.array(fc.integer({ min: 1, max: 86_399 }), { minLength: 5, maxLength: 20 });
    fc.assert(
      fc.property(times, (seconds) => {
        const starts = ago(...seconds.sort((a, b) => b - a));
        const wait = awaitedAllowance(starts, now, RELYING_PARTY_LIMIT).seconds;
        const spent = (at: number) =>
          starts.filter((start) => start.getTime() > at - 600_000).length >= 5 ||
          starts.filter((start) => start.getTime() > at - 86_400_000).length >= 20;
        expect(spent(now.getTime() + wait * 1000)).toBe(false);
        if (wait > 1) expect(spent(now.getTime() + (wait - 1) * 1000)).toBe(true);
      }),
    );
  });
});

describe('a delivery that has to be retried', () => {
  it('a delivery waits longer after each attempt, up to eight seconds, half of it random', () => {
    const bounds = [1, 2, 3, 4, 5, 6, 20].map((attempts) => [
      backoffMs({ attempts, random: 0 }),
      backoffMs({ attempts, random: 1 }),
    ]);
    expect(bounds).toEqual([
      [250, 500],
      [500, 1000],
      [1000, 2000],
      [2000, 4000],
      [4000, 8000],
      [4000, 8000],
      [4000, 8000],
    ]);
  });

  it('a delivery waits at least as long as its platform asked', () => {
    expect(backoffMs({ attempts: 1, afterMs: 60_000, random: 0.5 })).toBe(60_000);
  });

  it('a delivery is not taken for lost while its platform may still answer', () => {
    expect(CLAIM_SECONDS).toBeGreaterThan(HANDOVER_SECONDS);
  });
});
