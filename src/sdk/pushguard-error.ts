/** The codes of the service's problem documents that a relying party can meet (RFC 9457, member `code`). */
export const PROBLEM_CODES = [
  'invalid_request',
  'invalid_client',
  'invalid_grant_type',
  'invalid_scope',
  'invalid_grant',
  'unauthorized_client',
  'access_denied',
  'invalid_target',
  'authorization_pending',
  'slow_down',
  'expired_token',
  'invalid_dpop_proof',
  'unknown_user_id',
  'invalid_binding_message',
  'expired_login_hint_token',
  'invalid_token',
  'insufficient_scope',
  'wrong_mode',
  'not_found',
  'method_not_allowed',
  'payload_too_large',
  'unsupported_media_type',
  'headers_too_large',
  'request_timeout',
  'idempotency_key_reused',
  'idempotency_in_progress',
  'authentication_not_found',
  'authentication_closed',
  'authentication_expired',
  'code_mismatch',
  'attempts_exhausted',
  'too_many_requests',
  'nothing_to_send',
  'nothing_to_verify',
  'registration_not_found',
  'registration_closed',
  'window_not_found',
  'webhook_url_refused',
  'webhook_endpoint_limit',
  'webhook_endpoint_not_found',
  'webhook_endpoint_disabled',
  'webhook_event_not_found',
  'service_unavailable',
  'internal_error',
] as const;

/** A code of the service. */
export type ProblemCode = (typeof PROBLEM_CODES)[number];

/**
 * What this library itself found. `network`: no answer arrived. `timeout`: the deadline of the call passed. `aborted`: the
 * caller's signal ended it. `unexpected_answer`: an answer that is not the service's, such as a proxy's page, or a code
 * that this version does not know. `invalid_assertion` and `invalid_webhook`: not signed by the service for this client,
 * or no longer valid.
 */
export type LocalCode =
  'network' | 'timeout' | 'aborted' | 'unexpected_answer' | 'invalid_assertion' | 'invalid_webhook';

/** Every `code` of a {@link PushguardError}: a switch over it can be exhaustive. */
export type PushguardErrorCode = ProblemCode | LocalCode;

/**
 * One fault in the input: its place and how to correct it. The place is a JSON pointer into the body, empty for the body as a
 * whole; a parameter of the query or a header stands there with its name (`/wait`).
 */
export interface InputFault {
  pointer: string;
  detail: string;
}

/** The members of a {@link PushguardError} beside its code and detail. */
export interface ErrorMembers {
  status?: number | undefined;
  errors?: readonly InputFault[] | undefined;
  attemptsLeft?: number | undefined;
  state?: string | undefined;
  retryAfterSeconds?: number | undefined;
  cause?: unknown;
}

/** The only error that the calls of this library reject with. Branch on `code`. */
export class PushguardError extends Error {
  override readonly name = 'PushguardError';
  readonly code: PushguardErrorCode;
  /** A sentence for developers that says what to do. Not for the person who is verified. */
  readonly detail: string;
  /** The HTTP status; undefined when no answer arrived or none was asked for. */
  readonly status: number | undefined;
  /** With `invalid_request` and `webhook_url_refused`: each fault. Otherwise empty. */
  readonly errors: readonly InputFault[];
  /** With `code_mismatch` and `attempts_exhausted`: the codes that can still be tried. */
  readonly attemptsLeft: number | undefined;
  /** With `authentication_closed`, `authentication_expired` and `registration_closed`: the final state. */
  readonly state: string | undefined;
  /** With `too_many_requests` and `service_unavailable`: seconds after which the call may be made again. */
  readonly retryAfterSeconds: number | undefined;

  constructor(code: PushguardErrorCode, detail: string, members: ErrorMembers = {}) {
    super(`${code}: ${detail}`, members.cause === undefined ? undefined : { cause: members.cause });
    this.code = code;
    this.detail = detail;
    this.status = members.status;
    this.errors = members.errors ?? [];
    this.attemptsLeft = members.attemptsLeft;
    this.state = members.state;
    this.retryAfterSeconds = members.retryAfterSeconds;
  }
}
