import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { Outbox } from './outbox.ts';
import type { ReceivedPush } from './received-push.ts';
import { ScriptedAnswers } from './scripted-answers.ts';
import { decryptWebPush, newSubscriptionKeys, type SubscriptionKeys } from './web-push-cipher.ts';
import { readWebPushHeaders, vapidFault } from './web-push-wire.ts';

/** `HANG` never answers; `RESET` breaks the connection; a number answers that status. */
export type WebPushAnswer = 'OK' | 'HANG' | 'RESET' | `${number}`;

export interface LocalWebPush {
  origin: string;
  /** The last 1,000 accepted pushes, decrypted, newest last. */
  received: readonly ReceivedPush[];
  /** Calls `listener` with every push accepted from now on; the returned function unsubscribes it. */
  onReceived(listener: (push: ReceivedPush) => void): () => void;
  /** The body of a push as it came, encrypted. */
  bodyOf(push: ReceivedPush): Buffer | undefined;
  /**
   * Subscribes under a VAPID key, as a browser does, and returns the push token that its app registers. The name ends the
   * address; with one that begins with `unregistered-`, every message answers 410.
   */
  newSubscription(applicationServerKey: string, name?: string): Promise<string>;
  /** Queues the next answers for a token. Without a queued answer, a push is accepted. */
  answer(token: string, ...answers: WebPushAnswer[]): void;
  close(): Promise<void>;
}

interface Subscription {
  token: string;
  applicationServerKey: string;
  keys: SubscriptionKeys;
}

/** Seconds of `Retry-After`, by status. */
const RETRY_AFTER: Readonly<Record<string, string>> = { 429: '60', 503: '5' };

/**
 * A stand-in for a browser's push service on the loopback, and for the browsers behind it: RFC 8030 with VAPID. It speaks
 * HTTP without TLS, because nobody can make a service trust another authority for addresses that its subscribers name.
 */
export async function startLocalWebPush({ port = 0, host = '127.0.0.1' } = {}): Promise<LocalWebPush> {
  const outbox = new Outbox<ReceivedPush>();
  const script = new ScriptedAnswers<WebPushAnswer>();
  const subscriptions = new Map<string, Subscription>();
  const bodies = new WeakMap<ReceivedPush, Buffer>();
  let origin = '';

  /** What the headers of a message say, or why it is refused. */
  const read = async ({ method, headers }: IncomingMessage, body: Buffer, subscription: Subscription) => {
    if (method !== 'POST') return { status: 405, reason: 'POST only' };
    const fault = await vapidFault(headers.authorization, { origin, ...subscription });
    return fault ?? readWebPushHeaders(headers, body);
  };

  const answerTo = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await buffer(request);
    const path = request.url ?? '';
    const subscription = subscriptions.get(path);
    if (!subscription) {
      refuse(response, { status: 404, reason: 'no such subscription' });
      return;
    }
    const headers = await read(request, body, subscription);
    if ('reason' in headers) {
      refuse(response, headers);
      return;
    }
    const isGone = path.startsWith('/push/unregistered-');
    const answer = isGone ? '410' : (script.next(subscription.token) ?? 'OK');
    if (answer === 'HANG') return;
    if (answer === 'RESET') return void request.socket.destroy();
    if (answer !== 'OK') {
      refuse(response, { status: Number(answer), reason: 'as it was told' });
      return;
    }
    const push = receivedPush(await decryptWebPush(body, subscription.keys), subscription.token, headers);
    bodies.set(push, body);
    outbox.add(push);
    response.writeHead(201, { location: `${origin}/message/${crypto.randomUUID()}` }).end();
  };

  const server = createServer((request, response) => {
    // A request that broke, or a message that cannot be decrypted.
    answerTo(request, response).catch(() => {
      refuse(response, { status: 400, reason: 'the message cannot be read' });
    });
  });
  // A real push service keeps idle connections for minutes; Node's 5 s would close them while a sender uses them.
  server.keepAliveTimeout = 240_000;
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, resolve));
  origin = `http://${host}:${(server.address() as AddressInfo).port}`;

  return {
    origin,
    received: outbox.received,
    onReceived: outbox.onReceived,
    bodyOf: (push) => bodies.get(push),
    async newSubscription(applicationServerKey, name = crypto.randomUUID()) {
      const keys = await newSubscriptionKeys();
      const [p256dh, auth] = [keys.p256dh, keys.auth].map((bytes) => Buffer.from(bytes).toString('base64url'));
      const path = `/push/${encodeURIComponent(name)}`;
      const token = JSON.stringify({ endpoint: origin + path, keys: { p256dh, auth }, applicationServerKey });
      subscriptions.set(path, { token, applicationServerKey, keys });
      return token;
    },
    answer: script.answer,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function receivedPush(
  text: string,
  token: string,
  { ttlSeconds, topic }: { ttlSeconds: number; topic: string | null },
): ReceivedPush {
  type Message = Record<string, string> & { notification?: unknown };
  const { notification, ...data } = JSON.parse(text) as Message;
  const { title, body } = (notification ?? {}) as { title?: string; body?: string };
  return {
    receivedAt: new Date().toISOString(),
    platform: 'web',
    token,
    data,
    alert: notification === undefined ? null : { title: title ?? '', body: body ?? '' },
    ttlSeconds,
    collapseKey: topic,
  };
}

function refuse(response: ServerResponse, { status, reason }: { status: number; reason: string }): void {
  const retryAfter = RETRY_AFTER[status];
  const location = status >= 300 && status < 400 ? { location: '/push/elsewhere' } : {};
  response.writeHead(status, { ...(retryAfter && { 'retry-after': retryAfter }), ...location });
  response.end(JSON.stringify({ reason }));
}
