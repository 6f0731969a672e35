import { constants, createSecureServer, type IncomingHttpHeaders, type ServerHttp2Session } from 'node:http2';
import type { ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { type ApnsProviderKey, createApnsTokenCheck } from './apns-provider-token.ts';
import { APNS_REASONS, type ApnsReason, readApnsRequest } from './apns-wire.ts';
import { createLocalCertificate } from './local-certificate.ts';
import { Outbox } from './outbox.ts';
import type { ReceivedPush } from './received-push.ts';
import { ScriptedAnswers } from './scripted-answers.ts';

/**
 * `HANG` never answers; `GOAWAY` ends the session and refuses its streams; `RESET` breaks the connection; `410 …` answers
 * that status with a reason that Apple does not document, or with none.
 */
export type ApnsAnswer = 'OK' | ApnsReason | `410 ${string}` | 'HANG' | 'GOAWAY' | 'RESET';

export interface LocalApns {
  host: string;
  port: number;
  /** PEM of the authority to trust. */
  ca: string;
  /** The signing key of a provider of `topic`, generated for this start alone. */
  token: ApnsProviderKey;
  topic: string;
  /** The last 1,000 accepted pushes, newest last. */
  received: readonly ReceivedPush[];
  /** Calls `listener` with every push accepted from now on; the returned function unsubscribes it. */
  onReceived(listener: (push: ReceivedPush) => void): () => void;
  /** Queues the next answers for a token, as Apple's own reasons. Without a queued answer, a push is accepted. */
  answer(token: string, ...answers: ApnsAnswer[]): void;
  close(): Promise<void>;
}

/** Seconds of `Retry-After` with a 429 or a 503. */
const RETRY_AFTER = '60';

/**
 * A stand-in for Apple's APNs on the loopback: HTTP/2 over TLS with provider tokens, as `@parse/node-apn` speaks it.
 *
 * A token that begins with `unregistered-` always answers 410 Unregistered.
 */
export async function startLocalApns({
  port = 0,
  host = '127.0.0.1',
  topic = 'pushguard.local',
} = {}): Promise<LocalApns> {
  const { key, cert, ca } = await createLocalCertificate();
  const { providerKey, check } = await createApnsTokenCheck();
  const outbox = new Outbox<ReceivedPush>();
  const script = new ScriptedAnswers<ApnsAnswer>();
  const sessions = new Set<ServerHttp2Session>();

  const answerTo = async (stream: ServerHttp2Stream, headers: IncomingHttpHeaders): Promise<void> => {
    const push = readApnsRequest(headers, await buffer(stream), topic);
    const untrusted = await check(headers.authorization);
    if (untrusted) {
      refuse(stream, untrusted);
      return;
    }
    if ('reason' in push) {
      refuse(stream, push.reason);
      return;
    }
    // Apple knows every token that it gave.
    const scripted = script.next(push.token);
    if (/^0{64}$/.test(push.token) && scripted === undefined) {
      refuse(stream, 'BadDeviceToken');
      return;
    }
    const answer = push.token.startsWith('unregistered-') ? 'Unregistered' : (scripted ?? 'OK');
    if (answer === 'HANG') return;
    if (answer === 'RESET') return stream.session?.destroy();
    if (answer === 'GOAWAY') {
      goAway(stream);
      return;
    }
    if (answer !== 'OK') {
      refuse(stream, answer);
      return;
    }
    outbox.add(push);
    stream.respond({ ':status': 200, 'apns-id': crypto.randomUUID().toUpperCase() });
    stream.end();
  };

  const server = createSecureServer({ key, cert, settings: { maxConcurrentStreams: 1000 } });
  server.on('session', (session) => {
    sessions.add(session);
    session.on('close', () => sessions.delete(session));
    session.on('error', () => session.destroy());
  });
  server.on('stream', (stream, headers) => {
    // A broken stream or session cannot be answered any more.
    stream.on('error', () => stream.destroy());
    answerTo(stream, headers).catch(() => stream.destroy());
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, resolve));

  return {
    host,
    port: (server.address() as AddressInfo).port,
    ca,
    token: providerKey,
    topic,
    received: outbox.received,
    onReceived: outbox.onReceived,
    answer: script.answer,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const session of sessions) session.destroy();
      }),
  };
}

function refuse(stream: ServerHttp2Stream, answer: ApnsReason | `410 ${string}`): void {
  const status = answer in APNS_REASONS ? APNS_REASONS[answer as ApnsReason] : 410;
  const reason = answer.replace(/^410 /, '');
  const wait = status === 429 || status === 503 ? { 'retry-after': RETRY_AFTER } : {};
  const body = { ...(reason && { reason }), ...(status === 410 && { timestamp: Date.now() }) };
  stream.respond({ ':status': status, 'apns-id': crypto.randomUUID().toUpperCase(), ...wait });
  stream.end(JSON.stringify(body));
}

/** Apple does this before it takes a server out of service: no stream of the session was or will be served. */
function goAway(stream: ServerHttp2Stream): void {
  stream.session?.goaway(constants.NGHTTP2_NO_ERROR, 0);
  stream.close(constants.NGHTTP2_REFUSED_STREAM);
}
