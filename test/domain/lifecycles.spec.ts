import { describe, expect, it } from '@jest/globals';
import {
  AUTHENTICATION_STATES,
  AUTHENTICATION_TRANSITIONS,
  OPEN_STATES,
  stateAt,
} from '../../src/domain/authentication.ts';
import { CALLER_CHECK_STATES, CALLER_CHECK_TRANSITIONS } from '../../src/domain/caller-check.ts';
import { REGISTRATION_STATES, REGISTRATION_TRANSITIONS } from '../../src/domain/authenticator.ts';
import { DEVICE_STATES, DEVICE_TRANSITIONS } from '../../src/domain/device.ts';
import { REISSUE_STATES, REISSUE_TRANSITIONS } from '../../src/domain/reissue.ts';
import { APPLICATION_STATES, APPLICATION_TRANSITIONS } from '../../src/domain/reissue-application.ts';
import { channelOf, SUBSCRIPTION_STATES, SUBSCRIPTION_TRANSITIONS } from '../../src/domain/subscription.ts';

type Table = Readonly<Record<string, readonly string[]>>;

const LIFECYCLES: [string, readonly string[], Table, string, readonly string[]][] = [
  [
    'an authentication',
    AUTHENTICATION_STATES,
    AUTHENTICATION_TRANSITIONS,
    'pending',
    ['verified', 'declined', 'expired', 'failed', 'cancelled'],
  ],
  ['a registration', REGISTRATION_STATES, REGISTRATION_TRANSITIONS, 'pending', ['declined', 'expired', 'revoked']],
  ['a reissue', REISSUE_STATES, REISSUE_TRANSITIONS, 'applied', ['completed', 'refused', 'withdrawn', 'expired']],
  [
    'an application for a reissue',
    APPLICATION_STATES,
    APPLICATION_TRANSITIONS,
    'filed',
    ['taken', 'withdrawn', 'expired'],
  ],
  ['a device', DEVICE_STATES, DEVICE_TRANSITIONS, 'testing', ['revoked']],
  [
    'a verification of a caller',
    CALLER_CHECK_STATES,
    CALLER_CHECK_TRANSITIONS,
    'asked',
    ['used', 'lapsed', 'not_me', 'declined', 'expired', 'failed', 'cancelled'],
  ],
  ['a subscription', SUBSCRIPTION_STATES, SUBSCRIPTION_TRANSITIONS, 'awaiting_device', ['cancelled']],
];

describe.each(LIFECYCLES)('the lifecycle of %s', (_, states, transitions, first, final) => {
  it('a lifecycle reaches every state from the first', () => {
    const reached = new Set([first]);
    for (const state of reached) for (const next of transitions[state] ?? []) reached.add(next);
    expect([...reached].sort()).toEqual([...states].sort());
  });

  it('a lifecycle never leaves a final state, and leaves every other state', () => {
    expect(states.filter((state) => transitions[state]?.length === 0).sort()).toEqual([...final].sort());
  });
});

describe('an authentication', () => {
  it.each(AUTHENTICATION_STATES)(
    'an authentication that is %s is shown as expired after its time only while it is open',
    (state) => {
      const open = (OPEN_STATES as readonly string[]).includes(state);
      expect(stateAt({ state, expired: true })).toBe(open ? 'expired' : state);
      expect(stateAt({ state, expired: false })).toBe(state);
    },
  );

  it('an authentication goes by SMS until protection has begun, and never after that', () => {
    expect(channelOf(null)).toBe('sms');
    expect(channelOf({ protectedSince: null, smsPermitted: false })).toBe('sms');
    expect(channelOf({ protectedSince: new Date(0), smsPermitted: false })).toBe('push');
  });
});
