import type { FastifyReply, FastifyRequest } from 'fastify';

/** The cookie's name on the wire: over TLS, the prefix `__Host-` binds it to this host (RFC 6265bis, 4.1.3.2). */
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
 * Sets a cookie for this host alone. Scripts cannot read it, and browsers do not send it with posts from other sites.
 * A page that another site may frame needs a cookie that is sent inside the frame, partitioned for each such site
 * (CHIPS). Only `Origin` and `Sec-Fetch-Site` then tell which site sent a post.
 */
export function setCookie(
  reply: FastifyReply,
  cookie: { name: string; value: string; seconds: number; isFramed?: boolean },
  issuer: string,
): void {
  const isSecure = issuer.startsWith('https:');
  // Browsers accept `SameSite=None` over TLS only.
  const site = cookie.isFramed && isSecure ? 'None; Partitioned' : 'Lax';
  const pair = `${cookieName(cookie.name, issuer)}=${cookie.value}`;
  void reply.header(
    'Set-Cookie',
    `${pair}; Path=/; Max-Age=${cookie.seconds}; HttpOnly; SameSite=${site}${isSecure ? '; Secure' : ''}`,
  );
}
