import { connect } from 'node:net';
import type { Environment } from '../../../config/environment.ts';
import { connectTo, ORDINARY } from '../../database/database-client.ts';
import { webPushOutbound } from '../../gateways/configured.ts';
import { hostOf } from '../../gateways/outbound/outbound-address.ts';
import type { Connections, Outbound } from '../../gateways/outbound/outbound.ts';
import { outboundOf } from '../../webhooks/outbound-of.ts';
import { note, ok, reasonOf, unknown, wrong, type Line } from './line.ts';
import { ANSWER_MS, FAULTS } from './platforms.ts';

/** Milliseconds in which a proxy must take a connection. */
const CONNECT_MS = 5_000;

/** The push services of the browsers in which the app runs. */
const PUSH_SERVICES = [
  'https://fcm.googleapis.com/',
  'https://updates.push.services.mozilla.com/',
  'https://web.push.apple.com/',
];

/** The newest of the addresses to which webhooks, and pings of CIBA, are sent. */
const ENDPOINTS = `(SELECT url FROM webhook_endpoints WHERE disabled_at IS NULL ORDER BY created_at DESC LIMIT 3)
  UNION ALL (SELECT backchannel_client_notification_endpoint FROM clients
    WHERE disabled_at IS NULL AND backchannel_token_delivery_mode = 'ping' ORDER BY created_at DESC LIMIT 3)`;

type ProxyFaultListener = Required<Pick<Connections, 'onProxyFault'>>;

/** What the service sends through a proxy. */
interface ProxyRoute {
  name: 'WEBHOOK_PROXY' | 'WEB_PUSH_PROXY';
  proxy: string;
  /** Makes what sends through it, as the service does. */
  outbound: (listener: ProxyFaultListener) => Outbound;
}

/** What became of a request through a proxy. */
interface ProxyAttempt {
  host: string;
  /** The status of the answer; undefined without one. */
  status: number | undefined;
  /** Why there is no answer. */
  reason: string;
  /** True if the proxy itself refused to connect. */
  isRefused: boolean;
}

/** Sends a request through each proxy to neighbours behind it, by the way of every webhook and every push. */
export async function proxyLines(environment: Environment): Promise<Line[]> {
  const { WEBHOOK_PROXY, WEB_PUSH_PROXY } = environment;
  const lines: Promise<Line>[] = [];
  if (WEBHOOK_PROXY !== undefined) {
    const outbound = (listener: ProxyFaultListener) => outboundOf(environment, listener);
    lines.push(proxyLine({ name: 'WEBHOOK_PROXY', proxy: WEBHOOK_PROXY, outbound }, endpointsOf(environment)));
  }
  if (WEB_PUSH_PROXY !== undefined) {
    const outbound = (listener: ProxyFaultListener) => webPushOutbound(environment, listener);
    lines.push(proxyLine({ name: 'WEB_PUSH_PROXY', proxy: WEB_PUSH_PROXY, outbound }, PUSH_SERVICES));
  }
  return Promise.all(lines);
}

/**
 * The roots of the hosts that the service sends to: their paths may be secret. Undefined where the database does not
 * say.
 */
async function endpointsOf({ DATABASE_URL }: Environment): Promise<string[] | undefined> {
  if (DATABASE_URL === undefined) return undefined;
  try {
    const client = await connectTo(DATABASE_URL, ORDINARY);
    try {
      const { rows } = await client.query<{ url: string }>(ENDPOINTS);
      return [...new Set(rows.map(({ url }) => new URL('/', url).href))];
    } finally {
      void client.end().catch(() => undefined);
    }
  } catch {
    // Other lines say what is wrong with the database.
    return undefined;
  }
}

async function proxyLine(
  route: ProxyRoute,
  hosts: readonly string[] | Promise<readonly string[] | undefined>,
): Promise<Line> {
  const { name, proxy } = route;
  const fault = await connectionFault(new URL(proxy));
  if (fault !== undefined) return wrong(name, `is not reached: ${fault}`, `Correct ${name}, or start the proxy.`);
  const urls = await hosts;
  if (urls === undefined)
    return unknown(
      name,
      'is reached; the database does not say which hosts are behind it',
      'Run npm run doctor again once nothing is wrong with the database.',
    );
  const tried = await Promise.all(urls.map((url) => tryThrough(route, url)));
  if (tried.length === 0)
    return note(
      name,
      'is reached; there is no endpoint to try it with',
      'Run npm run doctor again once one is registered.',
    );
  return judge(name, tried);
}

function judge(name: ProxyRoute['name'], tried: readonly ProxyAttempt[]): Line {
  const answered = tried.filter(({ status }) => status !== undefined);
  const silent = tried.filter(({ status }) => status === undefined);
  const reasons = silent.map(({ host, reason }) => `${host} (${reason})`).join(', ');
  if (silent.length === 0)
    return ok(name, `leads to ${answered.map(({ host, status }) => `${host} (status ${String(status)})`).join(', ')}`);
  if (answered.length > 0) {
    const hosts = answered.map(({ host }) => host).join(', ');
    return note(name, `leads to ${hosts}, and not to ${reasons}`, 'Have the proxy connect to all, if they are there.');
  }
  const says = `leads nowhere: ${reasons}`;
  if (tried.some(({ reason }) => /answered 407/.test(reason)))
    return wrong(name, says, `Correct the login in ${name}.`);
  if (tried.some(({ isRefused }) => isRefused))
    return wrong(name, says, 'Have the proxy allow CONNECT to addresses on port 443 and above 1024.');
  return unknown(name, says, 'Look at the log of the proxy, at the name servers, and at the hosts behind it.');
}

async function tryThrough({ outbound: make }: ProxyRoute, url: string): Promise<ProxyAttempt> {
  let refusal: string | undefined;
  const outbound = make({
    onProxyFault: (reason) => {
      refusal = reason;
    },
  });
  try {
    const headers = { 'user-agent': 'Pushguard/1' };
    const answer = await outbound.send({ url, method: 'HEAD', headers, deadlineMs: ANSWER_MS });
    return {
      host: hostOf(new URL(url)),
      status: answer.kind === 'answered' ? answer.status : undefined,
      reason: answer.kind === 'failed' ? (refusal ?? FAULTS[answer.fault]) : '',
      // A proxy says 5xx of a host that it does not reach.
      isRefused: refusal !== undefined && /answered 4\d\d|does not know CONNECT/.test(refusal),
    };
  } finally {
    outbound.close();
  }
}

/** Why no connection to the proxy is made; undefined if one is. */
function connectionFault({ hostname, port, protocol }: URL): Promise<string | undefined> {
  return new Promise((resolve) => {
    const address = {
      host: hostname.replace(/^\[|\]$/g, ''),
      port: Number(port || (protocol === 'https:' ? 443 : 80)),
      timeout: CONNECT_MS,
    };
    const socket = connect(address, () => done(undefined));
    const done = (fault: string | undefined) => {
      socket.destroy();
      resolve(fault);
    };
    socket.once('error', (error) => {
      done(reasonOf(error));
    });
    socket.once('timeout', () => {
      done(`no answer within ${CONNECT_MS} ms`);
    });
  });
}
