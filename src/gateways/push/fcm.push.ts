import type { ClientRequest } from 'node:http';
import { Agent, type AgentOptions } from 'node:https';
import { isIP } from 'node:net';
import { type App, type Credential, deleteApp, initializeApp } from 'firebase-admin/app';
import { getMessaging, type Messaging, type TokenMessage } from 'firebase-admin/messaging';
import { noteHttpCall, type CalledServer } from '../../tracing/outgoing-call.ts';
import { withinDeadline } from '../deadline.ts';
import { observedData, observeWritten, type FcmAttempt } from './fcm.attempt.ts';
import type { CredentialAnswer, PushGateway, PushMessage, PushOutcome } from './push.ts';

export interface FcmPushOptions {
  credential: Credential;
  projectId: string;
  /** Another server that speaks FCM HTTP v1 over TLS; the default is Google's. `ca` is PEM. */
  endpoint?: { host: string; port: number; ca: string };
}

/** HTTP/1.1 carries one push a connection at a time: this many run at once, further ones wait. */
const CONNECTIONS = 50;

const GOOGLE: CalledServer = { host: 'fcm.googleapis.com', port: 443 };

/** A registration token that FCM gave to no app. */
export const NOBODYS_TOKEN = 'pushguard-doctor-token-of-nobody';

let apps = 0;

/** Pushes to Android phones through FCM HTTP v1. */
export class FcmPushGateway implements PushGateway {
  readonly #app: App;
  readonly #messaging: Messaging;
  readonly #agent: Agent;
  readonly #server: CalledServer;

  constructor({ credential, projectId, endpoint }: FcmPushOptions) {
    this.#server = endpoint ?? GOOGLE;
    const agentOptions = { keepAlive: true, maxSockets: CONNECTIONS };
    this.#agent = endpoint ? new EndpointAgent(agentOptions, endpoint) : new ObservingAgent(agentOptions);
    // A unique name: firebase-admin has a process-wide registry of apps, and a process may have two gateways.
    apps += 1;
    this.#app = initializeApp({ credential, projectId, httpAgent: this.#agent }, `pushguard-${apps}`);
    this.#messaging = getMessaging(this.#app);
  }

  async send(message: PushMessage, deadlineMs: number): Promise<PushOutcome> {
    const attempt: FcmAttempt = {};
    const outcome = await withinDeadline(this.#attempt(message, attempt), deadlineMs, undefined);
    noteHttpCall('POST', this.#server, { status: attempt.status, ...(!outcome && { fault: 'timeout' }) });
    if (outcome) return outcome;
    // The SDK does not repeat an error without a code; the connection is free for the next push.
    attempt.request?.destroy(new Error('the deadline of this push has passed'));
    return { kind: 'retry', reason: `no answer from FCM within ${deadlineMs} ms` };
  }

  async #attempt(message: PushMessage, attempt: FcmAttempt): Promise<PushOutcome> {
    try {
      const messageId = await this.#messaging.send(fcmMessage(message, observedData(attempt, message.data)));
      return { kind: 'accepted', messageId };
    } catch (error) {
      return outcomeOf(error, attempt);
    }
  }

  /** Has FCM judge a message (`validate_only`) to a token that no phone has, which tells whether it takes the credential. */
  async tryCredential(deadlineMs: number): Promise<CredentialAnswer> {
    const attempt: FcmAttempt = {};
    const late = { kind: 'unknown' as const, reason: `no answer from FCM within ${deadlineMs} ms` };
    const asked = this.#messaging.send({ token: NOBODYS_TOKEN, data: observedData(attempt, { t: 'none' }) }, true).then(
      () => ({ kind: 'works' as const }),
      (error: unknown) => credentialAnswer(error, attempt),
    );
    return withinDeadline<CredentialAnswer>(asked, deadlineMs, late);
  }

  async close(): Promise<void> {
    await deleteApp(this.#app);
    this.#agent.destroy();
  }
}

function fcmMessage(
  { token, alert, style, collapseKey, ttlSeconds }: PushMessage,
  data: Record<string, string>,
): TokenMessage {
  const android = {
    priority: 'high' as const,
    // The SDK takes milliseconds and writes "180s".
    ttl: ttlSeconds * 1000,
    collapseKey,
  };
  if (style === 'data') return { token, data, android };
  // `tag` is the counterpart of `collapseKey` on the phone: a repeat replaces the first notification in the tray.
  return { token, data, notification: alert, android: { ...android, notification: { tag: collapseKey } } };
}

function outcomeOf(error: unknown, attempt: FcmAttempt): PushOutcome {
  const code = codeOf(error);
  const { status, retryAfterMs, unregistered } = attempt;
  if (unregistered) return { kind: 'unregistered' };
  // A wrong project, or a proxy: it says nothing about the token.
  if (status === 404) return { kind: 'rejected', reason: 'not found, but not UNREGISTERED' };
  // INVALID_ARGUMENT may refer to the payload as well as the token, so it never means that a token is dead.
  const refused = status === undefined ? code.startsWith('messaging/invalid-') : isFinal(status);
  if (refused) return { kind: 'rejected', reason: code };
  return { kind: 'retry', reason: code, ...(retryAfterMs !== undefined && { afterMs: retryAfterMs }) };
}

/** The token is refused last: whatever is said about it means that project and credential are right. */
function credentialAnswer(error: unknown, { status, unregistered }: FcmAttempt): CredentialAnswer {
  const reason = codeOf(error);
  if (status === 400 || unregistered) return { kind: 'works' };
  if (status === 404) return { kind: 'refused', reason: 'FCM does not know the project' };
  if (status !== undefined)
    return { kind: isFinal(status) ? 'refused' : 'unknown', reason: `status ${status}, ${reason}` };
  // Without an access token there is no request to FCM. Google says `invalid_grant` of a key that was deleted or disabled.
  const isRefused = error instanceof Error && /invalid_grant|invalid_client|unauthorized_client/.test(error.message);
  return { kind: isRefused ? 'refused' : 'unknown', reason: isRefused ? 'Google does not accept the key' : reason };
}

/** 408 and 429 are the only transient client errors. */
function isFinal(status: number): boolean {
  return status >= 400 && status < 500 && status !== 408 && status !== 429;
}

function codeOf(error: unknown): string {
  if (error instanceof Error) return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
  return 'unknown error';
}

declare module 'node:https' {
  interface Agent {
    /** What `https.request` calls with each new request; @types/node does not declare it. */
    addRequest(request: ClientRequest, options: object): void;
  }
}

/** Shows the requests of firebase-admin to the attempts that they belong to. */
class ObservingAgent extends Agent {
  override addRequest(request: ClientRequest, options: object): void {
    observeWritten(request);
    super.addRequest(request, options);
  }
}

/** Directs every connection to `endpoint`; firebase-admin has no setting for its host. */
class EndpointAgent extends ObservingAgent {
  readonly #endpoint: { host: string; port: number; ca: string };

  constructor(options: AgentOptions, endpoint: { host: string; port: number; ca: string }) {
    super(options);
    this.#endpoint = endpoint;
  }

  override createConnection(
    ...[options, callback]: Parameters<Agent['createConnection']>
  ): ReturnType<Agent['createConnection']> {
    const { host } = this.#endpoint;
    // TLS has no server name for an address (RFC 6066, section 3); the certificate is then checked against `host`.
    return super.createConnection({ ...options, ...this.#endpoint, servername: isIP(host) ? '' : host }, callback);
  }
}
