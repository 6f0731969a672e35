import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  activeDays,
  boundsOf,
  daysIn,
  statePeriods,
  monthAfter,
  monthBefore,
  monthOf,
  prorated,
  type StatePeriod,
  type DatedTransition,
} from '../../src/domain/fee.ts';
import { SUBSCRIPTION_STATES, type SubscriptionState } from '../../src/domain/subscription.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;
/** A time in Seoul. */
const seoul = (text: string) => new Date(`${text.includes('T') ? text : `${text}T00:00`}+09:00`);
/** Later than every month below. */
const LATER = seoul('2031-01-01');

/** A history written as `<Seoul time> <state>`. */
function history(...periods: string[]): StatePeriod[] {
  return periods.map((link) => {
    const [at = '', state = ''] = link.split(' ');
    return { at: seoul(at), state: state as SubscriptionState };
  });
}

describe('the days that are charged', () => {
  it.each<[string, StatePeriod[], string, number]>([
    // Active before, during and after November: 30 days.
    ['are all of a month that was active throughout', history('2026-10-03T10:00 active'), '2026-11', 30],
    // Joined at the first instant of the month, cancelled at its last one: 1st to 30th.
    [
      'are all of a month that was active from its first instant to its last',
      history('2026-11-01 active', '2026-11-30T23:59:59.999 cancelled'),
      '2026-11',
      30,
    ],
    // 2028 is a leap year, 2027 is not.
    ['are 29 in February 2028', history('2026-01-01 active'), '2028-02', 29],
    ['are 28 in February 2027', history('2026-01-01 active'), '2027-02', 28],
    // Only the 10th.
    [
      'are one of joining and cancelling on one day',
      history('2026-11-10T09:00 awaiting_device', '2026-11-10T09:05 active', '2026-11-10T18:00 cancelled'),
      '2026-11',
      1,
    ],
    // Only the 30th; December is charged in full.
    ['are one of joining on the last day', history('2026-11-30T23:59 active'), '2026-11', 1],
    ['are all of the month after joining on the last day', history('2026-11-30T23:59 active'), '2026-12', 31],
    ['are none before joining', history('2026-11-30T23:59 active'), '2026-10', 0],
    // 10th to 20th, both included: 11.
    [
      'begin with the day of joining and end with the day of cancelling',
      history('2026-11-10T15:00 active', '2026-11-20T03:00 cancelled'),
      '2026-11',
      11,
    ],
    // Suspended three times on the 10th and active in between: no day is lost.
    [
      'leave out no day of several suspensions in one day',
      history(
        '2026-11-01 active',
        '2026-11-10T08:00 suspended',
        '2026-11-10T09:00 active',
        '2026-11-10T12:00 suspended',
        '2026-11-10T13:00 active',
        '2026-11-10T20:00 suspended',
        '2026-11-10T23:00 active',
      ),
      '2026-11',
      30,
    ],
    // Joined on the 10th, suspended and resumed twice, cancelled on the 10th: one day.
    [
      'count one day once',
      history(
        '2026-11-10T08:00 active',
        '2026-11-10T09:00 suspended',
        '2026-11-10T10:00 active',
        '2026-11-10T11:00 cancelled',
      ),
      '2026-11',
      1,
    ],
    // Suspended on the 10th, resumed on the 15th: the 11th, 12th, 13th and 14th are wholly suspended. 30 - 4.
    [
      'leave out the days wholly suspended, and no other',
      history('2026-11-01 active', '2026-11-10T12:00 suspended', '2026-11-15T12:00 active'),
      '2026-11',
      26,
    ],
    // The 11th is wholly suspended, the 10th and the 12th are not. 30 - 1.
    [
      'leave out one whole day between two days',
      history('2026-11-01 active', '2026-11-10T23:59:59.999 suspended', '2026-11-12 active'),
      '2026-11',
      29,
    ],
    // Suspended at one midnight: the 10th is the day of suspension and counts; 11th to 14th do not. 30 - 4.
    [
      'hold the day of a suspension exactly at midnight',
      history('2026-11-01 active', '2026-11-10 suspended', '2026-11-15 active'),
      '2026-11',
      26,
    ],
    // Suspended a millisecond sooner: the 9th is the day of suspension; 10th to 14th do not count. 30 - 5.
    [
      'do not hold the day after a suspension at 23:59:59.999',
      history('2026-11-01 active', '2026-11-09T23:59:59.999 suspended', '2026-11-15 active'),
      '2026-11',
      25,
    ],
    // Resumed in the last millisecond of the 14th: 11th to 13th are left out. 30 - 3.
    [
      'hold the day of a resumption at 23:59:59.999',
      history('2026-11-01 active', '2026-11-10 suspended', '2026-11-14T23:59:59.999 active'),
      '2026-11',
      27,
    ],
    // 1 December 00:00 belongs to December: November has no day, December all 31.
    ['are none of the month before joining at its end', history('2026-12-01 active'), '2026-11', 0],
    ['are all of the month after joining at its beginning', history('2026-12-01 active'), '2026-12', 31],
    // 30 November 23:59:59.999 still belongs to November.
    ['are one of joining in the last millisecond', history('2026-11-30T23:59:59.999 active'), '2026-11', 1],
    // 00:30 on 1 December in Seoul is 15:30 on 30 November in UTC.
    ['are Seoul days, not UTC days', history('2026-12-01T00:30 active'), '2026-11', 0],
    // Cancelled at 08:00 on the 2nd in Seoul, 23:00 on the 1st in UTC: 1st and 2nd.
    ['end with the Seoul day of cancelling', history('2026-11-01 active', '2026-11-02T08:00 cancelled'), '2026-11', 2],
    // 30th and 31st of December; 1st and 2nd of January.
    [
      'of a year end are those of December in December',
      history('2026-12-30T12:00 active', '2027-01-02T12:00 cancelled'),
      '2026-12',
      2,
    ],
    [
      'of a year end are those of January in January',
      history('2026-12-30T12:00 active', '2027-01-02T12:00 cancelled'),
      '2027-01',
      2,
    ],
    // Waiting for a device all month.
    ['are none while a device is awaited', history('2026-10-03 awaiting_device'), '2026-11', 0],
    // Waiting until the 21st: 21st to 30th are 10.
    [
      'begin with the first device, not with the subscription',
      history('2026-11-05 awaiting_device', '2026-11-21T10:00 active'),
      '2026-11',
      10,
    ],
    // Suspended from October until December.
    [
      'are none of a month suspended throughout',
      history('2026-10-01 active', '2026-10-20 suspended', '2026-12-02 active'),
      '2026-11',
      0,
    ],
    // The day of suspension is 31 October; November is wholly suspended.
    [
      'are none of the month after a suspension in the last millisecond',
      history('2026-10-01 active', '2026-10-31T23:59:59.999 suspended'),
      '2026-11',
      0,
    ],
    // The day of suspension is 1 November.
    [
      'are one of a month whose first instant suspends',
      history('2026-10-01 active', '2026-11-01 suspended'),
      '2026-11',
      1,
    ],
    ['are none after cancelling', history('2026-10-01 active', '2026-10-20 cancelled'), '2026-11', 0],
    ['are none of no life', [], '2026-11', 0],
  ])('the days that are charged %s', (_case, periods, month, days) => {
    expect(activeDays(periods, month, LATER)).toBe(days);
  });

  it.each<[string, string, number]>([
    // Active since the 5th.
    ['up to today, which counts', '2026-11-10T15:00', 6],
    ['up to today at its first instant', '2026-11-10', 6],
    ['up to yesterday in its last instant', '2026-11-09T23:59:59.999', 5],
    ['one in the very instant of joining', '2026-11-05T10:00', 1],
    ['none a millisecond before joining', '2026-11-05T09:59:59.999', 0],
    ['none before the month', '2026-10-31T12:00', 0],
    ['all since joining in the last instant of the month', '2026-11-30T23:59:59.999', 26],
    ['all since joining in the months after', '2026-12-24', 26],
  ])('the days that are charged for the running month are %s', (_case, now, days) => {
    expect(activeDays(history('2026-11-05T10:00 active'), '2026-11', seoul(now))).toBe(days);
  });
});

describe('the fee', () => {
  it.each<[number, number, string, number]>([
    [1100, 30, '2026-11', 1100],
    [1100, 0, '2026-11', 0],
    // 1100 / 30 = 36.67
    [1100, 1, '2026-11', 36],
    // 1100 × 29 / 30 = 1063.33
    [1100, 29, '2026-11', 1063],
    // 1100 × 30 / 31 = 1064.52
    [1100, 30, '2026-12', 1064],
    // 1000 × 14 / 28 = 500, nothing to floor
    [1000, 14, '2027-02', 500],
    // 1000 × 14 / 29 = 482.76
    [1000, 14, '2028-02', 482],
    [0, 30, '2026-11', 0],
  ])('the fee of %i won for %i days of %s is %i won', (fee, days, month, won) => {
    expect(prorated(fee, days, month)).toBe(won);
  });

  const month = fc
    .tuple(fc.integer({ min: 2000, max: 2099 }), fc.integer({ min: 1, max: 12 }))
    .map(([year, number]) => `${year}-${String(number).padStart(2, '0')}`);

  it('the fee is floored, and a whole month costs the whole fee', () => {
    fc.assert(
      fc.property(month, fc.nat(1_000_000), fc.nat(31), (of, fee, some) => {
        const days = Math.min(some, daysIn(of));
        expect(BigInt(prorated(fee, days, of))).toBe((BigInt(fee) * BigInt(days)) / BigInt(daysIn(of)));
        expect(prorated(fee, daysIn(of), of)).toBe(fee);
      }),
    );
  });
});

describe('a month', () => {
  it.each<[string, string]>([
    ['2026-12-31T23:59:59.999', '2026-12'],
    ['2027-01-01T00:00', '2027-01'],
    ['2027-01-01T08:59:59.999', '2027-01'],
    ['2028-02-29T23:59:59.999', '2028-02'],
    ['2028-03-01T00:00', '2028-03'],
  ])('the month of %s in Seoul is %s', (at, month) => {
    expect(monthOf(seoul(at))).toBe(month);
  });

  it.each<[string, string, string, number, string]>([
    ['2026-12', '2026-12-01', '2027-01-01', 31, '2026-11'],
    ['2027-01', '2027-01-01', '2027-02-01', 31, '2026-12'],
    ['2027-02', '2027-02-01', '2027-03-01', 28, '2027-01'],
    ['2028-02', '2028-02-01', '2028-03-01', 29, '2028-01'],
    ['2028-03', '2028-03-01', '2028-04-01', 31, '2028-02'],
    ['2100-02', '2100-02-01', '2100-03-01', 28, '2100-01'],
    ['2026-10', '2026-10-01', '2026-11-01', 31, '2026-09'],
    ['2026-11', '2026-11-01', '2026-12-01', 30, '2026-10'],
  ])('the month %s lasts from %s to %s, %i days, after %s', (month, from, to, days, before) => {
    expect(boundsOf(month)).toEqual({ from: seoul(from), to: seoul(to) });
    expect(daysIn(month)).toBe(days);
    expect(monthBefore(month)).toBe(before);
  });

  it('a month begins where the one before ends', () => {
    for (let month = '2032-12'; month > '2024-01'; month = monthBefore(month)) {
      expect(boundsOf(monthBefore(month)).to).toEqual(boundsOf(month).from);
      expect(monthAfter(monthBefore(month))).toBe(month);
      expect(monthOf(boundsOf(month).from)).toBe(month);
      expect(monthOf(new Date(boundsOf(month).from.getTime() - 1))).toBe(monthBefore(month));
    }
  });

  it.each(['2026-13', '2026-00', '2026-1', '26-11', '2026-11-01', ' 2026-11', '2026/11', ''])(
    'a month is not what “%s” names',
    (text) => {
      expect(() => boundsOf(text)).toThrow(RangeError);
    },
  );
});

describe('a history that was reported late', () => {
  const reported = (...changes: [at: string, kind: string, reason?: string][]) =>
    statePeriods(
      changes.map(([at, kind, reason]) => ({ at: seoul(at), change: { kind, reason } as DatedTransition['change'] })),
    );

  // Suspended on the 5th, but reported after the device was activated on the 10th; resumed on the 20th. Active from the
  // 20th to the 30th.
  it('a subscription whose history was reported late is suspended from when the line was', () => {
    const periods = reported(
      ['2026-11-01', 'subscribed'],
      ['2026-11-10T12:00', 'device_activated'],
      ['2026-11-05', 'suspended', 'line_suspended'],
      ['2026-11-20', 'resumed', 'line_suspended'],
    );
    expect(activeDays(periods, '2026-11', LATER)).toBe(11);
  });

  // Loss reported on the 20th. Then the carrier reports that the number was ported out on the 10th. Active from the 1st
  // to the 10th.
  it('a subscription whose history was reported late ends at the instant that was reported', () => {
    const periods = reported(
      ['2026-11-01', 'subscribed'],
      ['2026-11-01', 'device_activated'],
      ['2026-11-20', 'suspended', 'loss_reported'],
      ['2026-11-10T12:00', 'cancelled', 'ported_out'],
    );
    expect(activeDays(periods, '2026-11', LATER)).toBe(10);
  });

  // Suspended on the 12th. Then the carrier reports a resumption on the 8th, which has nothing to resume. Active from
  // the 10th to the 12th.
  it('a subscription is not resumed by an event from before its suspension', () => {
    const periods = reported(
      ['2026-11-10', 'subscribed'],
      ['2026-11-10', 'device_activated'],
      ['2026-11-12T12:00', 'suspended', 'line_suspended'],
      ['2026-11-08', 'resumed', 'line_suspended'],
    );
    expect(activeDays(periods, '2026-11', LATER)).toBe(3);
  });
});

describe('any history', () => {
  const [FIRST, SECOND] = ['2026-11', '2026-12'];
  const START = seoul('2026-10-20').getTime();
  const MINUTES = (75 * DAY) / MINUTE;
  /** A time from 20 October to 2 January, often midnight or the millisecond before. */
  const instant = fc.oneof(
    fc.nat(MINUTES).map((minute) => START + minute * MINUTE),
    fc.nat(75).map((day) => START + day * DAY),
    fc.nat(75).map((day) => START + day * DAY - 1),
  );
  const state = fc.constantFrom(...SUBSCRIPTION_STATES);
  const anyLife = fc
    .array(fc.tuple(instant, state), { maxLength: 12 })
    .map((periods) =>
      periods.sort(([a], [b]) => a - b).map(([at, is]): StatePeriod => ({ state: is, at: new Date(at) })),
    );
  /** A history whose times may decrease. */
  const lateLife = fc
    .array(fc.tuple(instant, state), { maxLength: 12 })
    .map((periods) => periods.map(([at, is]): StatePeriod => ({ state: is, at: new Date(at) })));

  it('no month has fewer charged days than none or more than it has days', () => {
    fc.assert(
      fc.property(lateLife, instant, (periods, now) => {
        for (const month of [FIRST, SECOND]) {
          const days = activeDays(periods, month, new Date(now));
          expect(days).toBeGreaterThanOrEqual(0);
          expect(days).toBeLessThanOrEqual(daysIn(month));
        }
      }),
    );
  });

  it('two months that meet have each active day once between them', () => {
    fc.assert(
      fc.property(anyLife, instant, (periods, now) => {
        const both = activeDays(periods, FIRST, new Date(now)) + activeDays(periods, SECOND, new Date(now));
        expect(both).toBe(countActiveDays(periods, boundsOf(FIRST).from.getTime(), boundsOf(SECOND).to.getTime(), now));
      }),
      { numRuns: 300 },
    );
  });

  it('a transition that repeats a state splits its period without any effect', () => {
    fc.assert(
      fc.property(anyLife, instant, (periods, at) => {
        const standing = periods.findLast((link) => link.at.getTime() <= at);
        if (!standing) return;
        const place = periods.lastIndexOf(standing) + 1;
        const split = periods.toSpliced(place, 0, { state: standing.state, at: new Date(at) });
        for (const month of [FIRST, SECOND]) {
          expect(activeDays(split, month, LATER)).toBe(activeDays(periods, month, LATER));
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('a suspension that is added never adds a charged day', () => {
    fc.assert(
      fc.property(anyLife, instant, fc.nat(20 * DAY), instant, (periods, from, lasting, now) => {
        const place = periods.findLastIndex((link) => link.at.getTime() <= from) + 1;
        if (periods[place - 1]?.state !== 'active') return;
        const until = Math.min(from + lasting, periods[place]?.at.getTime() ?? Infinity);
        const suspended = periods.toSpliced(
          place,
          0,
          { state: 'suspended', at: new Date(from) },
          { state: 'active', at: new Date(until) },
        );
        for (const month of [FIRST, SECOND]) {
          const [less, days] = [suspended, periods].map((one) => activeDays(one, month, new Date(now)));
          expect(less).toBeLessThanOrEqual(days!);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});

/** Counts the days of a span with an active period, by checking each day separately. */
function countActiveDays(periods: readonly StatePeriod[], from: number, to: number, now: number): number {
  let days = 0;
  for (let day = from; day < to; day += DAY) {
    const isActive = periods.some(({ state, at }, place) => {
      const until = periods[place + 1]?.at.getTime() ?? Infinity;
      const [begin, end] = [Math.max(at.getTime(), day), Math.min(until, now, day + DAY - 1)];
      return state === 'active' && begin <= end;
    });
    if (isActive) days += 1;
  }
  return days;
}
