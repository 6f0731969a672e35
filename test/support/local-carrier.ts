import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * The fault that replaces the next answer.
 *
 * `HANG` never answers. `RESET` breaks the connection, `CUT` in the middle of the body. `TRICKLE` sends the correct
 * body at one byte every 50 ms. `REDIRECT` redirects to the same address, where the next request is answered.
 * `OTHER_NUMBER` returns the correct answer under another number.
 */
export type CarrierFault =
  | 'HANG'
  | 'RESET'
  | 'CUT'
  | 'TRICKLE'
  | 'REDIRECT'
  | 'BROKEN_JSON'
  | 'NOT_UTF8'
  | 'HTML'
  | 'OTHER_NUMBER'
  /** A TMF630 error, which quotes the request. */
  | { status: number }
  /** An endless body of blanks, with this status. */
  | { endless: number }
  /** The correct answer without one fact. */
  | { without: string }
  /** The correct answer, padded with blanks to this many bytes. */
  | { bytes: number }
  /** Any JSON. */
  | { answers: unknown };

export interface SeenRequest {
  method: string;
  /** Path and query, as received. */
  url: string;
  accept: string | undefined;
  authorization: string | undefined;
  contentType: string | undefined;
  body: string;
}

export interface LocalCarrier {
  /** Base URL of the API, as the directory's configuration has it. */
  url: string;
  /** All requests, oldest first. */
  requests: readonly SeenRequest[];
  /** Queues faults for the next requests. */
  fail(...faults: CarrierFault[]): void;
  /** Resolves when the next request's connection is closed. */
  nextClose(): Promise<void>;
  close(): Promise<void>;
}

const TRICKLE_MS = 50;

/** What a carrier's system answers to a request without a fault, and two ways to spoil it. */
export interface RightAnswer {
  status: number;
  document: unknown;
  headers?: Record<string, string | number>;
  without(missing: string): unknown;
  ofOtherNumber(): unknown;
}

/**
 * A carrier's system over HTTP on the loopback. A request without `token` gets a 401, one that `answer` does not know
 * a 404.
 */
export async function startLocalCarrier({
  base,
  token,
  answer,
}: {
  base: string;
  token: string;
  answer(request: SeenRequest): RightAnswer | null;
}): Promise<LocalCarrier> {
  const requests: SeenRequest[] = [];
  const faults: CarrierFault[] = [];
  const awaitingClose: (() => void)[] = [];

  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      const { accept, authorization, 'content-type': contentType } = headers;
      const seen = { method, url, accept, authorization, contentType, body: Buffer.concat(chunks).toString('utf8') };
      requests.push(seen);
      for (const closed of awaitingClose.splice(0)) request.socket.once('close', closed);
      if (authorization !== `Bearer ${token}`) return refuse(seen, response, 401);
      const right = answer(seen);
      if (!right) return refuse(seen, response, 404);
      const fault = faults.shift();
      if (fault !== undefined) return misbehave(fault, { request, seen }, response, right);
      send(response, right.status, JSON.stringify(right.document), right.headers);
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${base}`,
    requests,
    fail: (...next) => void faults.push(...next),
    nextClose: () => new Promise((resolve) => void awaitingClose.push(resolve)),
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function misbehave(
  fault: CarrierFault,
  { request, seen }: { request: IncomingMessage; seen: SeenRequest },
  response: ServerResponse,
  { document, without, ofOtherNumber }: RightAnswer,
): void {
  const right = JSON.stringify(document);
  if (typeof fault === 'object') {
    if ('status' in fault) return refuse(seen, response, fault.status);
    if ('endless' in fault) return pour(response, fault.endless);
    if ('without' in fault) return send(response, 200, JSON.stringify(without(fault.without)));
    if ('bytes' in fault) return send(response, 200, right + ' '.repeat(fault.bytes - Buffer.byteLength(right)));
    return send(response, 200, JSON.stringify(fault.answers));
  }
  switch (fault) {
    case 'HANG':
      return;
    case 'RESET':
      return void request.socket.resetAndDestroy();
    case 'CUT':
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(right) });
      return void response.write(right.slice(0, 20), () => request.socket.destroy());
    case 'TRICKLE':
      return trickle(response, right);
    case 'REDIRECT':
      return void response.writeHead(307, { location: request.url }).end();
    case 'BROKEN_JSON':
      return send(response, 200, right.slice(0, -2));
    case 'NOT_UTF8':
      return send(response, 200, Buffer.from(right).fill(0xff, right.indexOf('Mobile'), right.indexOf('Mobile') + 1));
    case 'HTML':
      return send(response, 200, right, { 'content-type': 'text/html' });
    case 'OTHER_NUMBER':
      return send(response, 200, JSON.stringify(ofOtherNumber()));
  }
}

function trickle(response: ServerResponse, body: string): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  const bytes = Buffer.from(body).values();
  const timer = setInterval(() => {
    const { value, done } = bytes.next();
    if (done) response.end();
    else response.write(Buffer.of(value));
  }, TRICKLE_MS);
  response.once('close', () => clearInterval(timer));
}

/** Writes blanks as fast as the client reads, until the client closes the connection. */
function pour(response: ServerResponse, status: number): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  const blanks = ' '.repeat(8 * 1024);
  const more = () => {
    while (!response.destroyed && response.write(blanks)) continue;
  };
  response.on('drain', more);
  more();
}

/** An error of TMF630. Real servers quote the request, so this one does too. */
function refuse({ url, body, authorization }: SeenRequest, response: ServerResponse, status: number): void {
  const reason = `${url} ${body} by ${authorization}`;
  send(response, status, JSON.stringify({ code: String(status), reason }));
}

function send(response: ServerResponse, status: number, body: string | Buffer, headers = {}): void {
  response.writeHead(status, { 'content-type': 'application/json;charset=utf-8', ...headers }).end(body);
}
