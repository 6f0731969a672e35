import { ProblemError } from '../../phone/problem-error.ts';
import { words } from '../words/words.ts';

/** The message for a failure that has no more specific text. */
export function faultOf(error: unknown): string {
  return error instanceof ProblemError ? words.failed : words.unreachable;
}

/** Whether the service no longer knows this device: it was replaced, or the subscription has ended. */
export function isUnregistered(error: unknown): boolean {
  return error instanceof ProblemError && error.status === 401;
}

/**
 * Whether the service refused the request. Without a refusal the app does not know whether the service carried it out: no
 * answer came, a proxy answered, or the service failed.
 */
export function isRefusal(error: unknown): boolean {
  return error instanceof ProblemError && error.status < 500 && error.code !== 'unknown';
}

/** The service's problem code of a refusal. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof ProblemError ? error.code : undefined;
}
