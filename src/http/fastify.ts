import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Problem } from '../domain/problem.ts';
import { problemOf, writeProblem } from './problem.filter.ts';
import { readForm } from './read-form.ts';
import { readJson, readJsonArray } from './read-json.ts';

/** The largest body of an ordinary call, in bytes (contract). */
const BODY_LIMIT = 16 * 1024;
/** The largest batch of a carrier, in bytes (contract). */
const BATCH_LIMIT = 1024 * 1024;

/** A request with the bytes of its body as they came, which a device proof is about. */
export type RawRequest = FastifyRequest & { rawBody?: Buffer };

/** Fastify as every caller meets it: small bodies, strict JSON, no more trust in proxies than configured. */
export function createFastifyAdapter(options: { trustProxy: string[] }): FastifyAdapter {
  const adapter = new FastifyAdapter({
    bodyLimit: BODY_LIMIT,
    trustProxy: options.trustProxy.length > 0 ? options.trustProxy : false,
    // Idle connections of load balancers live for a minute; ours must outlive them.
    keepAliveTimeout: 75_000,
    // Bodies have a deadline of their own, below; the one that is streamed for minutes is the import.
    requestTimeout: 0,
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
      expect(request, 'json', 'events');
      return body.length === 0 ? undefined : readJson(body.toString('utf8'));
    });
  });
  fastify.addContentTypeParser<Buffer>(MEDIA_TYPES.form, { parseAs: 'buffer' }, (request, body, done) => {
    settle(done, () => {
      expect(request, 'form');
      return readForm(body.toString('utf8'));
    });
  });
  const large = { parseAs: 'buffer', bodyLimit: BATCH_LIMIT } as const;
  fastify.addContentTypeParser<Buffer>(MEDIA_TYPES.events, { parseAs: 'buffer' }, (request, body, done) => {
    settle(done, () => {
      expect(request, 'events');
      return readJson(body.toString('utf8'));
    });
  });
  fastify.addContentTypeParser<Buffer>('application/cloudevents-batch+json', large, (request, body, done) => {
    settle(done, () => {
      expect(request, 'events');
      return readJsonArray(body.toString('utf8'));
    });
  });
  fastify.addContentTypeParser(MEDIA_TYPES.lines, (request, stream, done) => {
    settle(done, () => {
      expect(request, 'lines');
      return stream;
    });
  });
  fastify.addHook('onRequest', (request, _reply, done) => {
    if (bodyTypeOf(request) !== 'lines' && hasBody(request)) enforceBodyDeadline(request.raw);
    done();
  });
  return adapter;
}

/** What a route takes. Every route that does not say takes JSON alone, which no HTML form of another site can send. */
export type BodyType = 'json' | 'form' | 'events' | 'lines';

const MEDIA_TYPES: Readonly<Record<BodyType, string>> = {
  json: 'application/json',
  form: 'application/x-www-form-urlencoded',
  events: 'application/cloudevents+json',
  lines: 'application/x-ndjson',
};

/** Milliseconds in which a body must have come. */
const BODY_MS = 60_000;

function bodyTypeOf(request: FastifyRequest): BodyType {
  return (request.routeOptions.config as { bodyType?: BodyType }).bodyType ?? 'json';
}

function expect(request: FastifyRequest, ...sent: BodyType[]): void {
  const taken = bodyTypeOf(request);
  if (!sent.includes(taken)) throw new Problem('unsupported_media_type', `Send the body as ${MEDIA_TYPES[taken]}.`);
}

function hasBody({ headers }: FastifyRequest): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

/** Ends a connection whose body trickles. */
function enforceBodyDeadline(message: FastifyRequest['raw']): void {
  const timer = setTimeout(() => {
    if (!message.complete) message.destroy();
  }, BODY_MS).unref();
  message.once('close', () => {
    clearTimeout(timer);
  });
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
