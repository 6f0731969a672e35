import type { IncomingHttpHeaders } from 'node:http';
import { equalInConstantTime } from '../crypto/constant-time.ts';
import { sha256 } from '../crypto/sha256.ts';

/**
 * Whether a request comes from a page of `issuer`, or from no page at all.
 * A form on a page with `no-referrer` sends the origin `null`, and so does any sandboxed page; there `Sec-Fetch-Site`
 * distinguishes the two.
 */
export function isOwnPage(headers: IncomingHttpHeaders, issuer: string): boolean {
  const { origin } = headers;
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return false;
  if (origin === undefined || origin === new URL(issuer).origin) return true;
  return origin === 'null' && site === 'same-origin';
}

/** The form token that a page sends along, derived from the browser's secret. It does not reveal the secret. */
export function formTokenOf(secret: string): string {
  return sha256(`form\0${secret}`).toString('base64url');
}

/** Whether `token` is the form token of `secret`. */
export function isFormTokenOf(secret: string, token: string): boolean {
  return equalInConstantTime(Buffer.from(token), Buffer.from(formTokenOf(secret)));
}

/** The secret in a cookie, or undefined if the cookie holds none. */
export function secretIn(cookie: string | undefined): string | undefined {
  return /^[\w-]{43}$/.exec(cookie ?? '')?.[0];
}
