import type { AuthenticationState } from '../domain/authentication.ts';
import { Problem } from '../domain/problem.ts';

/** Why nothing more can be done with an authentication in this state. */
export function closedProblem(state: AuthenticationState): Problem {
  if (state === 'expired') {
    return new Problem('authentication_expired', 'The authentication expired after 180 seconds. Start a new one.', {
      state,
    });
  }
  return new Problem(
    'authentication_closed',
    `The state of the authentication is ${state}, which is final. Start a new one.`,
    { state },
  );
}

/** One answer for an unknown id, for another party's and for another phone's. */
export function notFound(): Problem {
  return new Problem(
    'authentication_not_found',
    'Use the id of an authentication that belongs to this client or device.',
  );
}
