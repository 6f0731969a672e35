import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Handset, LineFacts } from '../../src/domain/line.ts';
import {
  differencesBetween,
  effectOf,
  factsAfter,
  missedEvents,
  type Difference,
  type LineEffect,
  type LineEvent,
} from '../../src/domain/line-event.ts';

const HOME = ['SKT', 'SKT_MVNO'];
const line: LineFacts = {
  lineId: 'line-1',
  phoneNumber: '+821012345678',
  carrier: 'SKT',
  status: 'active',
  holder: 'self',
  owner: { birthDate: '900101', genderDigit: '1' },
  plan: 'postpaid',
  handset: { os: 'android', osVersion: '14', formFactor: 'phone', model: 'SM-S921N' },
};
const owner = { birthDate: '850715', genderDigit: '2' };
const handset = (os: string, osVersion: string, formFactor: Handset['formFactor'] = 'phone'): Handset => ({
  os,
  osVersion,
  formFactor,
});
const changedTo = (to: Handset): LineEvent => ({ kind: 'device-changed', handset: to });

const UNSUPPORTED: LineEffect = { cancel: 'unsupported_device', closePending: true };
const ENROL_AGAIN: LineEffect = { revokeDevice: true };

describe('an event', () => {
  it.each<[string, LineEvent, LineEffect]>([
    ['ported-out cancels', { kind: 'ported-out', newCarrier: 'KT' }, { cancel: 'ported_out', closePending: true }],
    ['owner-changed cancels', { kind: 'owner-changed', owner }, { cancel: 'owner_changed', closePending: true }],
    ['terminated cancels', { kind: 'terminated' }, { cancel: 'line_terminated', closePending: true }],
    ['device-changed to Android wants the app enrolled again', changedTo(handset('android', '14')), ENROL_AGAIN],
    ['device-changed to the oldest Android wants the same', changedTo(handset('android', '2.3')), ENROL_AGAIN],
    ['device-changed to an iPhone wants the same', changedTo(handset('iOS', '6.0')), ENROL_AGAIN],
    ['device-changed to an Android tablet cancels', changedTo(handset('android', '14', 'tablet')), UNSUPPORTED],
    ['device-changed to an iPad cancels', changedTo(handset('ios', '17', 'tablet')), UNSUPPORTED],
    ['device-changed to a Windows phone cancels', changedTo(handset('windows', '8.1')), UNSUPPORTED],
    ['device-changed to a feature phone cancels', changedTo(handset('none', '1')), UNSUPPORTED],
    ['device-changed to an old Android cancels', changedTo(handset('android', '2.2.3')), UNSUPPORTED],
    ['device-changed to an old iPhone cancels', changedTo(handset('ios', '5.1.1')), UNSUPPORTED],
    ['device-changed to a version that cannot be read cancels', changedTo(handset('android', 'Froyo')), UNSUPPORTED],
    [
      'plan-changed to prepaid cancels',
      { kind: 'plan-changed', plan: 'prepaid' },
      { cancel: 'ineligible_plan', closePending: true },
    ],
    [
      'plan-changed to M2M cancels',
      { kind: 'plan-changed', plan: 'm2m' },
      { cancel: 'ineligible_plan', closePending: true },
    ],
    ['plan-changed to postpaid does nothing', { kind: 'plan-changed', plan: 'postpaid' }, {}],
    [
      'number-changed closes what is pending, and no more',
      { kind: 'number-changed', phoneNumber: '+821099999999' },
      { closePending: true },
    ],
    ['suspended suspends', { kind: 'suspended' }, { suspend: 'line_suspended', closePending: true }],
    ['resumed resumes, and leaves open what is pending', { kind: 'resumed' }, { resume: 'line_suspended' }],
    ['sim-swapped suspends', { kind: 'sim-swapped' }, { suspend: 'sim_swapped', closePending: true }],
  ])('the event %s', (_case, event, effect) => {
    expect(effectOf(event)).toEqual(effect);
  });

  it.each<[string, Partial<LineFacts>, LineEvent, Partial<LineFacts>]>([
    [
      'ported-out ends the contract and names the new carrier',
      {},
      { kind: 'ported-out', newCarrier: 'KT' },
      { status: 'terminated', carrier: 'KT' },
    ],
    ['owner-changed changes the owner', {}, { kind: 'owner-changed', owner }, { owner }],
    ['terminated ends the contract', {}, { kind: 'terminated' }, { status: 'terminated' }],
    ['terminated ends a suspended contract', { status: 'suspended' }, { kind: 'terminated' }, { status: 'terminated' }],
    [
      'device-changed changes the whole handset',
      {},
      changedTo(handset('ios', '17.5')),
      { handset: { os: 'ios', osVersion: '17.5', formFactor: 'phone' } },
    ],
    ['plan-changed changes the plan', {}, { kind: 'plan-changed', plan: 'm2m' }, { plan: 'm2m' }],
    [
      'number-changed changes the number',
      {},
      { kind: 'number-changed', phoneNumber: '+821099999999' },
      { phoneNumber: '+821099999999' },
    ],
    ['suspended suspends an active line', {}, { kind: 'suspended' }, { status: 'suspended' }],
    ['suspended leaves a suspended line', { status: 'suspended' }, { kind: 'suspended' }, {}],
    ['suspended brings no ended line back', { status: 'terminated' }, { kind: 'suspended' }, {}],
    ['resumed makes a suspended line active', { status: 'suspended' }, { kind: 'resumed' }, { status: 'active' }],
    ['resumed leaves an active line', {}, { kind: 'resumed' }, {}],
    ['resumed brings no ended line back', { status: 'terminated' }, { kind: 'resumed' }, {}],
    ['sim-swapped changes no fact', {}, { kind: 'sim-swapped' }, {}],
  ])('the event %s', (_case, held, event, change) => {
    const before = { ...line, ...held };
    expect(factsAfter(before, event)).toEqual({ ...before, ...change });
    expect(before).toEqual({ ...line, ...held });
  });
});

describe('two states of one line', () => {
  it.each<[Difference, Partial<LineFacts>]>([
    ['phoneNumber', { phoneNumber: '+821099999999' }],
    ['carrier', { carrier: 'KT' }],
    ['status', { status: 'suspended' }],
    ['holder', { holder: 'corporate' }],
    ['owner', { owner: { ...line.owner, birthDate: '900102' } }],
    ['owner', { owner: { ...line.owner, genderDigit: '2' } }],
    ['plan', { plan: 'prepaid' }],
    ['handset', { handset: { ...line.handset, os: 'ios' } }],
    ['handset', { handset: { ...line.handset, osVersion: '15' } }],
    ['handset', { handset: { ...line.handset, formFactor: 'tablet' } }],
    ['handset', { handset: { ...line.handset, model: 'SM-S926N' } }],
    ['handset', { handset: handset('android', '14') }],
  ])('two states of a line differ in %s alone', (difference, change) => {
    expect(differencesBetween(line, { ...line, ...change })).toEqual([difference]);
    expect(differencesBetween({ ...line, ...change }, line)).toEqual([difference]);
  });

  it('two states of a line do not differ by the order in which their fields are written', () => {
    const { os, osVersion, formFactor, model } = line.handset;
    const same: LineFacts = {
      ...line,
      owner: { genderDigit: line.owner.genderDigit, birthDate: line.owner.birthDate },
      handset: { model: model ?? '', formFactor, osVersion, os },
    };
    expect(differencesBetween(line, same)).toEqual([]);
  });

  it.each<[string, Partial<LineFacts>, Partial<LineFacts>, LineEvent[]]>([
    ['another carrier', {}, { carrier: 'KT' }, [{ kind: 'ported-out', newCarrier: 'KT' }]],
    ['another home carrier', {}, { carrier: 'SKT_MVNO' }, []],
    ['an ended contract', {}, { status: 'terminated' }, [{ kind: 'terminated' }]],
    ['a suspended line', {}, { status: 'suspended' }, [{ kind: 'suspended' }]],
    ['a line that is active again', { status: 'suspended' }, {}, [{ kind: 'resumed' }]],
    ['another owner', {}, { owner }, [{ kind: 'owner-changed', owner }]],
    ['a company', {}, { holder: 'corporate' }, [{ kind: 'owner-changed', owner: line.owner }]],
    ['another’s name', {}, { holder: 'other_party' }, [{ kind: 'owner-changed', owner: line.owner }]],
    ['the person’s own name again', { holder: 'corporate' }, {}, []],
    ['a prepaid plan', {}, { plan: 'prepaid' }, [{ kind: 'plan-changed', plan: 'prepaid' }]],
    ['another handset', {}, { handset: handset('ios', '17') }, [changedTo(handset('ios', '17'))]],
    [
      'another number',
      {},
      { phoneNumber: '+821099999999' },
      [{ kind: 'number-changed', phoneNumber: '+821099999999' }],
    ],
  ])('two states of a line that show %s reveal the event that was missed', (_case, before, now, events) => {
    expect(missedEvents({ ...line, ...before }, { ...line, ...now }, HOME)).toEqual(events);
  });

  it.each<[string, Handset, Handset, number]>([
    ['an update of its system', handset('android', '14'), handset('android', '15'), 0],
    ['a model that was not known before', handset('ios', '17'), { ...handset('ios', '17'), model: 'iPhone15,4' }, 0],
    ['a system on which the app cannot run', handset('android', '14'), handset('android', '2.2'), 1],
  ])('two states of a line that show %s reveal another handset %#', (_case, before, now, events) => {
    expect(missedEvents({ ...line, handset: before }, { ...line, handset: now }, HOME)).toHaveLength(events);
  });

  it('two states of a line name first the difference that ends a subscription', () => {
    const reported: LineFacts = {
      ...line,
      carrier: 'KT',
      status: 'terminated',
      holder: 'corporate',
      owner,
      plan: 'm2m',
      handset: handset('windows', '8'),
      phoneNumber: '+821099999999',
    };
    expect(missedEvents(line, reported, HOME).map(({ kind }) => kind)).toEqual([
      'ported-out',
      'terminated',
      'owner-changed',
      'plan-changed',
      'device-changed',
      'number-changed',
    ]);
  });

  const facts: fc.Arbitrary<LineFacts> = fc.record({
    lineId: fc.constant('line-1'),
    phoneNumber: fc.constantFrom('+821012345678', '+821099999999'),
    carrier: fc.constantFrom('SKT', 'SKT_MVNO', 'KT', 'LGU+'),
    status: fc.constantFrom('active', 'suspended', 'terminated'),
    holder: fc.constantFrom('self', 'corporate', 'other_party'),
    owner: fc.constantFrom(line.owner, owner, { birthDate: '900101', genderDigit: '2' }),
    plan: fc.constantFrom('postpaid', 'prepaid', 'm2m'),
    handset: fc.constantFrom(
      line.handset,
      { ...handset('android', '14'), model: 'SM-A346N' },
      handset('ios', '17'),
      handset('windows', '8'),
    ),
  });

  it('two states of a line differ in nothing an event reports once the missed events are applied', () => {
    fc.assert(
      fc.property(facts, facts, (held, reported) => {
        const caughtUp = missedEvents(held, reported, HOME).reduce(factsAfter, held);
        const unreported: Record<string, boolean> = {
          // No event reports that a line came from another carrier, or moved between home carriers.
          carrier: held.carrier !== reported.carrier && HOME.includes(reported.carrier),
          // No event carries the holder. If the person is no longer the holder, the carrier reports a change of owner.
          holder: held.holder !== reported.holder,
          // No event reactivates an ended contract. A line that was ported out has ended, whatever its reported status.
          status:
            reported.status !== 'terminated' &&
            (held.status === 'terminated' || (held.carrier !== reported.carrier && !HOME.includes(reported.carrier))),
        };
        const left = Object.keys(unreported).filter((fact) => unreported[fact]);
        expect([...differencesBetween(caughtUp, reported)].sort()).toEqual(left.sort());
      }),
      { numRuns: 2_000 },
    );
  });

  it('two states of a line reveal no event exactly when they differ in nothing that an event reports', () => {
    fc.assert(
      fc.property(facts, facts, (held, reported) => {
        expect(missedEvents(reported, reported, HOME)).toEqual([]);
        const differs = new Set<string>(differencesBetween(held, reported));
        if (HOME.includes(reported.carrier)) differs.delete('carrier');
        if (reported.holder === 'self') differs.delete('holder');
        expect(missedEvents(held, reported, HOME).length === 0).toBe(differs.size === 0);
      }),
      { numRuns: 2_000 },
    );
  });

  it('two states of a line reveal the same differences in either direction', () => {
    fc.assert(
      fc.property(facts, facts, (one, other) => {
        expect(differencesBetween(one, other)).toEqual(differencesBetween(other, one));
        expect(differencesBetween(one, one)).toEqual([]);
      }),
    );
  });
});
