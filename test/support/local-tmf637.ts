import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * A product as the carrier stores it, in the terms of TMF637. The characteristics are sent unchanged and in this order.
 */
export interface CarrierProduct {
  id: string;
  status: string;
  characteristics: Readonly<Record<string, unknown>>;
}

/**
 * The fault that replaces the next answer.
 *
 * `HANG` never answers. `RESET` breaks the connection, `CUT` in the middle of the body. `TRICKLE` sends the correct
 * body at one byte every 50 ms. `REDIRECT` redirects to the same address, where the next request is answered.
 * `OTHER_NUMBER` returns the correct products under another number.
 */
export type Tmf637Fault =
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
  /** The correct answer without one characteristic. */
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
}

export interface LocalTmf637 {
  /** Base URL of the API, as the directory's configuration has it. */
  url: string;
  /** All requests, oldest first. */
  requests: readonly SeenRequest[];
  /** Queues faults for the next requests. */
  fail(...faults: Tmf637Fault[]): void;
  /** Resolves when the next request's connection is closed. */
  nextClose(): Promise<void>;
  close(): Promise<void>;
}

const BASE = '/tmf-api/productInventory/v4';
const TRICKLE_MS = 50;

/**
 * A carrier's product inventory that serves TMF637 v4 over HTTP on the loopback.
 *
 * `products` maps E.164 numbers to products and is read for every request. A request without `token` gets a 401.
 */
export async function startLocalTmf637({
  products,
  token,
}: {
  products: ReadonlyMap<string, readonly CarrierProduct[]>;
  token: string;
}): Promise<LocalTmf637> {
  const requests: SeenRequest[] = [];
  const faults: Tmf637Fault[] = [];
  const awaitingClose: (() => void)[] = [];

  const server = createServer((request, response) => {
    const { method = '', url = '', headers } = request;
    requests.push({ method, url, accept: headers.accept, authorization: headers.authorization });
    for (const closed of awaitingClose.splice(0)) request.socket.once('close', closed);

    const { pathname, searchParams } = new URL(url, 'http://carrier.example');
    if (headers.authorization !== `Bearer ${token}`) return refuse(request, response, 401);
    if (method !== 'GET' || pathname !== `${BASE}/product`) return refuse(request, response, 404);

    const number = searchParams.get('productSerialNumber') ?? '';
    const limit = Number(searchParams.get('limit') ?? 100);
    const found = (products.get(number) ?? []).map((product) => representation(product, number));
    const fault = faults.shift();
    if (fault !== undefined) return misbehave(fault, request, response, found);
    // TMF630: a page that omits part of the list has the status 206.
    const page = found.slice(0, limit);
    send(response, page.length < found.length ? 206 : 200, JSON.stringify(page), { 'x-total-count': found.length });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${BASE}`,
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

/** A product as TMF637 v4 describes it, with additional members and a characteristic that the service ignores. */
function representation({ id, status, characteristics }: CarrierProduct, number: string): Record<string, unknown> {
  const named = Object.entries({ colour: { name: 'black' }, ...characteristics });
  return {
    id,
    href: `${BASE}/product/${id}`,
    name: 'Mobile line',
    isBundle: false,
    productSerialNumber: number,
    startDate: '2020-01-01T00:00:00Z',
    status,
    productCharacteristic: named.map(([name, value]) => ({ name, valueType: typeof value, value })),
    relatedParty: [{ id: 'party-1', name: '김가입', role: 'customer', '@referredType': 'Individual' }],
    '@type': 'Product',
  };
}

function misbehave(
  fault: Tmf637Fault,
  request: IncomingMessage,
  response: ServerResponse,
  found: readonly Record<string, unknown>[],
): void {
  const right = JSON.stringify(found);
  if (typeof fault === 'object') {
    if ('status' in fault) return refuse(request, response, fault.status);
    if ('endless' in fault) return pour(response, fault.endless);
    if ('without' in fault) return send(response, 200, JSON.stringify(found.map(without(fault.without))));
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
      return send(
        response,
        200,
        JSON.stringify(found.map((one) => ({ ...one, productSerialNumber: '+821099990000' }))),
      );
  }
}

function without(missing: string): (product: Record<string, unknown>) => Record<string, unknown> {
  return (product) => {
    const all = product['productCharacteristic'] as { name: string }[];
    return { ...product, productCharacteristic: all.filter(({ name }) => name !== missing) };
  };
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

/** A TMF630 error. Real servers quote the request, so this one does too. */
function refuse(request: IncomingMessage, response: ServerResponse, status: number): void {
  const { url, headers } = request;
  send(response, status, JSON.stringify({ code: String(status), reason: `${url} by ${headers.authorization}` }));
}

function send(response: ServerResponse, status: number, body: string | Buffer, headers = {}): void {
  response.writeHead(status, { 'content-type': 'application/json;charset=utf-8', ...headers }).end(body);
}
