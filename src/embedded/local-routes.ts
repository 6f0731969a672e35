import type { FastifyInstance } from 'fastify';
import type { Outbox } from './outbox.ts';
import type { ReceivedSms } from './local-smsc.ts';
import type { ReceivedPush } from './received-push.ts';

/** Seconds for which a request for the next push is held. */
const LONGEST_WAIT = 25;

interface OutboxQuery {
  /** Only what was sent to this token, or this number. */
  to?: string;
  /** Only what came after so many messages of the same query. */
  after?: string;
  /** Seconds to wait for a message when there is none. */
  wait?: string;
}

/**
 * `/local/push-outbox` and `/local/sms-outbox`: what the local platforms received, newest last, so that anybody's
 * program can play the phone. Exists with the embedded platforms only. Registered beside the API, on the same port,
 * so that a page of ours may read it.
 */
export function declareLocalRoutes(
  fastify: FastifyInstance,
  outboxes: { pushes: Outbox<ReceivedPush>; texts: Outbox<ReceivedSms> },
): void {
  declare(fastify, '/local/push-outbox', outboxes.pushes, ({ token }) => token);
  declare(fastify, '/local/sms-outbox', outboxes.texts, ({ to }) => to);
}

function declare<T>(fastify: FastifyInstance, url: string, outbox: Outbox<T>, addressee: (message: T) => string): void {
  fastify.get<{ Querystring: OutboxQuery }>(url, async (request, reply) => {
    const { to, after = '0', wait = '0' } = request.query;
    const found = () =>
      outbox.received.filter((one) => to === undefined || addressee(one) === to).slice(Number(after) || 0);
    const seconds = Math.min(LONGEST_WAIT, Number(wait) || 0);
    if (found().length === 0 && seconds > 0)
      await next(outbox, seconds, (one) => to === undefined || addressee(one) === to);
    void reply.header('Cache-Control', 'no-store');
    return found();
  });
}

function next<T>(outbox: Outbox<T>, seconds: number, wanted: (message: T) => boolean): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      forget();
      resolve();
    };
    const timer = setTimeout(end, seconds * 1000);
    timer.unref();
    const forget = outbox.onReceived((message) => {
      if (wanted(message)) end();
    });
  });
}
