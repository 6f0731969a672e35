import type { ReissueState } from './reissue.ts';

/** The states of a customer's own application for a reissue. It decides nothing: an operator takes it up. */
export const APPLICATION_STATES = ['filed', 'taken', 'declined', 'withdrawn', 'expired'] as const;
export type ApplicationState = (typeof APPLICATION_STATES)[number];

/**
 * From each state, the states that may follow it.
 * - `filed`: waits for an operator.
 * - `taken`: an operator has applied for the reissue, whose own states follow.
 * - `declined`: an operator has spoken with the customer and did not take it up. Without a log-in it may be withdrawn all
 *   the same, because its customer is not told of the decision; see {@link standingOf}.
 */
export const APPLICATION_TRANSITIONS: Readonly<Record<ApplicationState, readonly ApplicationState[]>> = {
  filed: ['taken', 'declined', 'withdrawn', 'expired'],
  taken: [],
  declined: ['withdrawn'],
  withdrawn: [],
  expired: [],
};

/** Seconds in which an operator must take up an application. */
export const APPLICATION_SECONDS = 7 * 86_400;

/**
 * Seconds for which a verification by the app proves who applied. Later the operator has to check another proof: the
 * phone may have changed hands since.
 */
export const APP_PROOF_SECONDS = 3 * 86_400;

/** The proofs that an operator has to check. `phone` is an authentication of the service itself. */
export const CHECKED_PROOFS = ['id_card', 'certificate', 'i_pin'] as const;
export type CheckedProof = (typeof CHECKED_PROOFS)[number];

/** Where an application stands, as its customer is told. */
export const APPLICATION_STANDINGS = [
  'received',
  'applied',
  'approved',
  'issued',
  'registered',
  'completed',
  'withdrawn',
  'ended',
] as const;
export type ApplicationStanding = (typeof APPLICATION_STANDINGS)[number];

/**
 * Where an application stands. A customer who did not log in is not told that an operator declined before the application
 * would have ended by itself, because an application about a person without a service ends so as well.
 */
export function standingOf(application: {
  state: ApplicationState;
  hasEnded: boolean;
  isAuthenticated: boolean;
  reissue: ReissueState | null;
}): ApplicationStanding {
  const { state, hasEnded, isAuthenticated, reissue } = application;
  switch (state) {
    case 'filed':
      return hasEnded ? 'ended' : 'received';
    case 'declined':
      return hasEnded || isAuthenticated ? 'ended' : 'received';
    case 'withdrawn':
      return 'withdrawn';
    case 'expired':
      return 'ended';
    case 'taken':
      return reissue === null || reissue === 'refused' || reissue === 'expired' ? 'ended' : reissue;
  }
}
