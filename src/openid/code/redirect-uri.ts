import { isPublic } from '../../domain/client.ts';
import type { Client } from '../../relying-parties/client.entity.ts';

/** An address on the loopback interface: the host, any port, and the rest (RFC 8252, 7.3). */
const LOOPBACK = /^(http:\/\/(?:127\.0\.0\.1|\[::1\]))(?::\d{1,5})?([/?].*)?$/;

/**
 * Whether an answer may go to `redirectUri`: it is one of the addresses that the client registered, compared exactly. An app
 * on a desktop listens on a port that the operating system chooses, so of a public client's loopback address the port may be
 * another one.
 */
export function isRedirectOf(
  { returnUrls, tokenEndpointAuthMethod }: Pick<Client, 'returnUrls' | 'tokenEndpointAuthMethod'>,
  redirectUri: string,
): boolean {
  if (returnUrls.includes(redirectUri)) return true;
  if (!isPublic({ tokenEndpointAuthMethod }) || !URL.canParse(redirectUri) || redirectUri.includes('#')) return false;
  const asked = withoutPort(redirectUri);
  return asked !== undefined && returnUrls.some((one) => withoutPort(one) === asked);
}

function withoutPort(address: string): string | undefined {
  const [, host, rest = ''] = LOOPBACK.exec(address) ?? [];
  return host === undefined ? undefined : host + rest;
}
