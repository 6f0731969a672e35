import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';
import { ScriptedAnswers } from '../../src/embedded/scripted-answers.ts';

/** `HANG` never answers; `RESET` breaks the connection; a number answers that status; JSON answers 200 with that body. */
export type ReceiverAnswer = 'OK' | 'HANG' | 'RESET' | `${number}` | `{${string}}`;

/** A call that was taken. */
export interface ReceivedCall {
  body: Record<string, unknown>;
  id: string;
  authorization: string | undefined;
}

/** Seconds of `Retry-After`, by status. */
const RETRY_AFTER: Readonly<Record<string, string>> = { 429: '60', 503: '5' };

/**
 * A carrier's SMS broker or push hub on the loopback. It takes a call whose signature its secret confirms by the library of
 * Standard Webhooks, and answers 401 to any other.
 */
export class SignedReceiver {
  readonly received: ReceivedCall[] = [];
  /** Every call whose signature was right, also those that were answered otherwise. */
  readonly asked: ReceivedCall[] = [];
  private readonly script = new ScriptedAnswers<ReceiverAnswer>();
  private isClosed = false;

  private constructor(
    private readonly server: ReturnType<typeof createServer>,
    readonly secret: string,
    private readonly addressee: (body: Record<string, unknown>) => string,
  ) {}

  /** `addressee` answers by what of its body a call is scripted. */
  static async start(
    secret: string,
    addressee: (body: Record<string, unknown>) => string,
    port = 0,
  ): Promise<SignedReceiver> {
    const server = createServer();
    const receiver = new SignedReceiver(server, secret, addressee);
    server.on('request', (request, response) => {
      receiver.take(request, response).catch(() => response.writeHead(400).end());
    });
    // Longer than any test holds a connection.
    server.keepAliveTimeout = 240_000;
    await new Promise<void>((listening) => server.listen(port, '127.0.0.1', listening));
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/messages`;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Queues the next answers to calls for an addressee. Without a queued answer, a call is taken. */
  answer(addressee: string, ...answers: ReceiverAnswer[]): void {
    this.script.answer(addressee, ...answers);
  }

  /** The calls for an addressee that were taken. */
  to(addressee: string): ReceivedCall[] {
    return this.received.filter(({ body }) => this.addressee(body) === addressee);
  }

  async close(): Promise<void> {
    if (this.isClosed) return;
    this.isClosed = true;
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeAllConnections();
    await closed;
  }

  private async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const text = (await buffer(request)).toString('utf8');
    const body = this.verified(text, request);
    if (!body) return void response.writeHead(401).end();
    const { authorization } = request.headers;
    const call = { body, id: String(request.headers['webhook-id']), authorization };
    this.asked.push(call);
    const answer = this.script.next(this.addressee(body)) ?? 'OK';
    if (answer === 'HANG') return;
    if (answer === 'RESET') return void request.socket.destroy();
    if (/^\d+$/.test(answer)) {
      const retryAfter = RETRY_AFTER[answer];
      response.writeHead(Number(answer), { ...(retryAfter && { 'retry-after': retryAfter }), location: '/elsewhere' });
      return void response.end();
    }
    const given = answer === 'OK' ? { messageId: `taken-${this.received.length + 1}` } : (JSON.parse(answer) as object);
    if (!('outcome' in given)) this.received.push(call);
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(given));
  }

  private verified(text: string, { headers }: IncomingMessage): Record<string, unknown> | undefined {
    try {
      return new Webhook(this.secret).verify(text, headers as Record<string, string>) as Record<string, unknown>;
    } catch {
      return undefined;
    }
  }
}
