import { noteHttpCall } from '../../tracing/outgoing-call.ts';
import { inClientSpan, presentTraceparent } from '../../tracing/tracing.ts';
import { CarrierUnavailable } from './carrier-directory.ts';

/** A bearer token, or what returns it for each request, because it may change while the process runs. */
export type CarrierToken = string | (() => string | undefined) | undefined;

export interface CarrierCallOptions {
  /** The name of the span of a call; the address may hold the number. */
  span: string;
  /** The carrier's system as the subject of a sentence about its fault: `The carrier's product inventory`. */
  system: string;
  /** Bearer token (RFC 6750); without one, no `Authorization` is sent. */
  token: CarrierToken;
  /** Milliseconds for a whole answer, headers and body. */
  deadlineMs: number | undefined;
}

const DEADLINE_MS = 3_000;
/** Maximum bytes of an answer, uncompressed. A line takes less than one KiB, a product of TMF637 a few. */
const MAX_BYTES = 64 * 1024;

/** The member of an answer, as JSON has it. */
export type Json = Readonly<Record<string, unknown>>;

/**
 * A call of a carrier's system. It is one request: a failed one is not repeated, and a redirect is not followed, because
 * it could send the token to another host. No message names a number, a token, or anything of the answer.
 */
export class CarrierCall {
  readonly #system: string;
  readonly #span: string;
  readonly #token: CarrierToken;
  readonly #deadlineMs: number;

  constructor({ span, system, token, deadlineMs = DEADLINE_MS }: CarrierCallOptions) {
    this.#system = system;
    this.#span = span;
    this.#token = token;
    this.#deadlineMs = deadlineMs;
  }

  /**
   * The JSON of the carrier's answer, by GET, or by POST if there is a `body`; undefined for 404.
   * Rejects with `CarrierUnavailable` for every other answer than JSON in UTF-8 with a status of `accepted`, and for none
   * within the deadline.
   */
  async send(url: URL, body?: object, accepted: readonly number[] = [200]): Promise<unknown> {
    const signal = AbortSignal.timeout(this.#deadlineMs);
    const method = body ? 'POST' : 'GET';
    const token = typeof this.#token === 'function' ? this.#token() : this.#token;
    try {
      return await inClientSpan(`${method} ${this.#span}`, {}, async () => {
        noteHttpCall(method, url);
        const traceparent = presentTraceparent();
        const headers = {
          Accept: 'application/json',
          ...(body && { 'Content-Type': 'application/json' }),
          ...(token !== undefined && { Authorization: `Bearer ${token}` }),
          ...(traceparent !== undefined && { traceparent }),
        };
        const sent = body ? { method, body: JSON.stringify(body) } : {};
        const answer = await fetch(url, { ...sent, headers, redirect: 'manual', signal });
        noteHttpCall(method, url, answer);
        const bytes = await this.#bodyOf(answer, accepted);
        return bytes && this.#documentIn(bytes);
      });
    } catch (error) {
      if (error instanceof CarrierUnavailable) throw error;
      if (signal.aborted) throw this.unavailable(`did not answer completely within ${this.#deadlineMs} ms`);
      // Neither message nor cause is passed on: fetch may quote the URL, and with it the number, or the token.
      throw this.unavailable(`did not answer completely: ${codeOf(error)}`);
    }
  }

  /** The error of an answer that cannot be used; `fault` completes the sentence and quotes nothing of the answer. */
  unavailable(fault: string): CarrierUnavailable {
    return new CarrierUnavailable(`${this.#system} ${fault}.`);
  }

  async #bodyOf({ status, headers, body }: Response, accepted: readonly number[]): Promise<Buffer | undefined> {
    const isJson = /^application\/json\s*(?:;|$)/i.test(headers.get('content-type') ?? '');
    if (accepted.includes(status) && isJson) return this.#readWhole(body);
    // An unread body would keep its connection busy until the deadline.
    await body?.cancel();
    if (status === 404) return undefined;
    // These include redirects, and 206 (TMF630), a page that omits products.
    throw this.unavailable(
      accepted.includes(status)
        ? 'answered with a media type other than application/json'
        : `answered with status ${status}`,
    );
  }

  /** Reads the whole body. Stops, and closes the connection, at the first byte beyond the limit. */
  async #readWhole(body: AsyncIterable<Uint8Array> | null): Promise<Buffer> {
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    for await (const chunk of body ?? []) {
      bytes += chunk.byteLength;
      if (bytes > MAX_BYTES) throw this.unavailable(`answered with more than ${MAX_BYTES} bytes`);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  }

  #documentIn(bytes: Buffer): unknown {
    try {
      return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    } catch {
      // The parser's own message quotes the text, so it is replaced.
      throw this.unavailable('answered with text that is not JSON');
    }
  }
}

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The error code below fetch: `ECONNREFUSED`, `UND_ERR_SOCKET`, `CERT_HAS_EXPIRED`. */
function codeOf(error: unknown): string {
  const { cause } = error as { cause?: { code?: unknown } };
  return typeof cause?.code === 'string' ? cause.code : 'no answer';
}
