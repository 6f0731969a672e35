import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { FCM_ERRORS, fcmErrorBody, type FcmErrorCode, isValidation, readFcmMessage } from './fcm-wire.ts';
import { createLocalCertificate } from './local-certificate.ts';
import { Outbox } from './outbox.ts';
import type { ReceivedPush } from './received-push.ts';
import { ScriptedAnswers } from './scripted-answers.ts';

/** `HANG` never answers; `RESET` breaks the connection. */
export type FcmAnswer = 'OK' | FcmErrorCode | 'HANG' | 'RESET';

export interface LocalFcm {
  host: string;
  port: number;
  /** PEM of the authority to trust. */
  ca: string;
  /** The last 1,000 accepted pushes, newest last. */
  received: readonly ReceivedPush[];
  /** Calls `listener` with every push accepted from now on; the returned function unsubscribes it. */
  onReceived(listener: (push: ReceivedPush) => void): () => void;
  /** Queues the next answers for a token, as FCM's own codes. Without a queued answer, a push is accepted. */
  answer(token: string, ...answers: FcmAnswer[]): void;
  close(): Promise<void>;
}

const SEND = /^\/v1\/(projects\/[\w-]+)\/messages:send$/;

/**
 * A stand-in for Google's FCM on the loopback: HTTP v1 over TLS, as `firebase-admin` speaks it.
 *
 * A token that begins with `unregistered-` always answers UNREGISTERED.
 */
export async function startLocalFcm({ port = 0, host = '127.0.0.1' } = {}): Promise<LocalFcm> {
  const { key, cert, ca } = await createLocalCertificate();
  const outbox = new Outbox<ReceivedPush>();
  const script = new ScriptedAnswers<FcmAnswer>();
  let messages = 0;

  const answerTo = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const project = SEND.exec(request.url ?? '')?.[1];
    // Google's front end answers an unknown path with a page, not with an FCM error.
    if (request.method !== 'POST' || project === undefined) return void response.writeHead(404).end('Not Found');
    const body = await text(request);
    if (!/^Bearer .+/.test(request.headers.authorization ?? '')) {
      unauthenticated(response);
      return;
    }

    const push = readFcmMessage(body);
    if ('invalid' in push) {
      refuse(response, 'INVALID_ARGUMENT', push.invalid);
      return;
    }
    const scripted = script.next(push.token);
    if (isValidation(body) && scripted === undefined) {
      refuse(response, 'INVALID_ARGUMENT', 'The registration token is not a valid FCM registration token');
      return;
    }
    const answer = push.token.startsWith('unregistered-') ? 'UNREGISTERED' : (scripted ?? 'OK');
    if (answer === 'HANG') return;
    if (answer === 'RESET') return void request.socket.destroy();
    if (answer !== 'OK') {
      refuse(response, answer);
      return;
    }
    outbox.add(push);
    messages += 1;
    send(response, 200, JSON.stringify({ name: `${project}/messages/0:${Date.now()}%${messages}` }));
  };

  const server = createServer({ key, cert }, (request, response) => {
    // A request that broke while its body was read cannot be answered any more.
    answerTo(request, response).catch(() => response.destroy());
  });
  // A real platform keeps idle connections for minutes; Node's 5 s would close them while a sender uses them.
  server.keepAliveTimeout = 240_000;
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, resolve));

  return {
    host,
    port: (server.address() as AddressInfo).port,
    ca,
    received: outbox.received,
    onReceived: outbox.onReceived,
    answer: script.answer,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function refuse(response: ServerResponse, code: FcmErrorCode, message?: string): void {
  const { status, retryAfter } = FCM_ERRORS[code];
  send(response, status, fcmErrorBody(code, message), retryAfter);
}

function unauthenticated(response: ServerResponse): void {
  const message = 'Request is missing required authentication credential.';
  send(response, 401, JSON.stringify({ error: { code: 401, message, status: 'UNAUTHENTICATED' } }));
}

function send(response: ServerResponse, status: number, json: string, retryAfter?: number): void {
  response.writeHead(status, {
    'content-type': 'application/json; charset=UTF-8',
    'content-length': Buffer.byteLength(json),
    ...(retryAfter !== undefined && { 'retry-after': String(retryAfter) }),
  });
  response.end(json);
}
