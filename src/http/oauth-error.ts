import type { Problem, ProblemCode } from '../domain/problem.ts';

/** The members of an OAuth error (RFC 6749, 5.2). */
export interface OAuthError {
  error: string;
  error_description: string;
}

/** What the HTTP layer refuses before an OAuth endpoint reads the request stays a problem document (contract). */
const NOT_OAUTH: readonly ProblemCode[] = [
  'not_found',
  'method_not_allowed',
  'payload_too_large',
  'unsupported_media_type',
];

/**
 * The names of RFC 6749, 4.1.2.1 and 5.2, of RFC 6750, 3.1, of CIBA Core 1.0, 11 and 13, and of RFC 9449, 5. Every
 * other code is `invalid_request`.
 */
const OAUTH_ERRORS: Partial<Record<ProblemCode, string>> = {
  invalid_client: 'invalid_client',
  invalid_dpop_proof: 'invalid_dpop_proof',
  invalid_grant_type: 'unsupported_grant_type',
  invalid_scope: 'invalid_scope',
  invalid_grant: 'invalid_grant',
  unauthorized_client: 'unauthorized_client',
  access_denied: 'access_denied',
  invalid_target: 'invalid_target',
  authorization_pending: 'authorization_pending',
  slow_down: 'slow_down',
  expired_token: 'expired_token',
  unknown_user_id: 'unknown_user_id',
  invalid_binding_message: 'invalid_binding_message',
  expired_login_hint_token: 'expired_login_hint_token',
  invalid_token: 'invalid_token',
  insufficient_scope: 'insufficient_scope',
  too_many_requests: 'temporarily_unavailable',
  service_unavailable: 'temporarily_unavailable',
  internal_error: 'server_error',
};

/** The OAuth members of a refusal at `route`, or undefined if the route is no OAuth endpoint. */
export function oauthErrorOf({ code, detail, members }: Problem, route: string | undefined): OAuthError | undefined {
  if (!route?.startsWith('/oauth2/') || NOT_OAUTH.includes(code)) return undefined;
  return { error: members.error ?? OAUTH_ERRORS[code] ?? 'invalid_request', error_description: descriptionOf(detail) };
}

/** RFC 6749 allows printable ASCII without quotation mark and backslash. */
function descriptionOf(detail: string): string {
  return detail.replaceAll('’', "'").replaceAll(/[^\x20\x21\x23-\x5B\x5D-\x7E]/g, '?');
}
