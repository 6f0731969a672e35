import { Logger } from '@nestjs/common';
import { Agent as HttpAgent, request as httpRequest, type AgentOptions, type ClientRequestArgs } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { isIP, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { RareWarnings } from '../../process/rare-warnings.ts';

/** Milliseconds in which a proxy must have connected to an address. */
const CONNECTING_MS = 5_000;

/** Answers the addresses of a host that may be connected to. Rejects when there is one that may not. */
type AddressesOf = (host: string) => Promise<string[]>;
type Connected = (error: Error | null, stream: Duplex) => void;

/**
 * Connections through a proxy (CONNECT; RFC 9110, 9.3.6). The proxy is given an address that this service has judged and no
 * name, so that it cannot be led elsewhere by another answer of a name server. TLS goes through to the host.
 */
export class Tunnels {
  /** `onFault` is told why the proxy connects to no address of a host; by default it becomes a line of the log. */
  constructor(
    private readonly proxy: URL,
    private readonly addressesOf: AddressesOf,
    private readonly onFault: (reason: string) => void = warnOf(proxy),
  ) {}

  /** Agents whose connections go through the proxy. */
  agents(options: AgentOptions): { http: HttpAgent; https: HttpsAgent } {
    return { http: new TunnelledHttp(this, options), https: new TunnelledHttps(this, options) };
  }

  /** Connects to a host by the first of its addresses that the proxy reaches. */
  async open({ host, port }: ClientRequestArgs): Promise<Socket> {
    const addresses = await this.addressesOf(host ?? '');
    let failure = new Error('the name has no address');
    for (const address of addresses) {
      try {
        return await this.connect(`${isIP(address) === 6 ? `[${address}]` : address}:${String(port)}`);
      } catch (error) {
        failure = error as Error;
      }
    }
    this.onFault(failure.message);
    throw failure;
  }

  private connect(authority: string): Promise<Socket> {
    const { protocol, hostname, port, username, password } = this.proxy;
    const [user, secret] = [decodeURIComponent(username), decodeURIComponent(password)];
    return new Promise((resolve, reject) => {
      const request = (protocol === 'https:' ? httpsRequest : httpRequest)({
        method: 'CONNECT',
        host: hostname.replace(/^\[(.*)\]$/, '$1'),
        port: port || (protocol === 'https:' ? 443 : 80),
        path: authority,
        headers: {
          host: authority,
          ...(username && { 'proxy-authorization': `Basic ${Buffer.from(`${user}:${secret}`).toString('base64')}` }),
        },
        agent: false,
        signal: AbortSignal.timeout(CONNECTING_MS),
      });
      request.once('error', (error) => {
        reject(error.name === 'AbortError' ? new Error(`it has not connected within ${CONNECTING_MS} ms`) : error);
      });
      request.once('connect', ({ statusCode = 0 }, socket) => {
        if (statusCode >= 200 && statusCode < 300) {
          resolve(socket);
          return;
        }
        socket.destroy();
        reject(new Error(`it answered ${statusCode} to CONNECT`));
      });
      request.once('response', () => {
        reject(new Error('it does not know CONNECT'));
      });
      request.end();
    });
  }
}

function warnOf({ host }: URL): (reason: string) => void {
  const warnings = new RareWarnings(new Logger('Outbound'));
  return (reason) => {
    warnings.warn(`the proxy ${host}`, reason);
  };
}

class TunnelledHttp extends HttpAgent {
  constructor(
    private readonly tunnels: Tunnels,
    options: AgentOptions,
  ) {
    super(options);
  }

  override createConnection(options: ClientRequestArgs, connected?: Connected): undefined {
    this.tunnels.open(options).then(
      (socket) => connected?.(null, socket),
      (error: unknown) => connected?.(error as Error, undefined as never),
    );
  }
}

class TunnelledHttps extends HttpsAgent {
  constructor(
    private readonly tunnels: Tunnels,
    options: AgentOptions,
  ) {
    super(options);
  }

  override createConnection(options: ClientRequestArgs, connected?: Connected): undefined {
    this.tunnels.open(options).then(
      (socket) => connected?.(null, super.createConnection({ ...options, socket } as ClientRequestArgs) as Duplex),
      (error: unknown) => connected?.(error as Error, undefined as never),
    );
  }
}
