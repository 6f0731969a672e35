import type { FastifyReply, FastifyRequest } from 'fastify';

/** A cookie's name as it is sent: over TLS with the prefix that ties it to this very host (RFC 6265bis, 4.1.3.2). */
function cookieName(name: string, issuer: string): string {
  return issuer.startsWith('https:') ? `__Host-${name}` : name;
}

/** The value of a cookie that {@link setCookie} set. */
export function readCookie(request: FastifyRequest, name: string, issuer: string): string | undefined {
  const start = `${cookieName(name, issuer)}=`;
  const pair = request.headers.cookie?.split(/; */).find((one) => one.startsWith(start));
  return pair?.slice(start.length);
}

/**
 * Sets a cookie for this host alone, out of scripts' reach and not sent along when other sites post to us. A page that
 * another site may frame needs one that is sent there too, and kept apart for each such site (CHIPS); who posts is then
 * told by `Origin` and `Sec-Fetch-Site` alone.
 */
export function setCookie(
  reply: FastifyReply,
  cookie: { name: string; value: string; seconds: number; isFramed?: boolean },
  issuer: string,
): void {
  const isSecure = issuer.startsWith('https:');
  // Browsers take `None` over TLS only.
  const site = cookie.isFramed && isSecure ? 'None; Partitioned' : 'Lax';
  const pair = `${cookieName(cookie.name, issuer)}=${cookie.value}`;
  void reply.header(
    'Set-Cookie',
    `${pair}; Path=/; Max-Age=${cookie.seconds}; HttpOnly; SameSite=${site}${isSecure ? '; Secure' : ''}`,
  );
}
