import { randomUUID } from 'node:crypto';
import { AccessTokens } from './access-tokens.ts';
import { Api, pathOf, type CallOptions } from './api.ts';
import { Assertions, type Assertion, type AssertionChecks } from './assertion.ts';
import { proofOf, type Credentials } from './credentials.ts';
import { issuerOf } from './issuer.ts';
import type * as messages from './messages.ts';
import { PushguardError } from './pushguard-error.ts';
import { isDuration } from './time-limit.ts';
import { Transport } from './transport.ts';
import { WebhookApi } from './webhook-api.ts';
import { bindingOf, newState } from './window-binding.ts';

export type { CallOptions } from './api.ts';
export type { Assertion, AssertionChecks } from './assertion.ts';
export type { Credentials } from './credentials.ts';
export type * from './messages.ts';
export { PushguardError } from './pushguard-error.ts';
export type { InputFault, LocalCode, ProblemCode, PushguardErrorCode } from './pushguard-error.ts';
export { verifyWebhook } from './webhook.ts';
export type { AuthenticationEventData, WebhookEvent, WebhookHeaders } from './webhook.ts';
export type * from './webhook-api.ts';
export { newState, stateMatches, windowOfReturn } from './window-binding.ts';

/** The service, the client, and how the client proves itself. */
export type PushguardOptions = Credentials & {
  /** The address of the service, such as `https://push.example.kr`. Plain HTTP is for this machine alone. */
  issuer: string;
  clientId: string;
  /** Allows plain HTTP to another machine, within a network that you trust. */
  allowHttp?: boolean | undefined;
  /** Milliseconds for a call with all its repetitions. Default: 20,000. */
  deadlineMs?: number | undefined;
  /** Milliseconds for one attempt. Default: 10,000. */
  attemptMs?: number | undefined;
  /** Replaces the platform's own, for a proxy or for measuring. */
  fetch?: typeof globalThis.fetch | undefined;
};

/** A repetition within this time of a success gets the same answer. */
const REPLAY_MS = 60_000;
/** An authentication lives 180 seconds. */
const LIFE_MS = 200_000;
const WAIT_SECONDS = 25;
/** The service holds an answer no longer. */
const LONGEST_WAIT_SECONDS = 30;

/**
 * The server of a relying party. One instance serves the whole process: it keeps the access token.
 *
 * Every method rejects with {@link PushguardError}. After a network error, 429 and 503 a call is repeated until its
 * deadline, no sooner than `Retry-After`, where a repetition changes nothing.
 */
export class Pushguard {
  readonly issuer: string;
  readonly clientId: string;
  /** Webhook endpoints, and the feed of events. */
  readonly webhooks: WebhookApi;
  readonly #api: Api;
  readonly #assertions: Assertions;
  readonly #deadlineMs: number;

  /** Throws TypeError for options that cannot serve. */
  constructor(options: PushguardOptions) {
    const { clientId, deadlineMs = 20_000, attemptMs = 10_000, fetch = globalThis.fetch } = options;
    if (!isDuration(deadlineMs) || !isDuration(attemptMs)) {
      throw new TypeError('deadlineMs and attemptMs must be numbers of milliseconds');
    }
    this.issuer = issuerOf(options.issuer, options.allowHttp ?? false);
    this.clientId = clientId;
    this.#deadlineMs = deadlineMs;
    const transport = new Transport(this.issuer, fetch, attemptMs);
    const tokens = new AccessTokens(transport, proofOf(this.issuer, clientId, options), deadlineMs);
    this.#api = new Api(transport, tokens, deadlineMs);
    this.webhooks = new WebhookApi(this.#api);
    this.#assertions = new Assertions(this.issuer, clientId, fetch);
  }

  /**
   * Starts the authentication of a person. An `Idempotency-Key` is made and kept over the repetitions; give your own to
   * start once over several calls. The answer is the same whether or not the number exists.
   */
  async startAuthentication(
    body: messages.StartAuthentication,
    options: CallOptions & { idempotencyKey?: string | undefined } = {},
  ): Promise<messages.Authentication> {
    const idempotencyKey = options.idempotencyKey ?? randomUUID();
    return this.#api.call({ method: 'POST', path: '/v1/authentications', body, idempotencyKey }, options);
  }

  /** Returns an authentication; with `wait` (0 to 30 seconds) as soon as its state changes or after that time. */
  async getAuthentication(
    id: string,
    options: CallOptions & { wait?: number | undefined } = {},
  ): Promise<messages.Authentication> {
    const { wait } = options;
    if (wait !== undefined && !(Number.isInteger(wait) && wait >= 0 && wait <= LONGEST_WAIT_SECONDS)) {
      throw new PushguardError('invalid_request', `wait must be a whole number from 0 to ${LONGEST_WAIT_SECONDS}.`);
    }
    const path = pathOf('authentications', id) + (wait === undefined ? '' : `?wait=${wait}`);
    return this.#api.call({ method: 'GET', path, heldMs: (wait ?? 0) * 1000 }, options);
  }

  /** Waits until an authentication has ended, at most `deadlineMs` (default: 200,000, longer than one lives). */
  async waitForEnd(id: string, options: CallOptions = {}): Promise<messages.EndedAuthentication> {
    const { deadlineMs = LIFE_MS } = options;
    if (!isDuration(deadlineMs)) {
      throw new PushguardError('invalid_request', 'deadlineMs must be a number of milliseconds.');
    }
    const endsAt = performance.now() + deadlineMs;
    for (let wait = 0; ; wait = WAIT_SECONDS) {
      const leftMs = Math.max(1, endsAt - performance.now());
      const heldMs = Math.min(wait, Math.ceil(leftMs / 1000)) * 1000;
      const seen = await this.getAuthentication(id, {
        signal: options.signal,
        wait: heldMs / 1000,
        deadlineMs: leftMs - heldMs,
      });
      if (seen.state !== 'pending' && seen.state !== 'opened') return seen;
    }
  }

  /**
   * Verifies the code that the person typed. A repetition after a lost answer has the same body and comes within the 60
   * seconds in which it gets the same answer; a wrong code of which the answer was lost may count twice.
   */
  async verifyAuthentication(
    id: string,
    body: messages.Verification,
    options: CallOptions = {},
  ): Promise<messages.Verified> {
    const path = `${pathOf('authentications', id)}/verification`;
    const deadlineMs = Math.min(options.deadlineMs ?? this.#deadlineMs, REPLAY_MS);
    return this.#api.call({ method: 'POST', path, body }, { ...options, deadlineMs });
  }

  /** Sends the wake-up, or the same code by SMS, again: at most three times, at least 30 seconds apart. */
  async resend(id: string, options: CallOptions = {}): Promise<messages.Authentication> {
    const path = `${pathOf('authentications', id)}/resend`;
    return this.#api.call({ method: 'POST', path, repeatable: false }, options);
  }

  /** Cancels an authentication; the phone is told. */
  async cancel(id: string, options: CallOptions = {}): Promise<void> {
    const showsDone = ({ state }: { state: string | undefined }) => state === 'cancelled';
    await this.#api.call({ method: 'DELETE', path: pathOf('authentications', id), showsDone }, options);
  }

  /**
   * Creates a hosted window. Keep `binding` in a cookie of this browser (`HttpOnly; Secure; SameSite=Lax`), send the
   * browser to `url`, and read the cookie with `windowOfReturn` when it comes back.
   */
  async createWindow(window: messages.CreateWindow, options: CallOptions = {}): Promise<messages.CreatedWindow> {
    const body = { ...window, state: window.state ?? newState() };
    const created = await this.#api.call<Omit<messages.CreatedWindow, 'state' | 'binding'>>(
      { method: 'POST', path: '/v1/windows', body },
      options,
    );
    return { ...created, state: body.state, binding: bindingOf(created.windowId, body.state) };
  }

  /** Returns a hosted window with its authentication. Only this answer counts, not what a browser brings back. */
  async getWindow(windowId: string, options: CallOptions = {}): Promise<messages.HostedWindow> {
    return this.#api.call({ method: 'GET', path: pathOf('windows', windowId) }, options);
  }

  /** Asks a person to register the authenticator of another institution with you. Idempotent as a start. */
  async requestRegistration(
    body: messages.RequestRegistration,
    options: CallOptions & { idempotencyKey?: string | undefined } = {},
  ): Promise<messages.Registration> {
    const idempotencyKey = options.idempotencyKey ?? randomUUID();
    return this.#api.call({ method: 'POST', path: '/v1/registrations', body, idempotencyKey }, options);
  }

  /** Returns your last hundred registrations, newest first. */
  async listRegistrations(options: CallOptions = {}): Promise<messages.Registration[]> {
    return this.#api.call({ method: 'GET', path: '/v1/registrations' }, options);
  }

  /** Returns one registration. */
  async getRegistration(id: string, options: CallOptions = {}): Promise<messages.Registration> {
    return this.#api.call({ method: 'GET', path: pathOf('registrations', id) }, options);
  }

  /** Ends a registration, with everything that was asked because of it. */
  async revokeRegistration(id: string, options: CallOptions = {}): Promise<void> {
    const showsDone = ({ state }: { state: string | undefined }) => state === 'revoked';
    await this.#api.call({ method: 'DELETE', path: pathOf('registrations', id), showsDone }, options);
  }

  /** Issues your Smart OTP to a person whose identity you have checked (scope `signing`). */
  async issueSmartOtp(body: messages.IssueSmartOtp, options: CallOptions = {}): Promise<messages.IssuedSmartOtp> {
    return this.#api.call({ method: 'POST', path: '/v1/smart-otps', body, repeatable: false }, options);
  }

  /** In test mode alone: returns what the phone of the test person shows, with the code. */
  async getTestAuthentication(id: string, options: CallOptions = {}): Promise<messages.TestAuthentication> {
    return this.#api.call({ method: 'GET', path: pathOf('test/authentications', id) }, options);
  }

  /**
   * Verifies an assertion by the keys of the issuer: signature (ES256), issuer, audience, times and claims. Rejects with
   * `invalid_assertion`. Assertions of the test mode are refused unless `allowTest`.
   */
  async verifyAssertion(jws: string, checks: AssertionChecks = {}): Promise<Assertion> {
    return this.#assertions.verify(jws, checks);
  }
}
