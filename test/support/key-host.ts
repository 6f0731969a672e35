import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How a path answers. */
interface Reply {
  status?: number;
  headers?: Record<string, string>;
  body: string;
}

/** The host on which clients publish their public keys. It counts how often each path is fetched. */
export class KeyHost {
  private readonly replies = new Map<string, Reply>();
  private readonly counts = new Map<string, number>();

  private constructor(private readonly server: Server) {}

  static async start(): Promise<KeyHost> {
    const server = createServer();
    const host = new KeyHost(server);
    server.on('request', ({ url: path = '' }, response) => {
      host.counts.set(path, host.fetches(path) + 1);
      const { status = 200, headers = {}, body } = host.replies.get(path) ?? { status: 404, body: '' };
      response.writeHead(status, headers).end(body);
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    return host;
  }

  url(path: string): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}${path}`;
  }

  /** Publishes a key set, or what stands in its place. */
  publish(path: string, answer: { keys: object[] } | Reply): void {
    this.replies.set(path, 'body' in answer ? answer : { body: JSON.stringify(answer) });
  }

  fetches(path: string): number {
    return this.counts.get(path) ?? 0;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((closed) => this.server.close(closed));
  }
}
