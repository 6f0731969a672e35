import type { FastifyInstance, FastifyRequest } from 'fastify';

/** Milliseconds for the rest of a body that is arriving while the process stops. */
const BODY_MS = 1_000;

/** Ends the connections of callers when the process stops. Until then it does nothing. */
export interface EndingConnections {
  /**
   * From now on every answer ends its connection, because one that a client keeps for its next request would hold the
   * process for as long as it is kept. No other connection ends.
   */
  announce(): void;
  /** Likewise; once the last request is answered, connections that never sent a whole request are closed as well. */
  end(): void;
}

/** Call it before the routes are declared. */
export function endingConnections(fastify: FastifyInstance): EndingConnections {
  const running = new Set<FastifyRequest>();
  let isAnnounced = false;
  let isEnding = false;
  const closeIfIdle = () => {
    if (isEnding && running.size === 0) fastify.server.closeAllConnections();
  };
  fastify.addHook('onRequest', (request, reply, done) => {
    running.add(request);
    // Not `onResponse`: there is none for an answer that the caller did not wait for.
    reply.raw.once('close', () => {
      running.delete(request);
      closeIfIdle();
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
      setTimeout(() => {
        for (const { raw } of running) if (!raw.complete) raw.destroy();
        closeIfIdle();
      }, BODY_MS).unref();
    },
  };
}
