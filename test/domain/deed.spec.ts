import { describe, expect, it } from '@jest/globals';
import { DEED_ACTORS, DEEDS, termsOf, type Circumstances, type Deed, type DeedTerms } from '../../src/domain/deed.ts';

const NEITHER: Circumstances = { suspensions: [], isHeld: false, wasUnlocked: false };
const STANDINGS = {
  neither: NEITHER,
  'line suspended': { ...NEITHER, suspensions: ['line_suspended'] },
  held: { ...NEITHER, isHeld: true },
  swapped: { ...NEITHER, suspensions: ['sim_swapped'], isHeld: true },
  lost: { ...NEITHER, suspensions: ['loss_reported'], isHeld: true },
  'swapped and lost': { ...NEITHER, suspensions: ['sim_swapped', 'loss_reported'], isHeld: true },
  'never protected and lost': { ...NEITHER, suspensions: ['loss_reported'] },
} as const satisfies Record<string, Circumstances>;
type Standing = keyof typeof STANDINGS;

const ALL = Object.keys(STANDINGS) as Standing[];
const QUIET: Standing[] = ['neither', 'line suspended'];
const LOST: Standing[] = ['lost', 'swapped and lost', 'never protected and lost'];
const SWAPPED: Standing[] = ['swapped', 'swapped and lost'];
const DOUBTED: Standing[] = ['held', 'swapped', ...LOST];
const but = (of: Standing[], without: Standing[]) => of.filter((one) => !without.includes(one));

/** Deed, unlocked within a day or not, standings, and the terms of: operator at the desk, client, deciding client. */
const TABLE: [Deed, boolean | 'either', Standing[], [DeedTerms, DeedTerms, DeedTerms]][] = [
  ['cancel', 'either', QUIET, ['caller_verified', 'alone', 'alone']],
  ['cancel', 'either', but(DOUBTED, LOST), ['caller_verified', 'needs_decide', 'two_people']],
  ['cancel', 'either', LOST, ['two_people', 'needs_decide', 'two_people']],
  ['resume', 'either', QUIET, ['two_people', 'alone', 'alone']],
  ['resume', 'either', but(DOUBTED, SWAPPED), ['two_people', 'needs_decide', 'two_people']],
  ['resume', 'either', SWAPPED, ['never', 'needs_decide', 'never']],
  ['enrolment_code', 'either', QUIET, ['two_people', 'alone', 'alone']],
  ['enrolment_code', 'either', DOUBTED, ['two_people', 'needs_decide', 'two_people']],
  ['unlock_pin', false, ALL, ['alone', 'alone', 'alone']],
  ['unlock_pin', true, but(ALL, LOST), ['caller_verified', 'two_people', 'two_people']],
  ['unlock_pin', true, LOST, ['two_people', 'two_people', 'two_people']],
  ['subscribe_in_hold', 'either', ALL, ['two_people', 'never', 'never']],
  ['approve_reissue', 'either', ALL, ['two_people', 'needs_decide', 'two_people']],
  ['issue_reissue', 'either', ALL, ['two_people', 'two_people', 'two_people']],
];
const ROWS = TABLE.flatMap(([deed, unlocked, standings, terms]) =>
  standings.flatMap((standing) =>
    (unlocked === 'either' ? [false, true] : [unlocked]).map((wasUnlocked) => ({
      deed,
      standing,
      wasUnlocked,
      terms: Object.fromEntries(DEED_ACTORS.map((actor, at) => [actor, terms[at]])),
    })),
  ),
);

describe('how many people a deed takes', () => {
  it.each(ROWS)(
    '$deed while $standing, unlocked within a day: $wasUnlocked',
    ({ deed, standing, wasUnlocked, terms }) => {
      const circumstances = { ...STANDINGS[standing], wasUnlocked };
      expect(Object.fromEntries(DEED_ACTORS.map((actor) => [actor, termsOf(deed, circumstances, actor)]))).toEqual(
        terms,
      );
    },
  );

  it('the table names every deed in all circumstances, once', () => {
    const named = ROWS.map(({ deed, standing, wasUnlocked }) => `${deed} ${standing} ${wasUnlocked}`);
    expect(new Set(named).size).toBe(named.length);
    expect(named).toHaveLength(DEEDS.length * ALL.length * 2);
  });

  it('no program does alone what takes protection away while the SIM or the phone is in doubt', () => {
    for (const deed of ['cancel', 'resume', 'enrolment_code'] as const)
      for (const standing of DOUBTED)
        for (const actor of ['client', 'deciding_client'] as const)
          expect(termsOf(deed, STANDINGS[standing], actor)).not.toBe('alone');
  });
});
