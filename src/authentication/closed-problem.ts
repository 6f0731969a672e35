import type { AuthenticationState } from '../domain/authentication.ts';
import { Problem } from '../domain/problem.ts';

/** Why nothing more can be done with an authentication in this state. */
export function closedProblem(state: AuthenticationState): Problem {
  if (state === 'expired') {
    return new Problem('authentication_expired', 'Its 180 seconds are over; start a new authentication.', { state });
  }
  return new Problem('authentication_closed', `It is ${state} and stays so; start a new authentication.`, { state });
}

/** One answer for an unknown id, for another party's and for another phone's. */
export function notFound(): Problem {
  return new Problem('authentication_not_found', 'Use the id that the start answered, with the same client.');
}
