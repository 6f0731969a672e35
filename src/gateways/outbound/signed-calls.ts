import { webhookSignature } from '../../crypto/webhook-signature.ts';
import { noteHttpCall } from '../../tracing/outgoing-call.ts';
import { millisecondsOf } from '../retry-after.ts';
import type { Outbound, OutboundAnswer } from './outbound.ts';

export interface SignedCallsOptions {
  /** Where the calls go: one address for all of them. */
  url: string;
  /** Secrets that sign each call; none for a receiver that knows the service by the token alone. */
  secrets: readonly Buffer[];
  /** The bearer token, for a receiver that asks for one. */
  token?: string | undefined;
  /** Sends the requests, and judges where they may go. */
  outbound: Outbound;
}

/** What became of one call. Reasons name the host, and nothing of the message. */
export type CallOutcome =
  /** 2xx; `body` is the JSON object of the answer, empty for any other body. */
  | { kind: 'taken'; body: Readonly<Record<string, unknown>> }
  /** The receiver refused this message: a repeat changes nothing. */
  | { kind: 'refused'; status: number; reason: string }
  /** The receiver did not take it, because it is busy, out of order or does not admit the service. */
  | { kind: 'not-taken'; reason: string; afterMs?: number }
  /** The call was sent and no answer came: it may have been taken. */
  | { kind: 'unknown'; reason: string };

/** Milliseconds after which a receiver that asks for more is tried again all the same. */
const MOST_WAIT_MS = 3_600_000;

/**
 * Statuses that refuse this one message: malformed, a conflict, gone, too large, not to be processed. Every other 4xx refuses
 * the service: a wrong token or address, an account without credit. The message is kept, so that a wrong setting loses none.
 */
const OF_THE_MESSAGE: ReadonlySet<number> = new Set([400, 409, 410, 413, 422]);

const USER_AGENT = 'Pushguard/1';

/** Calls that this service sends to a carrier's own system, each signed as Standard Webhooks says. */
export class SignedCalls {
  readonly #options: SignedCallsOptions;
  readonly #host: string;

  constructor(options: SignedCallsOptions) {
    this.#options = options;
    this.#host = URL.parse(options.url)?.host ?? '';
  }

  /**
   * Sends one JSON body. `id` is the same for every attempt at one message, so that the receiver can drop a repeat.
   * Settles within `deadlineMs`. Never rejects. The caller has a client span for the call.
   */
  async send(id: string, content: unknown, deadlineMs: number): Promise<CallOutcome> {
    const { url, outbound } = this.#options;
    const body = JSON.stringify(content);
    const sent = { left: false };
    const answer = await outbound.send({
      url,
      method: 'POST',
      headers: this.#headers(id, body),
      body,
      deadlineMs,
      onSent: () => {
        sent.left = true;
      },
    });
    noteHttpCall('POST', URL.parse(url), answer);
    if (answer.kind === 'answered') return this.#outcomeOf(answer);
    const { fault } = answer;
    const what = fault === 'timeout' ? `no answer within ${deadlineMs} ms` : fault;
    return { kind: sent.left ? 'unknown' : 'not-taken', reason: `${what} at ${this.#host}` };
  }

  /** Asks the receiver for any answer, by the way of every call, and sends it no message. Never rejects. */
  reach(deadlineMs: number): Promise<OutboundAnswer> {
    const { url, outbound } = this.#options;
    return outbound.send({ url, method: 'HEAD', headers: { 'user-agent': USER_AGENT }, deadlineMs });
  }

  close(): void {
    this.#options.outbound.close();
  }

  #headers(id: string, body: string): Record<string, string> {
    const { secrets, token } = this.#options;
    const timestamp = Math.floor(Date.now() / 1000);
    return {
      'content-type': 'application/json',
      'user-agent': USER_AGENT,
      'webhook-id': id,
      'webhook-timestamp': String(timestamp),
      ...(secrets.length > 0 && { 'webhook-signature': webhookSignature({ id, timestamp, body }, secrets) }),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    };
  }

  #outcomeOf(answer: { status: number; retryAfter: string | undefined; body: Buffer }): CallOutcome {
    const { status } = answer;
    if (status >= 200 && status < 300) return { kind: 'taken', body: objectOf(answer.body) };
    const reason = `${status} from ${this.#host}`;
    // A proxy that waited in vain for the receiver.
    if (status === 504) return { kind: 'unknown', reason };
    if (OF_THE_MESSAGE.has(status)) return { kind: 'refused', status, reason };
    const afterMs = millisecondsOf(answer.retryAfter);
    return { kind: 'not-taken', reason, ...(afterMs !== undefined && { afterMs: Math.min(afterMs, MOST_WAIT_MS) }) };
  }
}

function objectOf(body: Buffer): Record<string, unknown> {
  try {
    const read: unknown = JSON.parse(body.toString('utf8'));
    return typeof read === 'object' && read !== null && !Array.isArray(read) ? (read as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
