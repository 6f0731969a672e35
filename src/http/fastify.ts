import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Problem } from '../domain/problem.ts';
import { problemOf, writeProblem } from './problem.filter.ts';
import { readForm } from './read-form.ts';
import { readJson } from './read-json.ts';

/** The largest body of an ordinary call, in bytes (contract). */
const BODY_LIMIT = 16 * 1024;

/** A request with the bytes of its body as they came, which a device proof is about. */
export type RawRequest = FastifyRequest & { rawBody?: Buffer };

/** Fastify as every caller meets it: small bodies, strict JSON, no more trust in proxies than configured. */
export function createFastifyAdapter(options: { trustProxy: string[] }): FastifyAdapter {
  const adapter = new FastifyAdapter({
    bodyLimit: BODY_LIMIT,
    trustProxy: options.trustProxy.length > 0 ? options.trustProxy : false,
    // Idle connections of load balancers live for a minute; ours must outlive them.
    keepAliveTimeout: 75_000,
    requestTimeout: 60_000,
    routerOptions: { maxParamLength: 128 },
    // What Fastify refuses before there is a route.
    frameworkErrors: (error: Error, _request: FastifyRequest, reply: FastifyReply) => {
      writeProblem(reply, problemOf(error));
    },
  });
  const fastify = adapter.getInstance<FastifyInstance>();
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser<Buffer>('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    (request as RawRequest).rawBody = body;
    settle(done, () => {
      if (takesForms(request)) throw new Problem('unsupported_media_type', `Send the body as ${FORM}.`);
      return body.length === 0 ? undefined : readJson(body.toString('utf8'));
    });
  });
  fastify.addContentTypeParser<Buffer>(FORM, { parseAs: 'buffer' }, (request, body, done) => {
    settle(done, () => {
      if (!takesForms(request)) throw new Problem('unsupported_media_type', 'Send the body as application/json.');
      return readForm(body.toString('utf8'));
    });
  });
  return adapter;
}

const FORM = 'application/x-www-form-urlencoded';

/** A route says so in its configuration; every other one takes JSON alone, which no HTML form of another site can send. */
function takesForms(request: FastifyRequest): boolean {
  return 'takesForms' in request.routeOptions.config;
}

function settle(done: (error: Error | null, body?: unknown) => void, read: () => unknown): void {
  try {
    done(null, read());
  } catch (error) {
    done(error as Error);
  }
}

/**
 * Answers 405 with `Allow` where an address exists but not with that method. Called once every route is declared:
 * Fastify itself says 404 for both.
 */
export function declareOtherMethods(fastify: FastifyInstance, routes: ReadonlyMap<string, ReadonlySet<string>>): void {
  for (const [url, known] of routes) {
    if (url.includes('*')) continue;
    const allow = [...known].sort();
    const others = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].filter((method) => !known.has(method));
    fastify.route({
      method: others,
      url,
      handler: (_request, reply) => {
        const detail = `Use ${allow.join(' or ')} at this address.`;
        writeProblem(reply, new Problem('method_not_allowed', detail, { allow }));
        return reply;
      },
    });
  }
}
