import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { eventually } from './eventually.ts';

/** A webhook as it arrived at a path. */
export interface ReceivedWebhook {
  path: string;
  method: string;
  headers: IncomingHttpHeaders;
  body: string;
  /** In milliseconds of `performance.now()`. */
  at: number;
  event: { type: string; timestamp: string; data: Record<string, unknown> };
}

/** How a path answers: a status with headers and a body, after some milliseconds or at once, or never. */
type Reply = { status: number; headers?: Record<string, string>; body?: string; afterMs?: number } | 'never';

/** The server of a relying party, on this host. Each path is an endpoint, and answers 204 unless it is told otherwise. */
export class WebhookReceiver {
  readonly received: ReceivedWebhook[] = [];
  /** Requests without an answer at present, and the most that a path had at the same time. */
  readonly open = new Map<string, { now: number; most: number }>();
  private readonly replies = new Map<string, Reply[]>();
  private readonly hanging = new Set<ServerResponse>();

  private constructor(private readonly server: Server) {}

  static async start(): Promise<WebhookReceiver> {
    const server = createServer();
    const receiver = new WebhookReceiver(server);
    server.on('request', (request, response) => {
      const path = request.url ?? '';
      const open = receiver.open.get(path) ?? { now: 0, most: 0 };
      receiver.open.set(path, open);
      open.now += 1;
      open.most = Math.max(open.most, open.now);
      response.once('close', () => (open.now -= 1));
      let body = '';
      request.setEncoding('utf8');
      request.on('data', (part: string) => (body += part));
      request.on('end', () => {
        const event = JSON.parse(body) as ReceivedWebhook['event'];
        const { method = '', headers } = request;
        receiver.received.push({ path, method, headers, body, at: performance.now(), event });
        receiver.answer(path, response);
      });
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    return receiver;
  }

  url(path: string): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}${path}`;
  }

  /** Lets a path answer with these replies in turn, and with the last one from then on. */
  reply(path: string, ...replies: Reply[]): void {
    this.replies.set(path, replies);
  }

  /** Answers what a path never answered. */
  release(path: string, status: number): void {
    for (const response of this.hanging) {
      if (response.req.url !== path) continue;
      this.hanging.delete(response);
      response.writeHead(status).end();
    }
  }

  /** What arrived at a path, of one type or of all. */
  at(path: string, type?: string): ReceivedWebhook[] {
    return this.received.filter((one) => one.path === path && (type === undefined || one.event.type === type));
  }

  /** Waits for a webhook of a type about an object, whose id stands in one of its data. */
  async got(path: string, type: string, about?: string): Promise<ReceivedWebhook> {
    return eventually(`${type} at ${path}`, () =>
      this.at(path, type).find(({ event }) => about === undefined || Object.values(event.data).includes(about)),
    );
  }

  async stop(): Promise<void> {
    for (const response of this.hanging) response.destroy();
    this.server.closeAllConnections();
    await new Promise((closed) => this.server.close(closed));
  }

  private answer(path: string, response: ServerResponse): void {
    const replies = this.replies.get(path) ?? [];
    const reply = (replies.length > 1 ? replies.shift() : replies[0]) ?? { status: 204 };
    if (reply === 'never') {
      this.hanging.add(response);
      return;
    }
    const answer = () => response.writeHead(reply.status, reply.headers).end(reply.body);
    if (reply.afterMs === undefined) answer();
    else setTimeout(answer, reply.afterMs).unref();
  }
}

/** Checks the signature as a receiver does that uses the library of Standard Webhooks. Throws if it is not right. */
export function verifyWebhook({ body, headers }: ReceivedWebhook, secret: string): unknown {
  return new Webhook(secret).verify(body, headers as Record<string, string>);
}
