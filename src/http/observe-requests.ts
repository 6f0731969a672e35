import { Logger } from '@nestjs/common';
import type { Span } from '@opentelemetry/api';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { AccessTokens } from '../crypto/access-token.ts';
import { beginServerSpan, isTracing, markFailed, within } from '../tracing/tracing.ts';
import { readTraceparent } from '../tracing/traceparent.ts';
import { camaraApiOf, type CamaraCode } from './camara-error.ts';
import { isOfTestMode, type CalledRequest } from './client.guard.ts';
import { presentedToken } from './dpop.ts';
import type { Metrics } from './metrics.ts';

/** Answers when the state changes, if its caller gives the seconds in `wait`. */
const HELD_ROUTE = '/v1/authentications/:id';

/** What a request leaves for those who watch. */
type ObservedRequest = CalledRequest & { span?: Span; problemCode?: string; camaraCode?: CamaraCode };

/** What an operator has asked for. */
interface Observers {
  metrics: Metrics;
  tokens: AccessTokens;
  /** The public address of the service. */
  issuer: string;
  /** Writes a line for each request. */
  logsRequests: boolean;
}

/**
 * Measures each request, traces it where tracing is on, and logs it where that is asked for: by method, route and status, and
 * never by path, query or address, which may hold an id or a person's data. Test mode is not in the metrics.
 */
export function observeRequests(fastify: FastifyInstance, { metrics, tokens, issuer, logsRequests }: Observers): void {
  const logger = new Logger('Request');
  const { protocol, hostname } = new URL(issuer);
  const shared = { 'url.scheme': protocol.slice(0, -1), 'server.address': hostname };
  if (isTracing()) {
    fastify.addHook('onRequest', (request: ObservedRequest, _reply, done) => {
      const { method } = request;
      const route = routeOf(request);
      const attributes = { ...shared, 'http.request.method': method, 'http.route': route };
      const caller = callerSpan(request, tokens);
      const span = beginServerSpan(`${method} ${route}`, attributes, caller);
      if (span) request.span = span;
      done();
    });
    // Reading a body leaves the flow of control of the hooks before it.
    fastify.addHook('preHandler', (request: ObservedRequest, _reply, done) => {
      within(request.span, done);
    });
  }
  const camaraAnswers = metrics.counter(
    'pushguard_camara_answers_total',
    'Answers of the CAMARA APIs, by API and by what they said: answered, or the code of the refusal',
    ['api', 'outcome'],
  );
  fastify.addHook('onResponse', (request: ObservedRequest, reply, done) => {
    const { method, span, caller, problemCode, camaraCode } = request;
    const api = camaraApiOf(request.url);
    if (api !== undefined) camaraAnswers.inc({ api, outcome: camaraCode ?? 'answered' });
    const route = routeOf(request);
    const { statusCode: status, elapsedTime: ms } = reply;
    if (!isOfTestMode(request)) metrics.answered(method, route, status, ms, mayBeHeld(request));
    if (logsRequests) {
      const about = { request_id: request.id, method, route, status, ms: Math.round(ms * 10) / 10 };
      const ids = span && { trace_id: span.spanContext().traceId, span_id: span.spanContext().spanId };
      const client = caller && { client_id: caller.clientId };
      logger.log(`${method} ${route} ${status}`, { ...about, ...client, ...(problemCode && { problemCode }), ...ids });
    }
    if (span) {
      span.setAttribute('http.response.status_code', status);
      if (caller) span.setAttribute('pushguard.client.id', caller.clientId);
      if (problemCode !== undefined && status >= 500) markFailed(span, problemCode);
      else if (problemCode !== undefined) span.setAttribute('error.type', problemCode);
      span.end();
    }
    done();
  });
}

/** Whether the caller asked this route to answer late. On any other one, `wait` says nothing. */
function mayBeHeld(request: FastifyRequest): boolean {
  const { wait } = (request.query ?? {}) as { wait?: unknown };
  return request.method === 'GET' && routeOf(request) === HELD_ROUTE && Number(wait) > 0;
}

function routeOf(request: FastifyRequest): string {
  return request.server.knownPaths.routeOf(request) ?? 'unknown';
}

/**
 * The caller's own span. It becomes the parent, and its decision to record counts, only where the caller is known: an
 * authenticated client, or a proxy of `TRUST_PROXY`. The span of an unknown caller is only linked, because that caller
 * could otherwise have every request recorded. So is that of a token which is bound to a key: its proof is not read
 * yet, and a thief of the token has none.
 */
function callerSpan(request: FastifyRequest, tokens: AccessTokens): Parameters<typeof beginServerSpan>[2] {
  const context = readTraceparent(request.headers.traceparent);
  if (!context) return {};
  // Only a proxy that is trusted adds an address to those of the connection.
  const isBehindProxy = (request.ips?.length ?? 0) > 1;
  const token = presentedToken(request.headers.authorization)?.token;
  const caller = token === undefined ? null : tokens.verify(token, new Date());
  const isKnown = isBehindProxy || (caller !== null && caller.jkt === undefined);
  return isKnown ? { trusted: context } : { linked: context };
}
