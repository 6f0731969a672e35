import type { AuthenticationState } from '../../domain/authentication.ts';

/** The states in which a window has ended. */
export type EndedState = Exclude<AuthenticationState, 'pending' | 'opened'>;

/** The reasons for which a window cannot be shown. */
export type ClosedReason = 'unknown' | 'over' | 'elsewhere' | 'failed';
