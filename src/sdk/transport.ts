import { randomInt } from 'node:crypto';
import { PushguardError } from './pushguard-error.ts';
import { readProblem } from './read-problem.ts';
import type { TimeLimit } from './time-limit.ts';

/** One request. */
export interface Outgoing {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Below the issuer, with the query. */
  path: string;
  /** Made anew for each attempt, because an assertion of a client is accepted once. */
  content: () => Promise<{ headers: Record<string, string>; body?: string | URLSearchParams | undefined }>;
  /** Milliseconds that the service may hold its answer. */
  heldMs?: number;
  /** Whether the request may be sent again after its answer was lost. */
  repeatable: boolean;
  /** Whether a refusal shows, after an answer was lost, that the lost attempt had done the work. */
  showsDone?: (error: PushguardError) => boolean;
}

/** Sends requests to the issuer, and repeats what may be repeated. */
export class Transport {
  constructor(
    private readonly issuer: string,
    private readonly fetch: typeof globalThis.fetch,
    private readonly attemptMs: number,
  ) {}

  /**
   * Returns the text of a successful answer. Repeats, within the limit: after a network error, 429 and 503 (no sooner
   * than `Retry-After`), and after `idempotency_in_progress` where an earlier attempt of this call still runs.
   */
  async send(request: Outgoing, limit: TimeLimit): Promise<string> {
    let isLost = false;
    for (let attempt = 0; ; attempt++) {
      const answer = await this.attempt(request, limit);
      if (typeof answer === 'string') return answer;
      if (isLost && request.showsDone?.(answer)) return '';
      isLost ||= answer.code === 'network';
      const pauseMs = pauseBefore(attempt, answer, { request, isLost });
      if (pauseMs === undefined || pauseMs >= limit.leftMs) throw answer;
      await limit.sleep(pauseMs);
    }
  }

  private async attempt(request: Outgoing, limit: TimeLimit): Promise<string | PushguardError> {
    const { headers, body } = await request.content();
    try {
      return await limit.run(
        async (signal) => {
          const response = await this.fetch(this.issuer + request.path, {
            method: request.method,
            headers: { Accept: 'application/json', 'User-Agent': 'pushguard-client-node', ...headers },
            // A token goes to the issuer and to no other address.
            redirect: 'manual',
            signal,
            ...(body !== undefined && { body }),
          });
          const text = await response.text();
          return response.ok ? text : readProblem(response, text);
        },
        this.attemptMs + (request.heldMs ?? 0),
      );
    } catch (cause) {
      if (cause instanceof PushguardError) throw cause;
      return new PushguardError('network', 'No answer of the service arrived.', { cause });
    }
  }
}

const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 5_000;

/** Milliseconds before the next attempt; undefined when there is none. */
function pauseBefore(
  attempt: number,
  error: PushguardError,
  { request, isLost }: { request: Outgoing; isLost: boolean },
): number | undefined {
  const isPassing = error.code === 'too_many_requests' || error.code === 'service_unavailable';
  const isUnsaid = error.code === 'unexpected_answer' && (error.status === 429 || error.status === 503);
  const isOwn = error.code === 'idempotency_in_progress' && isLost;
  const isUnheard = error.code === 'network' && (request.repeatable || wasNotSent(error.cause));
  if (!isPassing && !isUnsaid && !isOwn && !isUnheard) return undefined;
  const longest = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempt);
  const pause = randomInt(longest / 2, longest);
  return Math.max(pause, (error.retryAfterSeconds ?? 0) * 1000);
}

/** Errors of a connection that was never made: the service has not seen the request. */
const NOT_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'UND_ERR_CONNECT_TIMEOUT']);

function wasNotSent(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code, cause } = error as { code?: unknown; cause?: unknown };
  return (typeof code === 'string' && NOT_SENT.has(code)) || wasNotSent(cause);
}
