import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Milliseconds between two looks at whether a server still has requests. */
const LOOK_MS = 20;

/**
 * Stands in front of the API’s processes as a proxy does: each request goes to the next of them, on a connection of its own. A
 * process that is taken out gets no further request; those under way are answered.
 */
export class Balancer {
  readonly #server: Server;
  readonly #underWay = new Map<string, number>();
  #origins: string[] = [];
  #turn = 0;

  private constructor() {
    this.#server = createServer((incoming, outgoing) => this.#pass(incoming, outgoing));
  }

  static async listen(): Promise<Balancer> {
    const balancer = new Balancer();
    await new Promise<void>((listening) => balancer.#server.listen(0, '127.0.0.1', listening));
    return balancer;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  add(origin: string): void {
    this.#origins.push(origin);
  }

  /** Resolves when the process has answered all that it was given. */
  async remove(origin: string): Promise<void> {
    this.#origins = this.#origins.filter((one) => one !== origin);
    while ((this.#underWay.get(origin) ?? 0) > 0) await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  #pass(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const origin = this.#origins[this.#turn % this.#origins.length];
    this.#turn += 1;
    if (origin === undefined) {
      outgoing.writeHead(503).end('no process serves the API');
      return;
    }
    this.#count(origin, 1);
    outgoing.once('close', () => this.#count(origin, -1));
    const { method = 'GET', url = '/', headers } = incoming;
    const passed = request(origin + url, { method, headers, agent: false }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    passed.once('error', ({ message }) => {
      if (!outgoing.headersSent) outgoing.writeHead(502);
      outgoing.end(`the process did not answer: ${message}`);
    });
    incoming.pipe(passed);
  }

  #count(origin: string, change: number): void {
    this.#underWay.set(origin, (this.#underWay.get(origin) ?? 0) + change);
  }
}
