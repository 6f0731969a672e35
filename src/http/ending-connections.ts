import type { EventEmitter } from 'node:events';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Problem } from '../domain/problem.ts';
import { writeProblem } from './problem.filter.ts';

/** Milliseconds for the rest of a body that is arriving while the process stops. */
const BODY_MS = 1_000;

/** Ends the connections of callers when the process stops. Until then it does nothing. */
export interface EndingConnections {
  /**
   * From now on every answer ends its connection, because one that a client keeps for its next request would hold the
   * process for as long as it is kept. No other connection ends.
   */
  announce(): void;
  /**
   * Likewise. A request whose body is still arriving after a second is answered 503, for a snapshot may take minutes. Once
   * the last request is answered, connections that never sent a whole request are closed as well.
   */
  end(): void;
}

/** Call it before the routes are declared. */
export function endingConnections(fastify: FastifyInstance): EndingConnections {
  const running = new Map<FastifyRequest, FastifyReply>();
  let isAnnounced = false;
  let isEnding = false;
  const closeIfIdle = () => {
    if (isEnding && running.size === 0) fastify.server.closeAllConnections();
  };
  fastify.addHook('onRequest', (request, reply, done) => {
    const ended = () => {
      running.delete(request);
      closeIfIdle();
    };
    running.set(request, reply);
    if (isEnding) limitBody(request, reply);
    // Not `onResponse`: there is none for an answer that the caller did not wait for.
    reply.raw.once('close', () => {
      const { complete, socket } = request.raw;
      if (complete || socket.closed) ended();
      // A client that is still sending has yet to read its answer.
      else afterEither(request.raw, socket, ended);
    });
    done();
  });
  fastify.addHook('onSend', (_request, reply, _payload, done) => {
    if (isAnnounced) void reply.header('Connection', 'close');
    done();
  });
  return {
    announce: () => {
      isAnnounced = true;
    },
    end: () => {
      isAnnounced = isEnding = true;
      closeIfIdle();
      for (const [request, reply] of running) limitBody(request, reply);
      // A connection may be accepted until the server closes, and send nothing.
      const timer = setInterval(closeIfIdle, BODY_MS).unref();
      fastify.server.once('close', () => {
        clearInterval(timer);
      });
    },
  };
}

/** Runs once, when the first of the two has closed: the rest of the body was thrown away, or the connection ended. */
function afterEither(one: EventEmitter, other: EventEmitter, run: () => void): void {
  const once = () => {
    one.off('close', once);
    other.off('close', once);
    run();
  };
  one.once('close', once);
  other.once('close', once);
}

/** Ends a request whose body does not arrive in time. */
function limitBody({ raw }: FastifyRequest, reply: FastifyReply): void {
  setTimeout(() => {
    if (raw.complete) return;
    if (reply.sent) raw.destroy();
    else writeProblem(reply, stopping());
  }, BODY_MS).unref();
}

function stopping(): Problem {
  return new Problem('service_unavailable', 'The process stops, and took nothing of this request. Send it again.', {
    retryAfterSeconds: 1,
  });
}
