import type { IncomingHttpHeaders } from 'node:http';
import { equalInConstantTime } from '../crypto/constant-time.ts';
import { sha256 } from '../crypto/sha256.ts';

/**
 * Whether a request was sent by a page of `issuer`, or by no page at all. A form of a page with `no-referrer` names
 * its origin as `null`, as a sandboxed page of anybody's would; there `Sec-Fetch-Site` tells them apart.
 */
export function isOwnPage(headers: IncomingHttpHeaders, issuer: string): boolean {
  const { origin } = headers;
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return false;
  if (origin === undefined || origin === new URL(issuer).origin) return true;
  return origin === 'null' && site === 'same-origin';
}

/** What a page that was written for a browser's secret sends along. Made of the secret, and tells nothing of it. */
export function formTokenOf(secret: string): string {
  return sha256(`form\0${secret}`).toString('base64url');
}

export function isFormTokenOf(secret: string, token: string): boolean {
  return equalInConstantTime(Buffer.from(token), Buffer.from(formTokenOf(secret)));
}

/** The secret in a cookie of ours, where the cookie holds one. */
export function secretIn(cookie: string | undefined): string | undefined {
  return /^[\w-]{43}$/.exec(cookie ?? '')?.[0];
}
