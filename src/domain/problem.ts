/** Every way in which a request can be refused. A new code without a row in `http/problem-catalogue.ts` does not compile. */
export type ProblemCode =
  | 'invalid_request'
  | 'invalid_client'
  | 'invalid_grant_type'
  | 'invalid_scope'
  | 'invalid_token'
  | 'insufficient_scope'
  | 'device_proof_invalid'
  | 'not_found'
  | 'method_not_allowed'
  | 'payload_too_large'
  | 'unsupported_media_type'
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
  | 'number_taken'
  | 'import_in_progress'
  | 'authenticator_not_possible'
  | 'nothing_to_send'
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
  | 'serial_number_mismatch'
  | 'service_unavailable'
  | 'internal_error';

/** One fault in the input: where (RFC 6901 pointer into the body) and what to do about it. */
export interface InputFault {
  pointer: string;
  detail: string;
}

/** Further members of the problem document (RFC 9457, section 3.2), each named in the contract. */
export interface ProblemMembers {
  attemptsLeft?: number;
  state?: string;
  errors?: InputFault[];
  reasons?: { code: string; message: string }[];
  /** Whose doing it would be: an operator's roles, or none where it takes two people. */
  roles?: string[];
  /** Whole seconds; sent as `Retry-After`. */
  retryAfterSeconds?: number;
  /** The limit that was met; sent as `RateLimit-Policy` and `RateLimit`. */
  limit?: { name: string; quota: number; seconds: number };
  /** Methods that the path does have; sent as `Allow`. */
  allow?: string[];
}

/** A refusal with a stable code and a sentence that says what to do. The one error class that callers ever see. */
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
