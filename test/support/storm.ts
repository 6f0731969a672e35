import { Pool } from 'undici';

export interface StormRequest {
  method: 'GET' | 'POST' | 'DELETE';
  path: string;
  headers: Record<string, string>;
  body?: string;
}

export interface StormAnswer {
  status: number;
  /** The body as it was sent, byte for byte. */
  text: string;
  /** `code` of a problem; empty for any other answer. */
  code: string;
  body: Record<string, unknown>;
}

/** A request, or what makes one: a device proof is good once. */
type Sendable = StormRequest | (() => Promise<StormRequest>);

/** Connections to each process, and requests under way on each of them: 1,000 to one process at once. */
const CONNECTIONS = 100;
const PIPELINED = 10;
/** How often a request that was turned away is sent in all. */
const TRIES = 10;

/**
 * Sends thousands of requests at once, spread evenly over several processes. On each connection the next request
 * leaves before the last was answered, so that a thousand of them are in each process’s hands together: connections that take
 * turns would let only as many requests meet as there are connections.
 */
export class Storm {
  private readonly pools: Pool[];

  constructor(origins: readonly string[]) {
    const options = { connections: CONNECTIONS, pipelining: PIPELINED, headersTimeout: 300_000, bodyTimeout: 300_000 };
    this.pools = origins.map((origin) => new Pool(origin, options));
  }

  /**
   * The answers, in the order of the requests; request n goes to process n modulo their number. A request that is
   * refused because too many wait (503: nothing was done) is sent again, or made anew by its function.
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
  return { status: answer.statusCode, text, code, body: json };
}

/** How many answers there were of each kind: `{ '200': 1, '409 authentication_closed': 9999 }`. */
export function tally(answers: readonly Pick<StormAnswer, 'status' | 'code'>[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status, code } of answers) {
    const kind = code === '' ? String(status) : `${status} ${code}`;
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}
