import { Logger } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Problem } from '../domain/problem.ts';
import { RareWarnings } from '../process/rare-warnings.ts';
import { isOfTestMode } from './client.guard.ts';
import type { Metrics } from './metrics.ts';

/** One for all surfaces: an outage is the same for each of them. */
const OUTAGES = new RareWarnings(new Logger('Outage'));
/** One line a minute for each route and class of errors. */
const FAULTS = new RareWarnings(new Logger('Fault'));

/**
 * Records why a request failed. What the service refuses by choice, under load or beyond a limit, is counted; a fault
 * (`problem` without being one itself) is logged with its stack. An outage is one line a minute, whatever the number of
 * requests that meet it. A refusal of test mode, which a test number may ask for, is not counted.
 */
export function recordRefusal(
  { error, problem, request }: { error: unknown; problem: Problem; request: FastifyRequest },
  metrics: Metrics,
): void {
  const { code } = problem;
  // The route and never the URL, because a path may contain an id.
  const route = request.routeOptions.url ?? 'unknown route';
  if (error instanceof Problem) {
    const isByChoice = code === 'service_unavailable' || code === 'too_many_requests';
    if (isByChoice && !isOfTestMode(request)) metrics.refused(route, code);
  } else if (code === 'service_unavailable') {
    metrics.failed(route, code);
    OUTAGES.warn('requests were answered 503', `${request.method} ${route}: ${(error as Error).message}`);
  } else if (code === 'internal_error') {
    metrics.failed(route, code);
    const { name, code: own } = error as { name?: unknown; code?: unknown };
    const kind = `${request.method} ${route} failed (${String(name)}${typeof own === 'string' ? ` ${own}` : ''})`;
    FAULTS.error(kind, error, { request_id: request.id });
  }
}

/**
 * Records a refusal that a page shows beside what it must not lose, and sets `Retry-After`: it does not reach the filter,
 * which would do both.
 */
export function recordShownRefusal(
  refused: { error: unknown; problem: Problem; request: FastifyRequest; reply: FastifyReply },
  metrics: Metrics,
): void {
  recordRefusal(refused, metrics);
  const { retryAfterSeconds } = refused.problem.members;
  if (retryAfterSeconds !== undefined) void refused.reply.header('Retry-After', String(retryAfterSeconds));
}
