import { ProblemError } from '../../phone/problem-error.ts';
import { words } from '../words/words.ts';

/** What a person is told of a failure that no screen has a better word for. */
export function faultOf(error: unknown): string {
  return error instanceof ProblemError ? words.failed : words.unreachable;
}

/** The service does not know this device any more: it was replaced, or the subscription has ended. */
export function isUnregistered(error: unknown): boolean {
  return error instanceof ProblemError && error.status === 401;
}

/** The service's code for a refusal. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof ProblemError ? error.code : undefined;
}
