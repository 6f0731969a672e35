import type { AuthenticationState } from '../domain/authentication.ts';
import { Problem } from '../domain/problem.ts';

/** The problem for an authentication in a final state: `authentication_expired` or `authentication_closed`. */
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

/** `authentication_not_found`: the same answer for an unknown id, another relying party's and another phone's. */
export function notFound(): Problem {
  return new Problem(
    'authentication_not_found',
    'Use the id of an authentication that belongs to this client or device.',
  );
}
