import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Problem } from '../domain/problem.ts';
import { presentTrace } from '../tracing/tracing.ts';
import { camaraApiOf, CamaraError, writeErrorInfo } from './camara-error.ts';
import { challengeFor } from './challenge.ts';
import { badBody } from './faults.ts';
import { tellLimit } from './limit-headers.ts';
import { oauthErrorOf } from './oauth-error.ts';
import { Metrics } from './metrics.ts';
import { PROBLEM_CATALOGUE } from './problem-catalogue.ts';
import { recordRefusal } from './record-refusal.ts';

/**
 * The only writer of `application/problem+json` (RFC 9457), and of ErrorInfo below the paths of CAMARA. It logs unknown
 * errors and answers 500.
 */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly metrics: Metrics) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    if (error instanceof CamaraError) {
      if (error.isOfLimit) this.metrics.refused(request.routeOptions.url ?? 'unknown route', 'too_many_requests');
      writeErrorInfo(reply, error);
      return;
    }
    const problem = problemOf(error);
    recordRefusal({ error, problem, request }, this.metrics);
    // The process stops, or the body was late: the caller was told while the work went on.
    if (reply.sent) return;
    writeProblem(reply, problem);
  }
}

/** Writes one problem document with its headers. */
export function writeProblem(reply: FastifyReply, problem: Problem): void {
  const { status } = PROBLEM_CATALOGUE[problem.code];
  const { allow, identityOnly } = problem.members;
  tellLimit(reply, problem.members);
  if (allow) void reply.header('Allow', allow.join(', '));
  if (identityOnly) void reply.header('Accept-Encoding', 'identity');
  const challenge = challengeFor(problem, reply.request.headers.authorization);
  if (challenge !== undefined) void reply.header('WWW-Authenticate', challenge);
  (reply.request as { problemCode?: string }).problemCode = problem.code;
  if (camaraApiOf(reply.request.url) !== undefined) {
    writeErrorInfo(reply, problem);
    return;
  }
  // With it, the operator finds what failed.
  const trace = problem.code === 'internal_error' ? presentTrace() : undefined;
  const traced = trace && { trace_id: trace.trace_id };
  const oauth = oauthErrorOf(problem, reply.server.knownPaths.routeOf(reply.request));
  void reply
    .status(status)
    .header('Cache-Control', 'no-store')
    .type(oauth ? 'application/json; charset=utf-8' : 'application/problem+json; charset=utf-8')
    .send(JSON.stringify({ ...problemDocument(problem, reply.server.issuer), ...oauth, ...traced }));
}

/**
 * The members of one problem document (RFC 9457, section 3). `help` is the page of the service's own documents that
 * explains the code; `type` only names it.
 */
export function problemDocument({ code, detail, members }: Problem, issuer: string): object {
  const { status, title } = PROBLEM_CATALOGUE[code];
  const {
    retryAfterSeconds: _retry,
    limit: _limit,
    allow: _allow,
    requiredScope: _scope,
    identityOnly: _identity,
    isBound: _bound,
    error: _error,
    deskSentence: _sentence,
    ...rest
  } = members;
  const help = `${issuer}/developers/errors#${code}`;
  return { type: `urn:pushguard:problem:${code}`, title, status, detail, code, help, ...rest };
}

/**
 * SQLSTATEs of transient failures (PostgreSQL, appendix A): connection, resources, operator intervention; a server that
 * is a standby now; a session that a pooler exchanged.
 */
const TRANSIENT_SQLSTATE = /^(08|40|53|57)|^(25006|26000|42P05)$/;
const TRANSIENT_ERRNO = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
]);

/** The words of `pg` and `pg-pool` where an error has no code. */
const TRANSIENT_MESSAGE =
  /^(Connection terminated|timeout e\w+d|Client (has encountered a connection error|was closed)|Query runner already released)/;

/** Maps an error of any origin to a problem. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  // TypeORM wraps the error of the driver.
  const { driverError = error } = error as { driverError?: unknown };
  const { code, message, statusCode } = driverError as { code?: unknown; message?: unknown; statusCode?: unknown };
  const status = error instanceof HttpException ? error.getStatus() : statusCode;
  if (status === 413)
    return new Problem('payload_too_large', 'Send a body of at most 16 KiB (1 MiB for a batch of carrier events).');
  if (status === 415) return new Problem('unsupported_media_type', 'Send the body as application/json.');
  if (status === 404)
    return new Problem('not_found', 'Nothing exists at this address. See /openapi.json for the supported ones.');
  // Fastify would repeat the address.
  if (code === 'FST_ERR_BAD_URL')
    return new Problem('invalid_request', 'The address cannot be read. Percent-encode it as UTF-8 (RFC 3986, 2.1).');
  if (typeof status === 'number' && status >= 400 && status < 500)
    return new Problem('invalid_request', String(message));
  // A NUL in a string: JSON allows it, PostgreSQL's text type does not.
  if (code === '22021') return badBody('Remove null characters (U+0000) from the text.');
  const transient =
    (typeof code === 'string' && (TRANSIENT_SQLSTATE.test(code) || TRANSIENT_ERRNO.has(code))) ||
    (typeof message === 'string' && TRANSIENT_MESSAGE.test(message));
  if (transient) {
    return new Problem(
      'service_unavailable',
      'The service is temporarily unavailable. Send the same request again after a second.',
      { retryAfterSeconds: 1 },
    );
  }
  return new Problem('internal_error', 'The service failed and recorded the error. Try again later.');
}
