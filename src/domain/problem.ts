/** Every reason to refuse a request. A new code without a row in `http/problem-catalogue.ts` does not compile. */
export type ProblemCode =
  | 'invalid_request'
  | 'invalid_client'
  | 'invalid_dpop_proof'
  | 'invalid_grant_type'
  | 'invalid_scope'
  | 'invalid_grant'
  | 'unauthorized_client'
  | 'access_denied'
  | 'invalid_target'
  | 'authorization_pending'
  | 'slow_down'
  | 'expired_token'
  | 'unknown_user_id'
  | 'invalid_binding_message'
  | 'expired_login_hint_token'
  | 'invalid_token'
  | 'insufficient_scope'
  | 'wrong_mode'
  | 'device_proof_invalid'
  | 'signature_invalid'
  | 'not_found'
  | 'method_not_allowed'
  | 'payload_too_large'
  | 'unsupported_media_type'
  | 'headers_too_large'
  | 'request_timeout'
  | 'idempotency_key_reused'
  | 'idempotency_in_progress'
  | 'authentication_not_found'
  | 'authentication_closed'
  | 'authentication_expired'
  | 'code_mismatch'
  | 'attempts_exhausted'
  | 'too_many_requests'
  | 'pin_mismatch'
  | 'pin_locked'
  | 'pin_exhausted'
  | 'pin_nonce_spent'
  | 'relying_party_not_found'
  | 'sms_not_permitted'
  | 'sms_permission_not_found'
  | 'subscription_not_active'
  | 'enrolment_code_invalid'
  | 'envelope_not_ready'
  | 'device_test_closed'
  | 'not_eligible'
  | 'subscription_not_found'
  | 'nothing_to_change'
  | 'second_person_required'
  | 'caller_not_checkable'
  | 'caller_denied'
  | 'import_in_progress'
  | 'authenticator_not_possible'
  | 'nothing_to_send'
  | 'nothing_to_verify'
  | 'match_mismatch'
  | 'card_mismatch'
  | 'registration_not_found'
  | 'registration_closed'
  | 'window_not_found'
  | 'window_closed'
  | 'window_bound_elsewhere'
  | 'form_outdated'
  | 'session_ended'
  | 'approval_not_found'
  | 'approval_closed'
  | 'reissue_not_found'
  | 'reissue_closed'
  | 'alert_not_found'
  | 'alert_closed'
  | 'serial_number_mismatch'
  | 'webhook_endpoint_not_found'
  | 'webhook_event_not_found'
  | 'webhook_url_refused'
  | 'webhook_endpoint_limit'
  | 'webhook_endpoint_disabled'
  | 'service_unavailable'
  | 'internal_error';

/**
 * One fault in the input: its place and how to correct it. The place is a pointer into the body (RFC 6901), which is empty
 * for the body as a whole; a parameter of the query or a header is named as if it were a member: `/wait`, `/Audit-Reason`.
 */
export interface InputFault {
  pointer: string;
  detail: string;
}

/** A limit that is used up. */
export interface SpentLimit {
  name: string;
  quota: number;
  /** The interval; none where what counts ends by itself or is deleted. */
  seconds?: number;
}

/** Further members of the problem document (RFC 9457, section 3.2), each named in the contract. */
export interface ProblemMembers {
  attemptsLeft?: number;
  state?: string;
  errors?: InputFault[];
  reasons?: { code: string; message: string }[];
  /** The operator roles that may perform the action; empty when it takes two people. */
  roles?: string[];
  /** Whole seconds; sent as `Retry-After`. */
  retryAfterSeconds?: number;
  /** The exceeded limit; sent as `RateLimit-Policy` and `RateLimit`. */
  limit?: SpentLimit;
  /** The methods that the path supports; sent as `Allow`. */
  allow?: string[];
  /** The scope that an access token needs; sent in `WWW-Authenticate`. */
  requiredScope?: string;
  /** The name of an OAuth error that says more than the code; sent as `error` at OAuth endpoints. */
  error?: string;
  /** The refusal is about a token that is bound to a key, or about its proof; the challenge names the scheme `DPoP`. */
  isBound?: true;
  /** The sentence that the desk shows in place of the general one of the code; not sent. */
  deskSentence?: 'sim_stands' | 'sim_and_loss_stand' | 'line_not_held';
  /** The body was refused for its encoding; sent as `Accept-Encoding: identity` (RFC 9110, 15.5.16). */
  identityOnly?: true;
}

/** A refusal with a stable code and a sentence that says what to do. The only error class that callers see. */
export class Problem extends Error {
  override readonly name = 'Problem';

  constructor(
    readonly code: ProblemCode,
    readonly detail: string,
    readonly members: ProblemMembers = {},
  ) {
    super(`${code}: ${detail}`);
  }
}
