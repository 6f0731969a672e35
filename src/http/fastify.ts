import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { IncomingMessage, Server } from 'node:http';
import { Problem } from '../domain/problem.ts';
import { readableHops } from './address.ts';
import { KnownPaths, LONGEST_PARAMETER, METHODS } from './known-paths.ts';
import { correlate } from './camara-error.ts';
import { lingerAfterAnswer } from './linger.ts';
import { assertMessage, hasBody, judgesParameters } from './message-rules.ts';
import { problemOf, writeProblem } from './problem.filter.ts';
import { readEveryParameter, readForm } from './read-form.ts';
import { keepingSequences, readJson, readJsonArray } from './read-json.ts';
import { answerUnparsed, lateRequest } from './unparsed.ts';
import { bodyText } from './utf8.ts';

/** Tells the requests of this process from those of others in the log. */
const PROCESS = `${Date.now().toString(36)}${process.pid.toString(36)}`;
/** Maximum body of an ordinary request, in bytes (contract). */
const BODY_LIMIT = 16 * 1024;
/** Maximum batch of a carrier, in bytes (contract). */
const BATCH_LIMIT = 1024 * 1024;

declare module 'fastify' {
  interface FastifyInstance {
    /** The public address of the service. */
    issuer: string;
  }
}

/** A request with the raw bytes of its body, which a device proof covers. */
export type RawRequest = FastifyRequest & { rawBody?: Buffer };

/** Creates the Fastify adapter: small bodies, strict JSON, and trust in the configured proxies only. */
export function createFastifyAdapter(options: {
  trustProxy: string[];
  issuer: string;
  /** Milliseconds in which a body must arrive. Default: 60,000. */
  bodyMs?: number;
}): FastifyAdapter {
  const { bodyMs = BODY_MS } = options;
  let requests = 0;
  const adapter = new FastifyAdapter({
    // Of this process and unique in all of them; for the log, and no secret.
    genReqId: () => `${PROCESS}-${(requests += 1).toString(36)}`,
    bodyLimit: BODY_LIMIT,
    trustProxy: options.trustProxy.length > 0 ? options.trustProxy : false,
    // Load balancers keep idle connections for a minute; the server must keep them longer.
    keepAliveTimeout: 75_000,
    // A request that still reaches a process that stops is served: Fastify's own 503 is no problem document.
    return503OnClosing: false,
    // Bodies have their own deadline, see below. Only the streamed import may take minutes.
    requestTimeout: 0,
    // Node would answer a missing Host without a body; `assertMessage` refuses it.
    http: { requireHostHeader: false },
    clientErrorHandler: () => undefined,
    routerOptions: { maxParamLength: LONGEST_PARAMETER },
    // Fastify raises these errors before a route is matched.
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) => {
      try {
        correlate(request, reply);
      } catch {
        // One of another form has been replaced, and the address is refused anyway.
      }
      writeProblem(reply, problemOf(error));
    },
  });
  const fastify = adapter.getInstance<FastifyInstance>();
  fastify.decorate('issuer', options.issuer);
  fastify.decorate('knownPaths', new KnownPaths(fastify));
  answerUnparsed(fastify.server, options.issuer);
  routeOtherMethods(fastify.server);
  declareBodies(fastify);
  fastify.addHook('onRequest', (request, reply, done) => {
    try {
      correlate(request, reply);
      assertMessage(request, reply);
      done();
    } catch (error) {
      done(error as Error);
    }
  });
  fastify.addHook('onRequest', ({ headers }, _reply, done) => {
    // Fastify compares the hops with the trusted proxies, and reads only plain addresses.
    const hops = headers['x-forwarded-for'];
    if (hops !== undefined) headers['x-forwarded-for'] = readableHops([hops].flat().join(','));
    done();
  });
  fastify.addHook('onSend', (request, _reply, _payload, done) => {
    lingerAfterAnswer(request);
    done();
  });
  fastify.addHook('onRequest', (request, reply, done) => {
    // A snapshot may take minutes, and an empty one is a snapshot. Elsewhere the type of no body does not matter.
    if (bodyTypeOf(request) !== 'lines') {
      if (hasBody(request)) enforceBodyDeadline(request, reply, bodyMs);
      else delete request.headers['content-type'];
    }
    done();
  });
  return adapter;
}

/** Declares how bodies are read. A body of another type than the route's is refused, unless it is empty. */
function declareBodies(fastify: FastifyInstance): void {
  fastify.removeAllContentTypeParsers();
  const declare = (
    type: string,
    read: (text: string, request: FastifyRequest) => unknown,
    accepts: readonly BodyType[],
    bodyLimit: number = BODY_LIMIT,
  ): void => {
    fastify.addContentTypeParser<Buffer>(type, { parseAs: 'buffer', bodyLimit }, (request, body, done) => {
      (request as RawRequest).rawBody = body;
      settle(done, () => {
        if (body.length === 0) return undefined;
        requireBodyType(request, accepts);
        return read(bodyText(body), request);
      });
    });
  };
  declare('application/json', readJson, ['json', 'events']);
  const readFormOf = (text: string, request: FastifyRequest) =>
    judgesParameters(request) ? readEveryParameter(text) : readForm(text);
  declare(MEDIA_TYPES.form, readFormOf, ['form']);
  declare(MEDIA_TYPES.events, (text) => readJson(keepingSequences(text)), ['events']);
  const readEvents = (text: string) => readJsonArray(keepingSequences(text));
  declare('application/cloudevents-batch+json', readEvents, ['events'], BATCH_LIMIT);
  fastify.addContentTypeParser(MEDIA_TYPES.lines, (request, stream, done) => {
    settle(done, () => {
      requireBodyType(request, ['lines']);
      return stream;
    });
  });
  fastify.addContentTypeParser('*', (request, stream, done) => {
    // Whether a body in chunks is empty shows only when it ends. `done` may be called once: it runs the handler.
    const onEnd = () => {
      done(null, undefined);
    };
    stream.once('end', onEnd);
    stream.once('data', () => {
      stream.off('end', onEnd);
      settle(done, () => {
        requireBodyType(request, []);
      });
    });
  });
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

/** The body type of a request's route. */
export function bodyTypeOf(request: FastifyRequest): BodyType {
  return (request.routeOptions.config as { bodyType?: BodyType }).bodyType ?? 'json';
}

function requireBodyType(request: FastifyRequest, sent: readonly BodyType[]): void {
  const accepted = bodyTypeOf(request);
  if (!sent.includes(accepted))
    throw new Problem('unsupported_media_type', `Send the body as ${MEDIA_TYPES[accepted]}.`);
}

/** Answers 408 to a request whose body does not arrive in time, and closes its connection. */
function enforceBodyDeadline({ raw: message }: FastifyRequest, reply: FastifyReply, bodyMs: number): void {
  const timer = setTimeout(() => {
    if (message.complete) return;
    if (reply.sent || reply.raw.headersSent) message.destroy();
    else writeProblem(reply.header('Connection', 'close'), lateRequest());
  }, bodyMs).unref();
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
 * Treats methods that Node reads and Fastify does not route, such as PROPFIND and PURGE, as TRACE, which no address has
 * either: a known address answers 405, an unknown one 404. To declare them all would be thousands of routes.
 */
function routeOtherMethods(server: Server): void {
  const routed: readonly string[] = ['HEAD', ...METHODS];
  server.prependListener('request', (request: IncomingMessage) => {
    if (!routed.includes(request.method ?? '')) request.method = 'TRACE';
  });
}
