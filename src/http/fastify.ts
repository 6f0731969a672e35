import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Problem } from '../domain/problem.ts';
import { readableHops } from './address.ts';
import { problemOf, writeProblem } from './problem.filter.ts';
import { readForm } from './read-form.ts';
import { readJson, readJsonArray } from './read-json.ts';

/** Maximum body of an ordinary request, in bytes (contract). */
const BODY_LIMIT = 16 * 1024;
/** Maximum batch of a carrier, in bytes (contract). */
const BATCH_LIMIT = 1024 * 1024;

/** A request with the raw bytes of its body, which a device proof covers. */
export type RawRequest = FastifyRequest & { rawBody?: Buffer };

/** Creates the Fastify adapter: small bodies, strict JSON, and trust in the configured proxies only. */
export function createFastifyAdapter(options: { trustProxy: string[] }): FastifyAdapter {
  const adapter = new FastifyAdapter({
    bodyLimit: BODY_LIMIT,
    trustProxy: options.trustProxy.length > 0 ? options.trustProxy : false,
    // Load balancers keep idle connections for a minute; the server must keep them longer.
    keepAliveTimeout: 75_000,
    // Bodies have their own deadline, see below. Only the streamed import may take minutes.
    requestTimeout: 0,
    routerOptions: { maxParamLength: 128 },
    // Fastify raises these errors before a route is matched.
    frameworkErrors: (error: Error, _request: FastifyRequest, reply: FastifyReply) => {
      writeProblem(reply, problemOf(error));
    },
  });
  const fastify = adapter.getInstance<FastifyInstance>();
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser<Buffer>('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    (request as RawRequest).rawBody = body;
    settle(done, () => {
      requireBodyType(request, 'json', 'events');
      return body.length === 0 ? undefined : readJson(body.toString('utf8'));
    });
  });
  fastify.addContentTypeParser<Buffer>(MEDIA_TYPES.form, { parseAs: 'buffer' }, (request, body, done) => {
    settle(done, () => {
      requireBodyType(request, 'form');
      return readForm(body.toString('utf8'));
    });
  });
  const large = { parseAs: 'buffer', bodyLimit: BATCH_LIMIT } as const;
  fastify.addContentTypeParser<Buffer>(MEDIA_TYPES.events, { parseAs: 'buffer' }, (request, body, done) => {
    settle(done, () => {
      requireBodyType(request, 'events');
      return readJson(body.toString('utf8'));
    });
  });
  fastify.addContentTypeParser<Buffer>('application/cloudevents-batch+json', large, (request, body, done) => {
    settle(done, () => {
      requireBodyType(request, 'events');
      return readJsonArray(body.toString('utf8'));
    });
  });
  fastify.addContentTypeParser(MEDIA_TYPES.lines, (request, stream, done) => {
    settle(done, () => {
      requireBodyType(request, 'lines');
      return stream;
    });
  });
  fastify.addHook('onRequest', ({ headers }, _reply, done) => {
    // Fastify compares the hops with the trusted proxies, and reads only plain addresses.
    const hops = headers['x-forwarded-for'];
    if (hops !== undefined) headers['x-forwarded-for'] = readableHops([hops].flat().join(','));
    done();
  });
  fastify.addHook('onRequest', (request, _reply, done) => {
    if (bodyTypeOf(request) !== 'lines' && hasBody(request)) enforceBodyDeadline(request.raw);
    done();
  });
  return adapter;
}

/** The body type that a route accepts. The default is JSON alone, which no HTML form of another site can send. */
export type BodyType = 'json' | 'form' | 'events' | 'lines';

const MEDIA_TYPES: Readonly<Record<BodyType, string>> = {
  json: 'application/json',
  form: 'application/x-www-form-urlencoded',
  events: 'application/cloudevents+json',
  lines: 'application/x-ndjson',
};

/** Milliseconds in which a body must arrive. */
const BODY_MS = 60_000;

function bodyTypeOf(request: FastifyRequest): BodyType {
  return (request.routeOptions.config as { bodyType?: BodyType }).bodyType ?? 'json';
}

function requireBodyType(request: FastifyRequest, ...sent: BodyType[]): void {
  const accepted = bodyTypeOf(request);
  if (!sent.includes(accepted))
    throw new Problem('unsupported_media_type', `Send the body as ${MEDIA_TYPES[accepted]}.`);
}

function hasBody({ headers }: FastifyRequest): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

/** Closes a connection whose body does not arrive in time. */
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
 * Answers 405 with `Allow` where the path exists without that method; Fastify itself answers 404 for both.
 * Call it after every route is declared.
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
