import apn from '@parse/node-apn';
import { noteHttpCall, type CalledServer } from '../../tracing/outgoing-call.ts';
import { withinDeadline } from '../deadline.ts';
import type { CredentialAnswer, PushGateway, PushMessage, PushOutcome } from './push.ts';

export interface ApnsPushOptions {
  /** `key` is the PEM text of the `.p8` file. */
  token: { key: string; keyId: string; teamId: string };
  /** The app's bundle id. */
  topic: string;
  /** Apple's production servers, or its sandbox. Ignored with `endpoint`. */
  production: boolean;
  /** Another server that speaks APNs over HTTP/2 and TLS. `ca` is PEM. */
  endpoint?: { host: string; port: number; ca: string };
}

/**
 * The SDK's report about one device; its type declarations omit `error` strings and declare `timestamp` as a string.
 */
interface Failure {
  status?: number;
  error?: Error;
  response?: { reason?: string; timestamp?: number | string };
}

/**
 * Milliseconds for which the SDK keeps a request after the gateway's deadline.
 * Every deadline of the gateway is shorter.
 */
const REQUEST_TIMEOUT_MS = 10_000;

/**
 * The reasons of a 410 that speak of the token ("Handling notification responses from APNs"). Any other may come from a
 * relay, or be new, and must not clear a good token.
 */
const DEAD_TOKEN: ReadonlySet<string> = new Set(['Unregistered', 'ExpiredToken']);

/** The status of a push that APNs took; the SDK does not report it. */
const ACCEPTED = 200;

/** A device token of the right form that no phone has. */
const NOBODYS_TOKEN = '0'.repeat(64);
/** Refusals of the token, which come after the credential was taken. */
const TAKEN: ReadonlySet<string> = new Set(['BadDeviceToken']);

/** Milliseconds in which an open session may complete its running requests. */
const SHUTDOWN_MS = 1_000;

/** Pushes to iPhones through APNs, over one kept HTTP/2 session. */
export class ApnsPushGateway implements PushGateway {
  readonly #options: ApnsPushOptions;
  #provider: apn.Provider;
  #answers = 0;

  constructor(options: ApnsPushOptions) {
    this.#options = options;
    this.#provider = providerOf(options);
  }

  async send(message: PushMessage, deadlineMs: number): Promise<PushOutcome> {
    const provider = this.#provider;
    const answersBefore = this.#answers;
    const sent = this.#request(provider, message);
    const answer = await withinDeadline(sent, deadlineMs, undefined);
    noteHttpCall('POST', serverOf(this.#options), answer ? { status: answer.status } : { fault: 'timeout' });
    if (answer) return answer.outcome;
    // No answer at all since this push was sent: the connection may be dead (a network gateway dropped it), which the
    // SDK's own ping notices without acting on it. The next push gets a new session.
    if (this.#answers === answersBefore && this.#provider === provider) {
      this.#provider = providerOf(this.#options);
      void shutDown(provider);
    }
    return { kind: 'retry', reason: `no answer from APNs within ${deadlineMs} ms` };
  }

  /** Pushes to a token that no phone has: APNs judges the provider token and the topic before it. */
  async tryCredential(deadlineMs: number): Promise<CredentialAnswer> {
    const message = {
      ...{ id: 'doctor', service: 'apns' as const, token: NOBODYS_TOKEN, data: {}, alert: { title: '', body: '' } },
      ...{ style: 'alert' as const, collapseKey: 'doctor', ttlSeconds: 1 },
    };
    const outcome = await this.send(message, deadlineMs);
    if (outcome.kind === 'accepted' || outcome.kind === 'unregistered') return { kind: 'works' };
    if (outcome.kind === 'rejected' && TAKEN.has(outcome.reason)) return { kind: 'works' };
    return { kind: outcome.kind === 'rejected' ? 'refused' : 'unknown', reason: outcome.reason };
  }

  async close(): Promise<void> {
    // The SDK never calls back when its session was already destroyed, by an error or by the peer.
    await withinDeadline(shutDown(this.#provider), SHUTDOWN_MS, undefined);
  }

  /** Without a status, no answer came. */
  async #request(
    provider: apn.Provider,
    message: PushMessage,
  ): Promise<{ outcome: PushOutcome; status: number | undefined }> {
    try {
      const { failed } = await provider.send(this.#notification(message), message.token);
      const failure: Failure | undefined = failed[0];
      if (!failure || failure.status !== undefined) this.#answers += 1;
      if (!failure) return { outcome: { kind: 'accepted' }, status: ACCEPTED };
      return { outcome: outcomeOf(failure), status: failure.status };
    } catch (error) {
      const reason = error instanceof Error ? error.message : 'unknown error';
      return { outcome: { kind: 'retry', reason }, status: undefined };
    }
  }

  #notification({ data, alert, style, collapseKey, ttlSeconds }: PushMessage): apn.Notification {
    const notification = new apn.Notification();
    notification.topic = this.#options.topic;
    notification.pushType = 'alert';
    notification.priority = 10;
    // An absolute time, so rounding down never yields the zero that means "do not store it".
    notification.expiry = Math.floor(Date.now() / 1000 + ttlSeconds);
    notification.collapseId = collapseKey;
    notification.alert = alert;
    notification.sound = 'default';
    // Lets the app's notification service extension decrypt the envelope before iOS shows the text.
    if (style === 'data') notification.mutableContent = true;
    notification.payload = { ...data };
    return notification;
  }
}

function serverOf({ production, endpoint }: ApnsPushOptions): CalledServer {
  return endpoint ?? { host: production ? 'api.push.apple.com' : 'api.sandbox.push.apple.com', port: 443 };
}

function providerOf({ token, production, endpoint }: ApnsPushOptions): apn.Provider {
  return new apn.Provider({
    token,
    production,
    // With the default of 3, the SDK sends a 429 again three times within milliseconds; retries belong to the queue.
    connectionRetryLimit: 0,
    requestTimeout: REQUEST_TIMEOUT_MS,
    // Both address and port must be set; otherwise the SDK's default port stays.
    ...(endpoint && { address: endpoint.host, port: endpoint.port, ca: [endpoint.ca] }),
  });
}

/** The SDK declares a promise and returns nothing: only the callback reports the end. */
function shutDown(provider: apn.Provider): Promise<void> {
  return new Promise((resolve) => void provider.shutdown(resolve));
}

function outcomeOf({ status, error, response }: Failure): PushOutcome {
  const reason = response?.reason ?? error?.message ?? `status ${status ?? 'unknown'}`;
  if (status === 410 && DEAD_TOKEN.has(reason)) return { kind: 'unregistered', ...sinceOf(response?.timestamp) };
  // The provider token was too old; the SDK has already made a new one.
  if (status === 403 && reason === 'ExpiredProviderToken') return { kind: 'retry', reason };
  // BadDeviceToken is `rejected` too: it may only mean that a sandbox token met the production servers, or the reverse,
  // and a wrong setting must not clear every phone's token.
  if (status !== undefined && status >= 400 && status < 500 && status !== 408 && status !== 429) {
    return { kind: 'rejected', reason };
  }
  // 429, 5xx, and requests without an answer: timeouts, refused streams after a GOAWAY, broken connections.
  return { kind: 'retry', reason };
}

/** `timestamp` is when APNs learned that the token was dead, in milliseconds since the epoch. */
function sinceOf(timestamp: number | string | undefined): { since?: Date } {
  const ms = Number(timestamp);
  return Number.isFinite(ms) && ms > 0 ? { since: new Date(ms) } : {};
}
