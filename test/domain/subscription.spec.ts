import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  afterChange,
  CANCEL_REASONS,
  SUBSCRIPTION_STATES,
  SUBSCRIPTION_TRANSITIONS,
  SUSPENSION_REASONS,
  type Standing,
  type SubscriptionChange,
  type SuspensionReason,
} from '../../src/domain/subscription.ts';

/** Every possible set of suspensions, each in one order. */
const SETS: readonly (readonly SuspensionReason[])[] = SUSPENSION_REASONS.reduce<SuspensionReason[][]>(
  (sets, reason) => [...sets, ...sets.map((set) => [...set, reason])],
  [[]],
);

/** Every possible state of a subscription's row. */
const STANDINGS: readonly Standing[] = [
  ...SETS.map((suspensions) => ({ state: 'awaiting_device', suspensions, reason: null }) as const),
  ...SETS.map((suspensions) => begun(...suspensions)),
  ...CANCEL_REASONS.map((reason) => ({ state: 'cancelled', suspensions: [], reason }) as const),
];

const activated: SubscriptionChange = { kind: 'device_activated' };
const suspended = (reason: SuspensionReason): SubscriptionChange => ({ kind: 'suspended', reason });
const resumed = (reason: SuspensionReason): SubscriptionChange => ({ kind: 'resumed', reason });
const CHANGES: readonly SubscriptionChange[] = [
  activated,
  ...SUSPENSION_REASONS.map(suspended),
  ...SUSPENSION_REASONS.map(resumed),
  ...CANCEL_REASONS.map((reason) => ({ kind: 'cancelled', reason }) as const),
];

const FIRST: Standing = { state: 'awaiting_device', suspensions: [], reason: null };

/** The state of a subscription whose protection has begun. */
function begun(...suspensions: SuspensionReason[]): Standing {
  const [reason = null] = suspensions;
  return { state: reason ? 'suspended' : 'active', suspensions, reason };
}

function waiting(...suspensions: SuspensionReason[]): Standing {
  return { ...FIRST, suspensions };
}

/** The successive states that a stream of changes produces, including the first. */
function lifeOf(changes: readonly SubscriptionChange[], first = FIRST): Standing[] {
  const life = [first];
  for (const change of changes) {
    const after = afterChange(life.at(-1)!, change);
    if (after) life.push(after);
  }
  return life;
}

const after = (changes: readonly SubscriptionChange[], first = FIRST) => lifeOf(changes, first).at(-1)!;
const nameOf = (change: SubscriptionChange) => ('reason' in change ? `${change.kind} ${change.reason}` : change.kind);

describe('a subscription', () => {
  it.each<[string, Standing, SubscriptionChange, Standing | null]>([
    ['begins when its first device is active', waiting(), activated, begun()],
    ['begins suspended on a suspended line', waiting('line_suspended'), activated, begun('line_suspended')],
    ['begins active though the SIM was swapped while it waited', waiting('sim_swapped'), activated, begun()],
    ['waits on when its line is suspended', waiting(), suspended('line_suspended'), waiting('line_suspended')],
    ['waits on when its line is resumed', waiting('line_suspended'), resumed('line_suspended'), waiting()],
    ['stays active with another device', begun(), activated, begun()],
    ['is suspended', begun(), suspended('loss_reported'), begun('loss_reported')],
    ['is active again', begun('loss_reported'), resumed('loss_reported'), begun()],
    [
      'is suspended for two reasons, and says the older one',
      begun('sim_swapped'),
      suspended('line_suspended'),
      begun('sim_swapped', 'line_suspended'),
    ],
    [
      'stays suspended when one of two reasons is lifted',
      begun('sim_swapped', 'line_suspended'),
      resumed('sim_swapped'),
      begun('line_suspended'),
    ],
    ['is active again once the app is enrolled after a SIM swap', begun('sim_swapped'), activated, begun()],
    ['stays lost though an app is enrolled', begun('loss_reported'), activated, begun('loss_reported')],
    [
      'stays suspended with its line though an app is enrolled',
      begun('line_suspended', 'sim_swapped'),
      activated,
      begun('line_suspended'),
    ],
    ['cannot be suspended twice for one reason', begun('sim_swapped'), suspended('sim_swapped'), null],
    ['cannot be resumed from what does not stand', begun('sim_swapped'), resumed('line_suspended'), null],
    ['cannot be resumed while it is active', begun(), resumed('loss_reported'), null],
  ])('a subscription %s', (_case, before, change, expected) => {
    expect(afterChange(before, change)).toEqual(expected);
  });

  it.each(CANCEL_REASONS)('a subscription that is cancelled for %s keeps that reason and no suspension', (reason) => {
    for (const before of STANDINGS.filter(({ state }) => state !== 'cancelled')) {
      expect(afterChange(before, { kind: 'cancelled', reason })).toEqual({
        state: 'cancelled',
        suspensions: [],
        reason,
      });
    }
  });

  it('a subscription follows its rules, stated as sets, in every state and for every change', () => {
    expect(STANDINGS).toHaveLength(8 + 8 + 7);
    expect(CHANGES).toHaveLength(1 + 3 + 3 + 7);
    for (const before of STANDINGS) {
      for (const change of CHANGES) {
        const given = `${before.state} [${before.suspensions.join()}] ${nameOf(change)}`;
        expect([given, afterChange(before, change)]).toEqual([given, changeInSets(before, change)]);
      }
    }
  });

  it('a subscription takes every step that the table allows, and no other', () => {
    const taken = STANDINGS.flatMap((before) =>
      CHANGES.flatMap((change) => {
        const next = afterChange(before, change);
        return next ? [`${before.state} → ${next.state}`] : [];
      }),
    );
    const allowed = SUBSCRIPTION_STATES.flatMap((from) =>
      SUBSCRIPTION_TRANSITIONS[from].map((to) => `${from} → ${to}`),
    );
    expect([...new Set(taken)].sort()).toEqual(allowed.sort());
  });

  it('a subscription object is not modified by a change', () => {
    for (const before of STANDINGS) {
      const frozen = Object.freeze({ ...before, suspensions: Object.freeze([...before.suspensions]) });
      for (const change of CHANGES) afterChange(frozen, change);
      expect(frozen).toEqual(before);
    }
  });
});

describe('any sequence of changes', () => {
  const changes = fc.array(fc.constantFrom(...CHANGES), { maxLength: 30 });
  /** A cancellation ends a stream early, and most errors occur before it. */
  const standingChanges = fc.array(fc.constantFrom(...CHANGES.filter(({ kind }) => kind !== 'cancelled')), {
    maxLength: 30,
  });
  const reason = fc.constantFrom(...SUSPENSION_REASONS);

  it('a subscription never leaves cancelled', () => {
    fc.assert(
      fc.property(standingChanges, fc.constantFrom(...CANCEL_REASONS), changes, (before, why, later) => {
        const cancelled = after([...before, { kind: 'cancelled', reason: why }]);
        expect(cancelled).toEqual({ state: 'cancelled', suspensions: [], reason: why });
        expect(lifeOf(later, cancelled)).toEqual([cancelled]);
      }),
    );
  });

  it('a subscription takes only steps that the table allows', () => {
    fc.assert(
      fc.property(changes, (stream) => {
        const life = lifeOf(stream);
        for (const [at, { state }] of life.entries()) {
          if (at > 0) expect(SUBSCRIPTION_TRANSITIONS[life[at - 1]!.state]).toContain(state);
        }
      }),
    );
  });

  it('a subscription is active exactly when it has begun and no suspension stands', () => {
    fc.assert(
      fc.property(standingChanges, (stream) => {
        const hasBegun = stream.some(({ kind }) => kind === 'device_activated');
        const stands = new Set<SuspensionReason>();
        for (const change of stream) {
          if (change.kind === 'suspended') stands.add(change.reason);
          if (change.kind === 'resumed') stands.delete(change.reason);
          if (change.kind === 'device_activated') stands.delete('sim_swapped');
        }
        const { state, suspensions } = after(stream);
        expect([...suspensions].sort()).toEqual([...stands].sort());
        expect(state === 'active').toBe(hasBegun && stands.size === 0);
        expect(state === 'awaiting_device').toBe(!hasBegun);
      }),
    );
  });

  it('a subscription has a reason exactly when it is suspended or cancelled, and the first suspension gives it', () => {
    fc.assert(
      fc.property(changes, (stream) => {
        for (const { state, suspensions, reason: why } of lifeOf(stream)) {
          if (state === 'suspended') expect(why).toBe(suspensions[0]);
          else if (state === 'cancelled') expect(CANCEL_REASONS).toContain(why);
          else expect(why).toBeNull();
        }
      }),
    );
  });

  it('suspending a subscription twice has the effect of suspending it once', () => {
    fc.assert(
      fc.property(changes, reason, (stream, why) => {
        const once = after([...stream, suspended(why)]);
        expect(afterChange(once, suspended(why))).toBeNull();
        expect(after([...stream, suspended(why), suspended(why), resumed(why)])).toEqual(
          after([...stream, suspended(why), resumed(why)]),
        );
      }),
    );
  });

  it('two suspensions have the same effect in either order', () => {
    const compare = ({ state, suspensions }: Standing) => ({ state, suspensions: [...suspensions].sort() });
    fc.assert(
      fc.property(changes, reason, reason, (stream, one, other) => {
        const there = after([...stream, suspended(one), suspended(other)]);
        const back = after([...stream, suspended(other), suspended(one)]);
        expect(compare(there)).toEqual(compare(back));
        for (const lifted of [one, other]) {
          expect(compare(after([resumed(lifted)], there))).toEqual(compare(after([resumed(lifted)], back)));
        }
      }),
    );
  });
});

/** The rules of the contract, implemented a second time with sets. */
function changeInSets({ state, suspensions }: Standing, change: SubscriptionChange): Standing | null {
  if (state === 'cancelled') return null;
  if (change.kind === 'cancelled') return { state: 'cancelled', suspensions: [], reason: change.reason };
  const stands = new Set(suspensions);
  const hasBegun = state !== 'awaiting_device' || change.kind === 'device_activated';
  if (change.kind === 'device_activated') stands.delete('sim_swapped');
  else if (stands.has(change.reason) === (change.kind === 'suspended')) return null;
  else if (change.kind === 'suspended') stands.add(change.reason);
  else stands.delete(change.reason);
  return hasBegun ? begun(...stands) : waiting(...stands);
}
