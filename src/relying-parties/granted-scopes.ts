import { CAMARA_SCOPES } from '../http/client.guard.ts';

/** True if the scope is among those that were granted, or a part of one, as `sim-swap:check` is of `sim-swap`. */
export function isGranted(scope: string, granted: readonly string[]): boolean {
  const [family = ''] = scope.split(':');
  return granted.includes(scope) || (CAMARA_SCOPES.some((one) => one === scope) && granted.includes(family));
}

/** The purpose of the data that a CAMARA client asks for (CAMARA Identity and Consent Management), such as `dpv:FraudPreventionAndDetection`. */
const PURPOSE = /^dpv:[A-Za-z]{1,64}$/;

/** True if `scope` names a purpose and the client has a CAMARA scope, for which alone purposes are kept. */
export function isPurposeOf(scope: string, granted: readonly string[]): boolean {
  return PURPOSE.test(scope) && CAMARA_SCOPES.some((one) => granted.includes(one));
}
