import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  joinHold,
  memoryAfter,
  NO_MEMORY,
  smsHold,
  type LineHappening,
  type LineMemory,
  type StandingForHolds,
} from '../../src/domain/line-memory.ts';
import type { SuspensionReason } from '../../src/domain/subscription.ts';

const HOURS = { sms: 72, join: 24 };
const HOUR = 3_600_000;
const BEGIN = Date.parse('2026-11-01T00:00:00Z');

/** A line with its subscription, as far as holds look at them, and the last instant at which a doubt began. */
interface World {
  now: number;
  memory: LineMemory;
  standing: StandingForHolds | null;
  /** The last SIM change or report of loss, or the last instant at which a subscription ended on which one stood. */
  doubtedAt: number | null;
  simChangedAt: number | null;
}

const IN_DOUBT: ReadonlySet<SuspensionReason> = new Set(['sim_swapped', 'loss_reported']);

/** What the holder of a SIM can bring about: with the carrier, by reports without a login, and by waiting. */
const STEPS = {
  swap: (world: World) => doubt(suspend(world, 'sim_swapped'), { kind: 'sim_changed', at: new Date(world.now) }),
  reportLoss: (world: World) =>
    world.standing ? doubt(suspend(world, 'loss_reported'), { kind: 'loss_reported', at: new Date(world.now) }) : world,
  changeHandset: (world: World) => remember(world, { kind: 'handset_changed', at: new Date(world.now) }),
  /** A feature phone, a prepaid plan or leaving the carrier: whatever cancels by itself. */
  cancel: (world: World): World => {
    if (!world.standing) return world;
    const { isProtected, suspensions } = world.standing;
    const inDoubt = suspensions.some((reason) => IN_DOUBT.has(reason));
    const happening = {
      kind: 'protection_ended',
      at: new Date(world.now),
      wasProtected: isProtected,
      inDoubt,
    } as const;
    return { ...remember(world, happening), standing: null, ...(inDoubt && { doubtedAt: world.now }) };
  },
  /** Porting out and back: the memory goes with number and owner, and arriving counts as a SIM change. */
  portBack: (world: World): World => {
    const ended = STEPS.cancel(world);
    const at = new Date(ended.now);
    const memory = memoryAfter(NO_MEMORY, { kind: 'number_arrived', at, brought: ended.memory });
    return { ...ended, memory, doubtedAt: ended.now, simChangedAt: ended.now };
  },
  /** Joining again, where nothing holds it. */
  join: (world: World): World =>
    world.standing || joinHold(world.memory, null, new Date(world.now), HOURS)
      ? world
      : { ...world, standing: { isProtected: false, suspensions: [] } },
} as const;

function remember(world: World, happening: LineHappening): World {
  return { ...world, memory: memoryAfter(world.memory, happening) };
}

function suspend(world: World, reason: SuspensionReason): World {
  const { standing } = world;
  if (!standing) return world;
  return { ...world, standing: { ...standing, suspensions: [...new Set([...standing.suspensions, reason])] } };
}

function doubt(world: World, happening: Extract<LineHappening, { at: Date }>): World {
  const simChangedAt = happening.kind === 'sim_changed' ? world.now : world.simChangedAt;
  return { ...remember(world, happening), doubtedAt: world.now, simChangedAt };
}

const step = fc.record({
  name: fc.constantFrom(...(Object.keys(STEPS) as (keyof typeof STEPS)[])),
  waits: fc.integer({ min: 0, max: 40 }),
});
const steps = fc.array(step, { minLength: 1, maxLength: 12 });

/** The subscriber's line at the beginning: protected for long, nothing in doubt. */
const PROTECTED: World = {
  now: BEGIN,
  memory: NO_MEMORY,
  standing: { isProtected: true, suspensions: [] },
  doubtedAt: null,
  simChangedAt: null,
};

function worldsAfter(taken: readonly { name: keyof typeof STEPS; waits: number }[]): World[] {
  const worlds = [PROTECTED];
  for (const { name, waits } of taken) {
    const before = worlds.at(-1) ?? PROTECTED;
    worlds.push(STEPS[name]({ ...before, now: before.now + waits * HOUR }));
  }
  return worlds;
}

describe('what the holder of a SIM can bring about', () => {
  it('no order of events, reports and waiting leads to a code by SMS within 72 hours of a doubt', () => {
    fc.assert(
      fc.property(steps, fc.integer({ min: 0, max: 71 }), (taken, later) => {
        for (const { memory, standing, doubtedAt, now } of worldsAfter(taken)) {
          if (doubtedAt === null) continue;
          const at = new Date(Math.max(now, Math.min(now + later * HOUR, doubtedAt + 72 * HOUR - 1)));
          if (at.getTime() >= doubtedAt + 72 * HOUR && !standing?.suspensions.length) continue;
          expect(smsHold(memory, standing, at, HOURS)).not.toBeNull();
        }
      }),
    );
  });

  it('no order of them leads to joining within 24 hours of a SIM change, or while codes by SMS are held', () => {
    fc.assert(
      fc.property(steps, (taken) => {
        for (const { memory, standing, simChangedAt, now } of worldsAfter(taken)) {
          const isFresh = simChangedAt !== null && now < simChangedAt + 24 * HOUR;
          const isHeld = smsHold(memory, standing, new Date(now), HOURS) !== null;
          if (isFresh || isHeld) expect(joinHold(memory, standing, new Date(now), HOURS)).not.toBeNull();
        }
      }),
    );
  });

  it('while a SIM change or a report of loss stands, waiting ends no hold', () => {
    fc.assert(
      fc.property(fc.constantFrom('swap' as const, 'reportLoss' as const), fc.nat(24 * 365), (name, waited) => {
        const { memory, standing, now } = STEPS[name](PROTECTED);
        expect(smsHold(memory, standing, new Date(now + waited * HOUR), HOURS)).toEqual({ until: null });
      }),
    );
  });
});

describe('what ends a hold', () => {
  const at = new Date(BEGIN);
  const swapped = memoryAfter(
    memoryAfter(NO_MEMORY, { kind: 'protection_ended', at, wasProtected: true, inDoubt: true }),
    {
      kind: 'sim_changed',
      at,
    },
  );

  it('time: 72 hours for codes by SMS', () => {
    expect(smsHold(swapped, null, new Date(BEGIN + 72 * HOUR - 1), HOURS)).toEqual({
      until: new Date(BEGIN + 72 * HOUR),
    });
    expect(smsHold(swapped, null, new Date(BEGIN + 72 * HOUR), HOURS)).toBeNull();
  });

  it.each([['sim_confirmed' as const], ['owner_changed' as const]])('the person, or another owner: %s', (kind) => {
    const after = memoryAfter(swapped, { kind });
    expect(joinHold(after, null, at, HOURS)).toBeNull();
  });

  it('relying parties are told of a SIM change that the person confirmed, all the same', () => {
    expect(memoryAfter(swapped, { kind: 'sim_confirmed' }).simChangedAt).toEqual(at);
  });

  it('an objection to a report of loss leaves the doubt of a SIM change', () => {
    const both = memoryAfter(swapped, { kind: 'loss_reported', at: new Date(BEGIN + HOUR) });
    expect(smsHold(memoryAfter(both, { kind: 'loss_objected' }), null, at, HOURS)).not.toBeNull();
  });
});
