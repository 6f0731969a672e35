import type { ClientRequest, IncomingMessage } from 'node:http';
import { millisecondsOf } from '../retry-after.ts';

/** Details of one send as seen on the wire, which firebase-admin 13 does not expose. */
export interface FcmAttempt {
  /** The running request. */
  request?: ClientRequest;
  /** HTTP status of the answer, once there is one. */
  status?: number;
  /** True if the answer names FCM's own error `UNREGISTERED`. */
  unregistered?: true;
  /** `Retry-After` of the answer, in milliseconds; absent if FCM sent none. */
  retryAfterMs?: number;
}

/** The attempt whose message was written as JSON in this synchronous step: the request that is made in it is its own. */
let written: FcmAttempt | undefined;

/**
 * Returns `data` for a message of firebase-admin, so that the first answer of FCM ends the send and `attempt` records it.
 * The agent of the SDK hands its new requests to {@link observeWritten}.
 *
 * firebase-admin repeats a 503 up to four times on its own and drops `Retry-After` (`lib/utils/api-request.js`,
 * `defaultRetryConfig`; no public setting). Retries belong to the queue, so the SDK gets to see a 500, which it reports
 * at once; the body still says UNAVAILABLE.
 * A request that broke without an answer, such as one on a kept connection that FCM was closing, is repeated once by
 * the SDK, at once. That saves a back-off and is safe, because FCM had not answered.
 *
 * The SDK writes a message as JSON and makes its request in one synchronous step, also for a repeat, so the data tells
 * whose request it is. An `AsyncLocalStorage` would tell it too, and would slow down every promise of the process on Node 20.
 */
export function observedData(attempt: FcmAttempt, data: Readonly<Record<string, string>>): Record<string, string> {
  return new ObservedMessage(attempt, data) as object as Record<string, string>;
}

/** A class of its own, because the SDK copies plain objects member by member and keeps any other. */
class ObservedMessage {
  readonly #attempt: FcmAttempt;

  constructor(attempt: FcmAttempt, data: Readonly<Record<string, string>>) {
    this.#attempt = attempt;
    Object.assign(this, data);
  }

  toJSON(): object {
    written = this.#attempt;
    // If no request is made in this step, then none of a later one is taken for it.
    queueMicrotask(() => {
      written = undefined;
    });
    return Object.fromEntries(Object.entries(this));
  }
}

/** Observes a new request for the message that was written in this step; any other request is left alone. */
export function observeWritten(request: ClientRequest): void {
  if (written) observe(request, written);
  written = undefined;
}

function observe(request: ClientRequest, attempt: FcmAttempt): void {
  const isRepeat = attempt.request !== undefined;
  attempt.request = request;
  // Prepended, because the SDK's own listener reads the status at once.
  request.prependOnceListener('response', (response: IncomingMessage) => {
    const retryAfterMs = millisecondsOf(response.headers['retry-after']);
    if (retryAfterMs !== undefined) attempt.retryAfterMs = retryAfterMs;
    if (response.statusCode !== undefined) attempt.status = response.statusCode;
    if (response.statusCode === 503) response.statusCode = 500;
    if (response.statusCode === 404) readNotFound(response, attempt);
  });
  if (!isRepeat) return;
  request.prependOnceListener('error', (error: NodeJS.ErrnoException) => {
    // Without the code the SDK does not repeat the request; otherwise it would sleep 1, 2 and 4 s before its repeats.
    delete error.code;
  });
}

/**
 * The SDK reports every 404 as a token that is not registered, also one that a wrong project or a proxy answers. Only
 * `details[].errorCode` of FCM's own error type says so. The SDK reads the same body: a stream feeds all its listeners.
 */
function readNotFound(response: IncomingMessage, attempt: FcmAttempt): void {
  const chunks: Buffer[] = [];
  response.on('data', (chunk: Buffer) => chunks.push(chunk));
  response.prependOnceListener('end', () => {
    if (saysUnregistered(Buffer.concat(chunks).toString('utf8'))) attempt.unregistered = true;
  });
}

function saysUnregistered(body: string): boolean {
  try {
    const { error } = JSON.parse(body) as { error?: { details?: unknown } };
    const details = Array.isArray(error?.details) ? (error.details as Record<string, unknown>[]) : [];
    return details.some((detail) => detail['errorCode'] === 'UNREGISTERED');
  } catch {
    return false;
  }
}
