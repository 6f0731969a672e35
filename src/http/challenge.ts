import { DPOP_ALGORITHMS } from '../crypto/dpop-proof.ts';
import type { Problem } from '../domain/problem.ts';

const BEARER = 'Bearer realm="pushguard"';
/** Names the algorithms of proofs too (RFC 9449, 7.1). */
const DPOP = `DPoP realm="pushguard", algs="${DPOP_ALGORITHMS.join(' ')}"`;

/**
 * The `WWW-Authenticate` of a refusal, or undefined where the refusal has none.
 * A Bearer challenge states an error only to a caller that sent a token (RFC 6750, 3.1): without `error`, a client gets
 * a token; with it, the client replaces the one it has. At OAuth endpoints the header answers the `Authorization`
 * header alone (RFC 6749, 5.2), because many clients read no body once they see it.
 */
export function challengeFor({ code, members }: Problem, authorization: string | undefined): string | undefined {
  if (code === 'device_proof_invalid') return 'Device-Proof';
  if (code === 'signature_invalid') return 'Webhook-Signature';
  if (code === 'invalid_client') return authorization ? 'Basic realm="pushguard"' : undefined;
  const sentToken = members.isBound === true || /^(Bearer|DPoP) +\S/i.test(authorization ?? '');
  const scheme = members.isBound || /^DPoP /i.test(authorization ?? '') ? DPOP : BEARER;
  if (code === 'invalid_token' || code === 'session_ended') {
    return sentToken ? `${scheme}, error="${members.error ?? 'invalid_token'}"` : scheme;
  }
  // An operator at the desk has no token, and another one would not help.
  if (code !== 'insufficient_scope' || !sentToken) return undefined;
  const scope = members.requiredScope === undefined ? '' : `, scope="${members.requiredScope}"`;
  return `${scheme}, error="insufficient_scope"${scope}`;
}
