import { Resolver } from 'node:dns/promises';
import { Agent as HttpAgent, request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import { withinDeadline } from '../deadline.ts';
import { hostOf, judgeOutboundUrl, mayConnectTo, type OutboundRules } from './outbound-address.ts';
import { Tunnels } from './tunnel.ts';

/** How requests are connected. */
export interface Connections {
  /** The most connections to one host at once, beyond which requests wait. Default: no limit. */
  most?: number;
  /** The most connections to one host that are kept for the next request. Default: 4. */
  kept?: number;
  /** The proxy that connects in this service's place. */
  proxy?: URL | undefined;
  /** Told why the proxy connects to no address of a host, in place of the log. */
  onProxyFault?: ((reason: string) => void) | undefined;
}

/** The most that is read of an answer, in bytes; the rest is not awaited. */
const MOST_BYTES = 64 * 1024;
/** The most that the headers of an answer may have, in bytes. */
const MOST_HEADER_BYTES = 16 * 1024;
/**
 * Milliseconds for which an idle connection waits for the next request to its host. Most hosts keep one for five seconds and
 * more: a request that meets the end of its connection may have been processed, and is not repeated at once.
 */
const IDLE_MS = 2_000;
/** Milliseconds for the addresses of a host whose URL is judged. */
const JUDGING_MS = 5_000;
/** URLs whose judgement is remembered. */
const MOST_JUDGED = 1_000;
/** How the name of a host is asked for: within three seconds, twice. */
const RESOLVER = { timeout: 1_500, tries: 2 };

/** Where requests for a URL go; it follows from the text of the URL alone. */
interface Target {
  isSecure: boolean;
  options: { host: string; port: string | undefined; path: string; maxHeaderSize: number };
  hostHeader: string;
}

/** Why a request got no answer. */
export type OutboundFault =
  'url_refused' | 'address_refused' | 'name_not_found' | 'timeout' | 'tls' | 'connection' | 'stopped';

/**
 * What became of a request: an answer, whatever its status, or a fault. An answer whose body broke off or came too slowly is
 * an answer still: its status tells what the host made of the request.
 */
export type OutboundAnswer =
  | { kind: 'answered'; status: number; retryAfter: string | undefined; body: Buffer }
  | { kind: 'failed'; fault: OutboundFault };

export interface OutboundRequest {
  url: string;
  method: 'GET' | 'HEAD' | 'POST';
  headers: Record<string, string>;
  /** Of a text, Node sends the headers and the body in one write. */
  body?: string | Buffer;
  /** Milliseconds for the name, the connection, the request and the answer together. */
  deadlineMs: number;
  /** Called once the request may have reached its host: until then, a fault says that nothing was sent. */
  onSent?: () => void;
}

/** Answers the addresses of a name. Rejects when there are none. */
export type Resolve = (name: string) => Promise<string[]>;

/** A name that resolves to an address to which nothing may be sent. */
class RefusedAddress extends Error {
  readonly code = 'ADDRESS_REFUSED';
}

/**
 * Sends requests to addresses that others chose, and reaches nothing that is not on the internet: it connects to the very
 * address that it has judged, resolves a name anew for each connection, and follows no redirect. Where it goes through a
 * proxy, the proxy connects to that address.
 */
export class Outbound {
  private readonly agents: { http: HttpAgent; https: HttpsAgent };
  private readonly targets = new Map<string, Target | string>();
  private readonly underWay = new Set<Exchange>();
  private isClosed = false;

  constructor(
    private readonly rules: OutboundRules,
    private readonly resolve: Resolve = resolveName,
    { most = Infinity, kept = 4, proxy, onProxyFault }: Connections = {},
  ) {
    const options = {
      keepAlive: true,
      maxSockets: most,
      maxFreeSockets: kept,
      timeout: IDLE_MS,
      lookup: this.lookup,
    };
    this.agents = proxy
      ? new Tunnels(proxy, (host) => this.addressesOf(host), onProxyFault).agents(options)
      : { http: new HttpAgent(options), https: new HttpsAgent(options) };
  }

  /** True if an address of the service’s own host is not refused. */
  get reachesThisHost(): boolean {
    return !this.rules.isProduction;
  }

  /** Returns the sentence that says why nothing may be sent to `url` at present, or null. A name may not exist yet. */
  async refusalOf(url: string): Promise<string | null> {
    const judged = judgeOutboundUrl(url, this.rules);
    if (typeof judged === 'string') return judged;
    try {
      // A name whose servers do not answer in time is judged when something is sent.
      await withinDeadline<unknown>(this.addressesOf(hostOf(judged)), JUDGING_MS, null);
      return null;
    } catch (error) {
      return error instanceof RefusedAddress ? 'The host is not reachable from the internet.' : null;
    }
  }

  /** Sends one request. Never rejects. */
  async send(asked: OutboundRequest): Promise<OutboundAnswer> {
    const target = this.targetOf(asked.url);
    if (typeof target === 'string') return { kind: 'failed', fault: 'url_refused' };
    if (this.isClosed) return { kind: 'failed', fault: 'stopped' };
    const exchange = new Exchange();
    this.underWay.add(exchange);
    const deadline = setTimeout(exchange.cut, asked.deadlineMs, 'timeout');
    try {
      return await Promise.race([this.exchange(target, asked, exchange), exchange.givenUp]);
    } catch (error) {
      return exchange.answer?.() ?? { kind: 'failed', fault: exchange.fault ?? faultOf(error) };
    } finally {
      clearTimeout(deadline);
      this.underWay.delete(exchange);
    }
  }

  /** Ends the requests under way and the connections that wait for another one. What comes later is not sent. */
  close(): void {
    this.isClosed = true;
    for (const exchange of this.underWay) exchange.cut('stopped');
    this.agents.http.destroy();
    this.agents.https.destroy();
  }

  private async exchange(target: Target, asked: OutboundRequest, exchange: Exchange): Promise<OutboundAnswer> {
    for (let attempt = 1; ; attempt += 1) {
      const request = exchange.begins(this.begin(target, asked));
      if (asked.onSent) tellOfSending(request, asked.onSent);
      try {
        return await answerOf(request, asked.body, exchange);
      } catch (error) {
        // The host may have closed an idle connection in the moment in which it was used again, or processed the request and
        // died: only what changes nothing may be repeated (RFC 9110, 9.2.2). The schedule of the caller repeats the rest.
        const isStale = request.reusedSocket && (error as NodeJS.ErrnoException).code === 'ECONNRESET';
        const mayRepeat = isStale && asked.method === 'GET' && !exchange.answer && !exchange.fault;
        if (!mayRepeat || attempt > 1) throw error;
      }
    }
  }

  private begin({ isSecure, options, hostHeader }: Target, { method, headers, body }: OutboundRequest): ClientRequest {
    const length = body !== undefined && { 'content-length': Buffer.byteLength(body) };
    const asked = { ...options, method, headers: { host: hostHeader, ...length, ...headers } };
    return isSecure
      ? httpsRequest({ ...asked, agent: this.agents.https })
      : httpRequest({ ...asked, agent: this.agents.http });
  }

  /** Judges a URL, once. Returns where its requests go, or the sentence that says what is wrong with it. */
  private targetOf(text: string): Target | string {
    const known = this.targets.get(text);
    if (known !== undefined) return known;
    const judged = judgeOutboundUrl(text, this.rules);
    const target = typeof judged === 'string' ? judged : targetFor(judged);
    if (this.targets.size === MOST_JUDGED) this.targets.clear();
    this.targets.set(text, target);
    return target;
  }

  /** Called by Node for each new connection to a name; it connects to what this answers and asks nothing else. */
  private readonly lookup: LookupFunction = (name, options, answer) => {
    this.addressesOf(name).then(
      (addresses) => {
        const found = addresses.map((address) => ({ address, family: isIP(address) }));
        const [first = { address: '', family: 4 }] = found;
        if (options.all) answer(null, found);
        else answer(null, first.address, first.family);
      },
      (error: unknown) => {
        answer(error as Error, '', 0);
      },
    );
  };

  /** The addresses of a host, every one of which may be connected to. */
  private async addressesOf(host: string): Promise<string[]> {
    const addresses = isIP(host) === 0 ? await this.resolve(host) : [host];
    if (!addresses.every((address) => mayConnectTo(address, this.rules))) throw new RefusedAddress();
    return addresses;
  }
}

/** A request under way, which can be given up. */
class Exchange {
  /** Why it was given up. */
  fault: OutboundFault | undefined;
  /** The answer as far as it is read, once there is a status. */
  answer: (() => OutboundAnswer) | undefined;
  /** Rejects when it is given up, whatever becomes of the connection. */
  readonly givenUp: Promise<never>;
  private giveUp: ((reason: Error) => void) | undefined;
  private request: ClientRequest | undefined;

  constructor() {
    this.givenUp = new Promise((_resolve, reject) => {
      this.giveUp = reject;
    });
    // An exchange that ended before its deadline leaves it without a listener.
    this.givenUp.catch(() => undefined);
  }

  begins(request: ClientRequest): ClientRequest {
    this.request = request;
    return request;
  }

  readonly cut = (fault: OutboundFault): void => {
    this.fault ??= fault;
    const reason = new Error(fault);
    this.request?.destroy(reason);
    this.giveUp?.(reason);
  };
}

function targetFor(url: URL): Target {
  const host = hostOf(url);
  const written = isIP(host) === 6 ? `[${host}]` : host;
  return {
    isSecure: url.protocol === 'https:',
    options: {
      host,
      port: url.port || undefined,
      path: url.pathname + url.search,
      maxHeaderSize: MOST_HEADER_BYTES,
    },
    // Without the dot of the root, which most servers do not know as their name.
    hostHeader: url.port ? `${written}:${url.port}` : written,
  };
}

/** Node writes a request as soon as its connection stands; with TLS, after the certificate was found good. */
function tellOfSending(request: ClientRequest, onSent: () => void): void {
  request.once('socket', (socket) => {
    if (request.reusedSocket) onSent();
    else if (socket instanceof TLSSocket) socket.once('secureConnect', onSent);
    else if (socket.connecting) socket.once('connect', onSent);
    else onSent();
  });
}

function answerOf(request: ClientRequest, body: OutboundRequest['body'], exchange: Exchange): Promise<OutboundAnswer> {
  return new Promise((resolve, reject) => {
    // Not once: what comes after the answer must not be without a listener either.
    request.on('error', reject);
    // Node gives up a request whose host changes the protocol (101) without an error.
    request.once('upgrade', (_response, socket: Duplex) => {
      socket.destroy();
      reject(new Error('the host asked for another protocol'));
    });
    const endedEarly = () => {
      reject(new Error('the connection ended without an answer'));
    };
    request.once('close', endedEarly);
    request.once('response', (response: IncomingMessage) => {
      // An answer may end with its connection, whose end the request notices first.
      request.off('close', endedEarly);
      const parts: Buffer[] = [];
      let size = 0;
      const answer = (): OutboundAnswer => ({
        kind: 'answered',
        status: response.statusCode ?? 0,
        retryAfter: response.headers['retry-after'],
        body: Buffer.concat(parts).subarray(0, MOST_BYTES),
      });
      exchange.answer = answer;
      const finish = () => {
        resolve(answer());
      };
      response.on('data', (part: Buffer) => {
        parts.push(part);
        size += part.length;
        if (size < MOST_BYTES) return;
        finish();
        request.destroy();
      });
      response.once('end', finish);
      response.on('error', reject);
      response.once('close', () => {
        // An error that nobody needs costs more than the rest of this function.
        if (!response.complete) reject(new Error('the answer ended in the middle'));
      });
    });
    request.end(body);
  });
}

const NAME_FAULTS = new Set(['ENOTFOUND', 'ENODATA', 'ESERVFAIL', 'EREFUSED', 'ETIMEOUT', 'EBADNAME', 'ECANCELLED']);

function faultOf(error: unknown): OutboundFault {
  const { code = '' } = error as NodeJS.ErrnoException;
  if (code === 'ADDRESS_REFUSED') return 'address_refused';
  if (NAME_FAULTS.has(code)) return 'name_not_found';
  return /^(ERR_TLS|ERR_SSL|CERT_|UNABLE_TO|DEPTH_ZERO|SELF_SIGNED|EPROTO)/.test(code) ? 'tls' : 'connection';
}

/**
 * Asks the name servers without a thread of the process: getaddrinfo would let a slow name server of one host hold up the
 * names of all others. It reads no hosts file, and `localhost` is this host (RFC 6761, 6.3).
 */
async function resolveName(name: string): Promise<string[]> {
  if (name === 'localhost' || name.endsWith('.localhost')) return ['127.0.0.1'];
  const resolver = new Resolver(RESOLVER);
  const [v4, v6] = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)]);
  const found = [v4, v6].flatMap((one) => (one.status === 'fulfilled' ? one.value : []));
  if (found.length === 0) throw v4.status === 'rejected' ? v4.reason : new Error('the name has no address');
  return found;
}
