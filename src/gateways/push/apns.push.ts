import apn from '@parse/node-apn';
import { withinDeadline } from '../deadline.ts';
import type { PushGateway, PushMessage, PushOutcome } from './push.ts';

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

/** What the SDK says of one device; its type declarations leave out `error` strings and make `timestamp` a string. */
interface Failure {
  status?: number;
  error?: Error;
  response?: { reason?: string; timestamp?: number | string };
}

/** How long the SDK keeps a request that nobody waits for any more. Every deadline asked of us is shorter. */
const REQUEST_TIMEOUT_MS = 10_000;

/** How long an open session may take to end what it has under way. */
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
    const sent = this.#ask(provider, message);
    const outcome = await withinDeadline(sent, deadlineMs, undefined);
    if (outcome) return outcome;
    // Not one answer since this push left: the session may lead nowhere (a gateway forgot the connection), which the
    // SDK's own ping notices and does nothing about. The next push gets a new one.
    if (this.#answers === answersBefore && this.#provider === provider) {
      this.#provider = providerOf(this.#options);
      void shutDown(provider);
    }
    return { kind: 'retry', reason: `no answer from APNs within ${deadlineMs} ms` };
  }

  async close(): Promise<void> {
    // The SDK never calls back when its session was already destroyed, by an error or by the other end.
    await withinDeadline(shutDown(this.#provider), SHUTDOWN_MS, undefined);
  }

  async #ask(provider: apn.Provider, message: PushMessage): Promise<PushOutcome> {
    try {
      const { failed } = await provider.send(this.#notification(message), message.token);
      const failure: Failure | undefined = failed[0];
      if (!failure || failure.status !== undefined) this.#answers += 1;
      return failure ? outcomeOf(failure) : { kind: 'accepted' };
    } catch (error) {
      return { kind: 'retry', reason: error instanceof Error ? error.message : 'unknown error' };
    }
  }

  #notification({ data, alert, style, collapseKey, ttlSeconds }: PushMessage): apn.Notification {
    const notification = new apn.Notification();
    notification.topic = this.#options.topic;
    notification.pushType = 'alert';
    notification.priority = 10;
    // An absolute time, so rounding down never makes the zero that means "do not keep it at all".
    notification.expiry = Math.floor(Date.now() / 1000 + ttlSeconds);
    notification.collapseId = collapseKey;
    notification.alert = alert;
    notification.sound = 'default';
    // The app's notification service extension gets to decrypt the envelope before the text is shown.
    if (style === 'data') notification.mutableContent = true;
    notification.payload = { ...data };
    return notification;
  }
}

function providerOf({ token, production, endpoint }: ApnsPushOptions): apn.Provider {
  return new apn.Provider({
    token,
    production,
    // Left at 3, the SDK re-sends a 429 three times within milliseconds; waiting is the queue's work.
    connectionRetryLimit: 0,
    requestTimeout: REQUEST_TIMEOUT_MS,
    // The address alone is not enough: the SDK's default port would stand.
    ...(endpoint && { address: endpoint.host, port: endpoint.port, ca: [endpoint.ca] }),
  });
}

/** The SDK declares a promise and returns nothing: only the callback tells. */
function shutDown(provider: apn.Provider): Promise<void> {
  return new Promise((resolve) => void provider.shutdown(resolve));
}

function outcomeOf({ status, error, response }: Failure): PushOutcome {
  const reason = response?.reason ?? error?.message ?? `status ${status ?? 'unknown'}`;
  if (status === 410) return { kind: 'unregistered', ...sinceOf(response?.timestamp) };
  // Our own token was too old; the SDK has already made a new one.
  if (status === 403 && reason === 'ExpiredProviderToken') return { kind: 'retry', reason };
  // BadDeviceToken too: it may only say that a token of the sandbox met the production servers, or the other way
  // round, and a wrong setting of ours must not clear every phone's token. A dead one is a 410.
  if (status !== undefined && status >= 400 && status < 500 && status !== 408 && status !== 429) {
    return { kind: 'rejected', reason };
  }
  // 429, 5xx, and what never was answered: timeouts, refused streams after a GOAWAY, broken connections.
  return { kind: 'retry', reason };
}

/** `timestamp` is when APNs learned that the token was dead, in milliseconds since the epoch. */
function sinceOf(timestamp: number | string | undefined): { since?: Date } {
  const ms = Number(timestamp);
  return Number.isFinite(ms) && ms > 0 ? { since: new Date(ms) } : {};
}
