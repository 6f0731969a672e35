import { describe, expect, it } from '@jest/globals';
import { firstLook, FINDINGS, SILENT_DAYS, type Finding, type FirstLookFacts } from '../../src/domain/first-look.ts';

const now = new Date('2026-11-29T03:00:00.000Z');
const daysAgo = (days: number) => new Date(now.getTime() - days * 86_400_000);

/** A subscription on which nothing is wrong. */
const FINE: FirstLookFacts = {
  state: 'active',
  suspensions: [],
  reason: null,
  device: { state: 'active', pinLocked: false },
  reach: { hasPushToken: true, pushTokenDiedAt: null, lastContactAt: now },
  pushes: [{ outcome: 'accepted', answeredAt: now }],
  held: 0,
  smsPermissions: 0,
};
const reach = FINE.reach!;

const CASES: [Finding, Partial<FirstLookFacts>][] = [
  ['cancelled', { state: 'cancelled', reason: 'website', device: null, reach: undefined }],
  ['sim_swapped_and_lost', { state: 'suspended', suspensions: ['loss_reported', 'sim_swapped'] }],
  ['sim_swapped', { state: 'suspended', suspensions: ['line_suspended', 'sim_swapped'] }],
  ['loss_reported', { state: 'suspended', suspensions: ['line_suspended', 'loss_reported'] }],
  ['line_suspended', { state: 'suspended', suspensions: ['line_suspended'] }],
  ['never_enrolled', { state: 'awaiting_device', device: null, reach: undefined }],
  ['not_tested', { state: 'awaiting_device', device: { state: 'testing', pinLocked: false } }],
  ['no_phone', { device: null, reach: undefined }],
  ['pin_exhausted', { device: { state: 'active', pinLocked: true, pinExhausted: true } }],
  ['pin_locked', { device: { state: 'active', pinLocked: true } }],
  ['token_dead', { reach: { ...reach, hasPushToken: false, pushTokenDiedAt: now } }],
  ['token_missing', { reach: { ...reach, hasPushToken: false } }],
  ['push_refused', { pushes: [{ outcome: 'rejected', answeredAt: now }, ...FINE.pushes] }],
  ['push_delayed', { pushes: [{ outcome: 'retry', answeredAt: now }, ...FINE.pushes] }],
  ['silent', { reach: { ...reach, lastContactAt: daysAgo(SILENT_DAYS) } }],
  ['held', { held: 2 }],
  ['sms_permitted', { smsPermissions: 1 }],
  ['nothing', { pushes: [...FINE.pushes, { outcome: 'rejected', answeredAt: daysAgo(1) }] }],
];

describe('the first look at a subscription', () => {
  it.each(CASES)('the first look at a subscription finds %s', (finding, facts) => {
    expect(firstLook({ ...FINE, ...facts }, now)).toBe(finding);
  });

  it('the first look at a subscription has a case for each finding, and names the gravest first', () => {
    expect(CASES.map(([finding]) => finding)).toEqual(FINDINGS);
    for (const [at, [graver, facts]] of CASES.entries()) {
      // A later finding that stands too changes nothing, as far as the two can stand together.
      for (const [, also] of CASES.slice(at + 1)) {
        if (Object.keys(also).some((name) => name in facts)) continue;
        expect(firstLook({ ...FINE, ...also, ...facts }, now)).toBe(graver);
      }
    }
  });
});
