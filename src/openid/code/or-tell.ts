import type { ProblemCode } from '../../domain/problem.ts';
import { problemOf } from '../../http/problem.filter.ts';
import { AuthorizationError, type AnswerTarget } from './authorization-error.ts';

const OUTAGES: Partial<Record<ProblemCode, string>> = {
  service_unavailable: 'temporarily_unavailable',
  internal_error: 'server_error',
};

/**
 * Does work for a request whose client is known, and has the client told of an outage (RFC 6749, 4.1.2.1): it can say more to
 * the person than a page of this service. Throws {@link AuthorizationError} for an outage, and every other error as it is.
 */
export async function orTell<Result>(target: AnswerTarget, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof AuthorizationError) throw error;
    const { code, detail } = problemOf(error);
    const name = OUTAGES[code];
    if (name === undefined) throw error;
    throw new AuthorizationError(name, detail, target, undefined, error);
  }
}
