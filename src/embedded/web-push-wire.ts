import type { IncomingHttpHeaders } from 'node:http';

/** What a push service refuses, by status. */
export interface WebPushRefusal {
  status: 400 | 401 | 403 | 413;
  reason: string;
}

/** What the headers of a message say. */
export interface WebPushHeaders {
  ttlSeconds: number;
  topic: string | null;
}

const ES256 = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
/** RFC 8292, 2: a token is valid for 24 hours at most. */
const LONGEST_SECONDS = 86_400;
/** RFC 8030, 7.2. */
const PAYLOAD_LIMIT = 4_096;
const URGENCIES = ['very-low', 'low', 'normal', 'high'];

/** Reads the headers of a message (RFC 8030, 5), or says why a push service would refuse it. */
export function readWebPushHeaders(headers: IncomingHttpHeaders, body: Buffer): WebPushHeaders | WebPushRefusal {
  const { ttl, topic, urgency } = headers;
  if (typeof ttl !== 'string' || !/^\d+$/.test(ttl)) return { status: 400, reason: 'TTL is missing' };
  if (headers['content-encoding'] !== 'aes128gcm') return { status: 400, reason: 'Content-Encoding is not aes128gcm' };
  if (urgency !== undefined && !URGENCIES.includes(String(urgency)))
    return { status: 400, reason: 'Urgency is unknown' };
  if (topic !== undefined && !/^[\w-]{1,32}$/.test(String(topic))) return { status: 400, reason: 'Topic is too long' };
  if (body.length > PAYLOAD_LIMIT) return { status: 413, reason: 'the message is too long' };
  return { ttlSeconds: Number(ttl), topic: topic === undefined ? null : String(topic) };
}

/**
 * Says why a push service at `origin` would refuse this `Authorization` (RFC 8292) for a subscription that is bound to a
 * key; undefined if it is valid.
 */
export async function vapidFault(
  authorization: string | undefined,
  { origin, applicationServerKey }: { origin: string; applicationServerKey: string },
): Promise<WebPushRefusal | undefined> {
  const [, token = '', key = ''] = /^vapid t=([\w.-]+), ?k=([\w-]+)$/.exec(authorization ?? '') ?? [];
  if (token === '') return { status: 401, reason: 'the VAPID header is missing' };
  if (key !== applicationServerKey) return { status: 403, reason: 'the subscription is bound to another key' };
  const [header = '', claims = '', signature = ''] = token.split('.');
  const publicKey = await crypto.subtle.importKey('raw', Buffer.from(key, 'base64url'), ES256, false, ['verify']);
  const signed = Buffer.from(`${header}.${claims}`);
  const isGenuine = await crypto.subtle.verify(ES256, publicKey, Buffer.from(signature, 'base64url'), signed);
  if (!isGenuine || part(header)['alg'] !== 'ES256') return { status: 403, reason: 'the signature is wrong' };
  const { aud, exp, sub } = part(claims);
  if (aud !== origin) return { status: 403, reason: 'the token is for another push service' };
  const now = Date.now() / 1000;
  if (typeof exp !== 'number' || exp <= now || exp > now + LONGEST_SECONDS) {
    return { status: 403, reason: 'the token is not valid now, or for too long' };
  }
  if (typeof sub !== 'string' || !/^(mailto:|https:)/.test(sub))
    return { status: 403, reason: 'nobody is named as sub' };
  return undefined;
}

function part(base64url: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(Buffer.from(base64url, 'base64url').toString());
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
