import { Pool } from 'undici';

export interface StormRequest {
  method: 'GET' | 'POST' | 'DELETE';
  path: string;
  headers: Record<string, string>;
  body?: string;
}

export interface StormAnswer {
  status: number;
  /** The body as received, byte for byte. */
  text: string;
  /** The problem's `code`; empty for any other answer. */
  code: string;
  body: Record<string, unknown>;
  /** Whether the answer is a repetition of an earlier one. */
  replayed: boolean;
}

/** A request, or a function that creates one, because a device proof is valid only once. */
type Sendable = StormRequest | (() => Promise<StormRequest>);

/**
 * Connections to each process, and concurrent requests on each connection: 1,000 concurrent requests to one process.
 */
const CONNECTIONS = 100;
const PIPELINED = 10;
/** Maximum number of attempts for a request that the service refuses because of overload. */
const TRIES = 10;

/**
 * Sends thousands of requests at once, distributed evenly over several processes. The requests on a connection are
 * pipelined, so that each process handles a thousand of them concurrently. Without pipelining, only as many requests
 * would be concurrent as there are connections.
 */
export class Storm {
  private readonly pools: Pool[];

  constructor(origins: readonly string[]) {
    const options = { connections: CONNECTIONS, pipelining: PIPELINED, headersTimeout: 300_000, bodyTimeout: 300_000 };
    this.pools = origins.map((origin) => new Pool(origin, options));
  }

  /**
   * Returns the answers in the order of the requests. Request n goes to process n modulo the number of processes. A
   * request that the service refuses because of overload (503: it did nothing) is sent again, or created anew by its
   * function.
   */
  async answers(requests: readonly Sendable[]): Promise<StormAnswer[]> {
    const made = await Promise.all(requests.map(make));
    return Promise.all(
      made.map(async (first, at) => {
        const [pool, request] = [this.pools[at % this.pools.length]!, requests[at]!];
        let answer = await send(pool, first);
        for (let tries = 1; answer.status === 503 && tries < TRIES; tries += 1) {
          answer = await send(pool, await make(request));
        }
        return answer;
      }),
    );
  }

  async close(): Promise<void> {
    await Promise.all(this.pools.map((pool) => pool.close()));
  }
}

async function make(request: Sendable): Promise<StormRequest> {
  return typeof request === 'function' ? request() : request;
}

async function send(pool: Pool, { body, ...request }: StormRequest): Promise<StormAnswer> {
  const pipelined = { idempotent: true, blocking: false };
  const answer = await pool.request({ ...request, ...pipelined, ...(body !== undefined && { body }) });
  const text = await answer.body.text();
  const json = (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>;
  const code = typeof json['code'] === 'string' ? json['code'] : '';
  const replayed = answer.headers['idempotency-replayed'] === 'true';
  return { status: answer.statusCode, text, code, body: json, replayed };
}

/** Counts the answers of each kind: `{ '200': 1, '409 authentication_closed': 9999 }`. */
export function tally(answers: readonly Pick<StormAnswer, 'status' | 'code'>[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status, code } of answers) {
    const kind = code === '' ? String(status) : `${status} ${code}`;
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}
