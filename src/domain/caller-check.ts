import type { Deed } from './deed.ts';

/**
 * The deeds for which a caller can be verified by push (contract).
 *
 * A PIN that is locked proves nothing, so a person whose PIN is locked cannot be verified in this way, and two people
 * unlock it. `unlock_pin` covers a PIN that locks after it was asked for, within the time of the check.
 */
export const CHECKED_DEEDS = ['cancel', 'unlock_pin'] as const satisfies readonly Deed[];
export type CheckedDeed = (typeof CHECKED_DEEDS)[number];

/**
 * The states of a check. `asked`: the phone has the question. `opened`: the person said on the phone that they called,
 * and proved the PIN; the phone shows the code. `verified`: the operator typed the code that was read aloud. `used`: the
 * operator did the deed. `lapsed`: the operator did not, in time or before the subscription changed. `not_me`: the
 * person answered that they did not call.
 */
export const CALLER_CHECK_STATES = [
  'asked',
  'opened',
  'verified',
  'used',
  'lapsed',
  'not_me',
  'declined',
  'expired',
  'failed',
  'cancelled',
] as const;
export type CallerCheckState = (typeof CALLER_CHECK_STATES)[number];

/** From each state, the states that may follow it. A final state has no successor. */
export const CALLER_CHECK_TRANSITIONS: Readonly<Record<CallerCheckState, readonly CallerCheckState[]>> = {
  asked: ['opened', 'not_me', 'declined', 'expired', 'failed', 'cancelled'],
  opened: ['verified', 'not_me', 'declined', 'expired', 'failed', 'cancelled'],
  // The history of the app lets the person say so afterwards.
  verified: ['used', 'lapsed', 'not_me'],
  used: [],
  lapsed: [],
  not_me: [],
  declined: [],
  expired: [],
  failed: [],
  cancelled: [],
};

/** The states in which the phone may still answer, and the operator may still type the code. */
export const OPEN_CHECK_STATES = ['asked', 'opened'] as const satisfies readonly CallerCheckState[];

/** Seconds after the verification within which the operator may do the deed (contract). */
export const CALLER_CHECK_SECONDS = 180;
/** Minutes for which no operator can ask again after the person answered that they did not call. */
export const CALLER_DENIED_MINUTES = 60;
/** Hours for which such an answer stands in the call centre's overview. */
export const CALLER_DENIAL_SHOWN_HOURS = 24;
/** Checks that one operator may ask for, over all subscriptions. */
export const OPERATOR_CHECKS = { perTenMinutes: 20, perDay: 200 } as const;

/** What the app shows as the purpose of each check: the deed, in the language of all notices. */
export const CALLER_PURPOSES: Readonly<Record<CheckedDeed, string>> = {
  cancel: '고객센터가 해지를 요청합니다',
  unlock_pin: '고객센터가 비밀번호 잠금 해제를 요청합니다',
};
