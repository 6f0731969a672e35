import { ProblemError } from '../../phone/problem-error.ts';
import { locale } from '../../pages/browser/locale.ts';
import { MESSAGES } from './messages.ts';

/** What a person is told of a failure that no screen has a better word for. */
export function faultOf(error: unknown): string {
  return error instanceof ProblemError ? MESSAGES[locale].failed : MESSAGES[locale].unreachable;
}

/** The service does not know this device any more: it was replaced, or the subscription has ended. */
export function isUnregistered(error: unknown): boolean {
  return error instanceof ProblemError && error.status === 401;
}

/** The service's code for a refusal. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof ProblemError ? error.code : undefined;
}
