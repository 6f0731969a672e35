import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/**
 * What the proxy does with a request. `lose`: the service gets it, and the answer is lost. `refuse`: the connection ends
 * before the service gets it. `hang`: nothing is ever answered. Otherwise the proxy's own answer.
 */
export type Fault =
  'lose' | 'refuse' | 'hang' | { status: number; headers?: Record<string, string>; code?: string; body?: string };

/** One request that arrived at the proxy, with the status and text of the service's answer, if it was asked. */
export interface Passed {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
  at: number;
  answer?: { status: number; headers: Headers; text: string };
}

/** An HTTP proxy before a service, which fails as it is told. */
export class FaultyProxy {
  readonly passed: Passed[] = [];
  private readonly faults: { path: RegExp; fault: Fault }[] = [];

  private constructor(
    private readonly server: Server,
    private readonly target: string,
  ) {}

  static async start(target: string): Promise<FaultyProxy> {
    const server = createServer();
    const proxy = new FaultyProxy(server, target);
    server.on('request', (request, reply) => void proxy.pass(request, reply));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Fails the next requests to these paths, each in one of these ways, and forgets what passed before. */
  fail(path: RegExp, ...faults: Fault[]): void {
    this.forget();
    this.faults.push(...faults.map((fault) => ({ path, fault })));
  }

  forget(): void {
    this.passed.length = 0;
    this.faults.length = 0;
  }

  /** The requests to these paths, oldest first. */
  to(path: RegExp): Passed[] {
    return this.passed.filter((one) => path.test(one.path));
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async pass(request: IncomingMessage, reply: ServerResponse): Promise<void> {
    const { method = '', url: path = '', headers } = request;
    const body = (await buffer(request)).toString();
    const passed: Passed = { method, path, headers, body, at: performance.now() };
    this.passed.push(passed);
    const place = this.faults.findIndex((one) => one.path.test(path));
    const fault = place < 0 ? undefined : this.faults.splice(place, 1)[0]?.fault;
    if (fault === 'hang') return;
    if (fault === 'refuse') {
      reply.destroy();
      return;
    }
    if (typeof fault === 'object') {
      answerItself(reply, fault);
      return;
    }
    const { status, headers: answered, text } = await this.ask(passed);
    passed.answer = { status, headers: answered, text };
    if (fault === 'lose') {
      reply.destroy();
      return;
    }
    const kept = ['content-type', 'retry-after', 'idempotency-replayed', 'etag', 'cache-control'];
    for (const name of kept) if (answered.has(name)) reply.setHeader(name, answered.get(name) ?? '');
    reply.writeHead(status).end(text);
  }

  private async ask({ method, path, headers, body }: Passed) {
    const kept = ['authorization', 'content-type', 'idempotency-key'];
    const response = await fetch(this.target + path, {
      method,
      headers: kept.flatMap((name): [string, string][] => (headers[name] ? [[name, String(headers[name])]] : [])),
      ...(body !== '' && { body }),
    });
    return { status: response.status, headers: response.headers, text: await response.text() };
  }
}

function answerItself(reply: ServerResponse, fault: Exclude<Fault, string>): void {
  const { status, headers, code, body } = fault;
  const problem = { type: `urn:pushguard:problem:${code}`, title: 'Fault', status, detail: 'The proxy says so.', code };
  const type = code === undefined ? 'text/html' : 'application/problem+json';
  reply.writeHead(status, { 'Content-Type': type, ...headers });
  reply.end(body ?? (code === undefined ? '<h1>Bad</h1>' : JSON.stringify(problem)));
}
