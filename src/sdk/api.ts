import type { AccessTokens } from './access-tokens.ts';
import { PushguardError } from './pushguard-error.ts';
import { TimeLimit } from './time-limit.ts';
import type { Outgoing, Transport } from './transport.ts';

/** What every call takes. */
export interface CallOptions {
  /** Ends the call with the code `aborted`. */
  signal?: AbortSignal | undefined;
  /** Milliseconds for the call with all its repetitions; then it ends with the code `timeout` or its last error. */
  deadlineMs?: number | undefined;
}

/** One call of the API. */
export type ApiRequest = Pick<Outgoing, 'method' | 'path' | 'heldMs' | 'showsDone'> & {
  body?: object | undefined;
  idempotencyKey?: string | undefined;
  /** Default: true. */
  repeatable?: boolean;
};

/** Calls the API in the name of the client. */
export class Api {
  constructor(
    private readonly transport: Transport,
    private readonly tokens: AccessTokens,
    private readonly deadlineMs: number,
  ) {}

  /** Returns the answer as the caller names its type. A token that was refused is exchanged once. */
  async call<Answer>(request: ApiRequest, options: CallOptions = {}): Promise<Answer> {
    const { heldMs = 0, repeatable = true } = request;
    const limit = new TimeLimit((options.deadlineMs ?? this.deadlineMs) + heldMs, options.signal);
    assertKey(request.idempotencyKey);
    // Written once: a repetition has the same bytes.
    const body = request.body && jsonOf(request.body);
    const send = (token: string) => {
      const headers = {
        Authorization: `Bearer ${token}`,
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
        ...(request.idempotencyKey !== undefined && { 'Idempotency-Key': request.idempotencyKey }),
      };
      return this.transport.send({ ...request, repeatable, content: async () => ({ headers, body }) }, limit);
    };
    const token = await this.tokens.get(limit);
    const text = await send(token).catch(async (error: unknown) => {
      if (!(error instanceof PushguardError) || error.code !== 'invalid_token') throw error;
      this.tokens.forget(token);
      return send(await this.tokens.get(limit));
    });
    return answerIn(text) as Answer;
  }
}

/** Refuses a key that no header can carry, which looks like a network error to those who send it. */
function assertKey(key: string | undefined): void {
  if (key === undefined || /^[\x20-\x7e]{1,512}$/.test(key)) return;
  throw new PushguardError('invalid_request', 'An idempotencyKey has 1 to 255 visible ASCII characters.');
}

function jsonOf(body: object): string {
  try {
    return JSON.stringify(body);
  } catch (cause) {
    throw new PushguardError('invalid_request', 'The input cannot be written as JSON.', { cause });
  }
}

function answerIn(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch (cause) {
    throw new PushguardError('unexpected_answer', 'The answer is not JSON.', { cause });
  }
}

/** Returns the path of one thing. Rejects what can be no id before it becomes a part of another path. */
export function pathOf(things: string, id: string): string {
  if (!/^[\w-]{1,128}$/.test(id)) {
    throw new PushguardError('invalid_request', 'An id has 1 to 128 letters, digits, hyphens and underscores.');
  }
  return `/v1/${things}/${id}`;
}
