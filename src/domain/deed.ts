import type { SuspensionReason } from './subscription.ts';

/** What the call centre does to a subscription that one person may not always do alone. */
export const DEEDS = [
  'cancel',
  'resume',
  'enrolment_code',
  'unlock_pin',
  /** Subscribing a line although `recent_sim_change` holds. */
  'subscribe_in_hold',
  'approve_reissue',
  'issue_reissue',
] as const;
export type Deed = (typeof DEEDS)[number];

/**
 * Who acts: an operator who is signed in at the desk, or a program by its scopes. `deciding_client` has
 * `operator.decide`, with `operator` beside it or without.
 */
export const DEED_ACTORS = ['operator', 'client', 'deciding_client'] as const;
export type DeedActor = (typeof DEED_ACTORS)[number];

/** What stands on the subscription and its line at the time of the deed. */
export interface Circumstances {
  suspensions: readonly SuspensionReason[];
  /** A hold of codes by SMS or of joining stands on the line. */
  isHeld: boolean;
  /** An operator or a program unlocked the PIN within {@link UNLOCK_HOURS}. */
  wasUnlocked: boolean;
}

/**
 * How many people a deed takes:
 * - `alone`: the actor suffices.
 * - `caller_verified`: the actor suffices if the caller was verified by push during the call; otherwise two people.
 * - `two_people`: another person must have asked for the same.
 * - `needs_decide`: a program needs the scope `operator.decide` first.
 * - `never`: these circumstances do not allow it to any number of people.
 */
export type DeedTerms = 'alone' | 'caller_verified' | 'two_people' | 'needs_decide' | 'never';

/** Hours in which one person may unlock a PIN once (contract). */
export const UNLOCK_HOURS = 24;
/** Hours in which the request of one program serves another one (contract). */
export const DEED_REQUEST_HOURS = 24;

/** The terms of a deed. Every way in, at the desk and for programs, asks this rule. */
export function termsOf(deed: Deed, circumstances: Circumstances, actor: DeedActor): DeedTerms {
  const { suspensions, isHeld, wasUnlocked } = circumstances;
  const isSwapped = suspensions.includes('sim_swapped');
  const isLost = suspensions.includes('loss_reported');
  const isInDoubt = isSwapped || isLost || isHeld;
  const atDesk = actor === 'operator';
  // The phone that was reported lost proves nothing about the caller.
  const byPushOrTwo = isLost ? 'two_people' : 'caller_verified';
  const whatTakesAway = !isInDoubt ? 'alone' : actor === 'client' ? 'needs_decide' : 'two_people';
  switch (deed) {
    case 'cancel':
      return atDesk ? byPushOrTwo : whatTakesAway;
    case 'resume':
      // A changed SIM is confirmed on the phone, or ends with a new enrolment.
      if (isSwapped && actor !== 'client') return 'never';
      return atDesk ? 'two_people' : whatTakesAway;
    case 'enrolment_code':
      return atDesk ? 'two_people' : whatTakesAway;
    case 'unlock_pin':
      if (!wasUnlocked) return 'alone';
      return atDesk ? byPushOrTwo : 'two_people';
    case 'subscribe_in_hold':
      // The customer has to stand before both operators, and a program sees no customer.
      return atDesk ? 'two_people' : 'never';
    case 'approve_reissue':
      return actor === 'client' ? 'needs_decide' : 'two_people';
    case 'issue_reissue':
      return 'two_people';
  }
}

/** The deeds that one program requests and another one does, as the paths of the operators' API name them. */
export const REQUESTABLE_DEEDS = ['cancel', 'resume', 'enrolment-code', 'unlock-pin'] as const;
export type RequestableDeed = (typeof REQUESTABLE_DEEDS)[number];

/** The name of each deed in paths and in the audit. */
export const DEED_NAMES = {
  cancel: 'cancel',
  resume: 'resume',
  enrolment_code: 'enrolment-code',
  unlock_pin: 'unlock-pin',
} as const satisfies Partial<Record<Deed, RequestableDeed>>;
