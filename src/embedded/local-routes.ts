import type { FastifyInstance } from 'fastify';
import type { LocalWebPush } from './local-web-push.ts';
import type { Outbox } from './outbox.ts';
import type { ReceivedSms } from './local-smsc.ts';
import type { ReceivedPush } from './received-push.ts';

/** Maximum seconds for which a request for the next push is held. */
const MAX_WAIT_SECONDS = 25;

interface OutboxQuery {
  /** Only messages to this token, or this number. */
  to?: string;
  /** Only messages after the first `after` ones of the same query. */
  after?: string;
  /**
   * Only messages that came since the start of the authentication that expires then (RFC 3339), so that an earlier
   * code is not taken for its own.
   */
  expiring?: string;
  /** Seconds to wait for a message when there is none. */
  wait?: string;
}

/**
 * `/local/push-outbox` and `/local/sms-outbox`: the messages that the local platforms received, newest last, so that
 * any program can play the phone.
 * A POST to `/local/web-push-subscription` subscribes under the key of `GET /app/v1/push-key`, as a browser does, and answers the push
 * token; what is sent to it stands in the outbox, decrypted.
 * They exist with the embedded platforms only. They share the API's port, so that the service's own pages may read
 * them.
 */
export function declareLocalRoutes(
  fastify: FastifyInstance,
  local: {
    pushes: Outbox<ReceivedPush>;
    texts: Outbox<ReceivedSms>;
    webPush: Pick<LocalWebPush, 'newSubscription'>;
  },
): void {
  declare(fastify, '/local/push-outbox', local.pushes, ({ token }) => token);
  declare(fastify, '/local/sms-outbox', local.texts, ({ to }) => to);
  fastify.post('/local/web-push-subscription', async (_request, reply) => {
    const { applicationServerKey } = (await fastify.inject('/app/v1/push-key')).json<{
      applicationServerKey: string;
    }>();
    const pushToken = await local.webPush.newSubscription(applicationServerKey);
    void reply.header('Cache-Control', 'no-store');
    return { pushToken };
  });
}

/** Milliseconds from the start of an authentication to its end. */
const AUTHENTICATION_MS = 180_000;

function declare<T extends { receivedAt: string }>(
  fastify: FastifyInstance,
  url: string,
  outbox: Outbox<T>,
  addressee: (message: T) => string,
): void {
  fastify.get<{ Querystring: OutboxQuery }>(url, async (request, reply) => {
    const { to, after = '0', wait = '0', expiring } = request.query;
    const since = expiring === undefined ? 0 : Date.parse(expiring) - AUTHENTICATION_MS;
    const found = () =>
      outbox.received
        .filter((one) => (to === undefined || addressee(one) === to) && Date.parse(one.receivedAt) >= since)
        .slice(Number(after) || 0);
    const seconds = Math.min(MAX_WAIT_SECONDS, Number(wait) || 0);
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
      unsubscribe();
      resolve();
    };
    const timer = setTimeout(end, seconds * 1000);
    timer.unref();
    const unsubscribe = outbox.onReceived((message) => {
      if (wanted(message)) end();
    });
  });
}
