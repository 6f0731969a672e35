import { CAMARA_SCOPES } from '../http/client.guard.ts';
import { isGranted, isPurposeOf } from '../relying-parties/granted-scopes.ts';
import { OPENID_SCOPES, type Released } from './claims.ts';

/** Why a client may not request its scopes, by the name of OAuth (RFC 6749, 4.1.2.1). */
export interface ScopeFault {
  error: 'invalid_scope' | 'invalid_request';
  detail: string;
}

/** True for a scope of a person's identity. */
export function isOfPerson(scope: string): boolean {
  return OPENID_SCOPES.some((one) => one === scope);
}

/** True for a scope of a network API, and for the purpose that stands beside such scopes (`dpv:…`). */
export function isOfNetwork(scope: string): boolean {
  return CAMARA_SCOPES.some((one) => one === scope) || isPurpose(scope);
}

/**
 * Why a client with these granted scopes may not request what it does; undefined where it may. Every client of OpenID Connect
 * may request scopes of a person's identity. Those of network APIs are granted one by one (`api:right`), and come with exactly
 * one purpose; without `openid`, nothing else stands beside them (CAMARA Security and Interoperability Profile, Purpose as a
 * scope, Missing "openid" scope).
 */
export function faultOfScopes({ scopes, claims }: Released, granted: readonly string[]): ScopeFault | undefined {
  const purposes = scopes.filter(isPurpose);
  const forNetwork = scopes.filter((scope) => isOfNetwork(scope) && !isPurpose(scope));
  if (forNetwork.some((scope) => !isGranted(scope, granted)) || purposes.some((one) => !isPurposeOf(one, granted)))
    return { error: 'invalid_scope', detail: requestable(granted) };
  if (purposes.length > 1 || (forNetwork.length > 0 && purposes.length === 0)) {
    const detail = 'Send one purpose with scopes of network APIs: dpv:FraudPreventionAndDetection, for example.';
    return { error: 'invalid_request', detail };
  }
  if (scopes.includes('openid')) return undefined;
  if (forNetwork.length === 0) return { error: 'invalid_scope', detail: 'Send openid as one of the scopes.' };
  if (claims.length > 0 || scopes.some(isOfPerson))
    return { error: 'invalid_request', detail: 'Send openid in scope beside scopes and claims of a person.' };
  return undefined;
}

/** Says which scopes a client with these granted ones may request. */
export function requestable(granted: readonly string[]): string {
  const ofNetwork = CAMARA_SCOPES.filter((scope) => isGranted(scope, granted));
  return `Request scopes of: ${[...OPENID_SCOPES, ...ofNetwork].join(', ')}.`;
}

function isPurpose(scope: string): boolean {
  return scope.startsWith('dpv:');
}
