import * as oauth from 'oauth4webapi';

/* eslint-disable @typescript-eslint/no-deprecated -- marked so that it stands out; the service under test has no TLS */
/** Lets oauth4webapi call a service without TLS, which it refuses by default. */
export const INSECURE = { [oauth.allowInsecureRequests]: true };
/* eslint-enable @typescript-eslint/no-deprecated */

/** The service as oauth4webapi discovers it. */
export async function discovered(
  issuer: string,
  algorithm: 'oidc' | 'oauth2' = 'oidc',
): Promise<oauth.AuthorizationServer> {
  const at = new URL(issuer);
  return oauth.processDiscoveryResponse(at, await oauth.discoveryRequest(at, { algorithm, ...INSECURE }));
}
