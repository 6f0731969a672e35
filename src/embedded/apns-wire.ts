import type { IncomingHttpHeaders } from 'node:http2';
import type { ReceivedPush } from './received-push.ts';

/**
 * Apple's own reasons with which a local APNs answers ("Handling notification responses from APNs"), and their status.
 */
export const APNS_REASONS = {
  BadCollapseId: 400,
  BadDeviceToken: 400,
  BadExpirationDate: 400,
  BadPriority: 400,
  DeviceTokenNotForTopic: 400,
  InvalidPushType: 400,
  MissingTopic: 400,
  PayloadEmpty: 400,
  ExpiredProviderToken: 403,
  InvalidProviderToken: 403,
  MissingProviderToken: 403,
  BadPath: 404,
  MethodNotAllowed: 405,
  ExpiredToken: 410,
  Unregistered: 410,
  PayloadTooLarge: 413,
  TooManyRequests: 429,
  InternalServerError: 500,
  ServiceUnavailable: 503,
} as const;

export type ApnsReason = keyof typeof APNS_REASONS;

/** Maximum bytes of a payload, and of an `apns-collapse-id`. */
const PAYLOAD_LIMIT = 4096;
const COLLAPSE_ID_LIMIT = 64;

/**
 * The push that a request carries, or the reason why APNs would refuse it.
 *
 * Real device tokens are hexadecimal. Here any token of letters, digits, `_`, `:` and `-` is valid, so that a test can
 * name its phones; any other is a BadDeviceToken.
 */
export function readApnsRequest(
  headers: IncomingHttpHeaders,
  body: Buffer,
  expectedTopic: string,
): ReceivedPush | { reason: ApnsReason } {
  if (headers[':method'] !== 'POST') return { reason: 'MethodNotAllowed' };
  const token = /^\/3\/device\/(.+)$/.exec(headers[':path'] ?? '')?.[1];
  if (token === undefined) return { reason: 'BadPath' };
  if (!/^[\w:-]+$/.test(token)) return { reason: 'BadDeviceToken' };

  const topic = headers['apns-topic'];
  if (topic === undefined) return { reason: 'MissingTopic' };
  if (topic !== expectedTopic) return { reason: 'DeviceTokenNotForTopic' };
  const priority = headers['apns-priority'] ?? '10';
  if (priority !== '10' && priority !== '5') return { reason: 'BadPriority' };
  const type = headers['apns-push-type'];
  // The real APNs refuses a background push at priority 10.
  if (type !== 'alert' && type !== 'background') return { reason: 'InvalidPushType' };
  if (type === 'background' && priority !== '5') return { reason: 'BadPriority' };
  const expiration = headers['apns-expiration'];
  if (expiration !== undefined && !/^\d+$/.test(String(expiration))) return { reason: 'BadExpirationDate' };
  const collapseId = headers['apns-collapse-id'];
  if (collapseId !== undefined && Buffer.byteLength(String(collapseId)) > COLLAPSE_ID_LIMIT) {
    return { reason: 'BadCollapseId' };
  }
  if (body.length > PAYLOAD_LIMIT) return { reason: 'PayloadTooLarge' };
  const payload = payloadOf(body);
  if (!payload) return { reason: 'PayloadEmpty' };

  const now = Date.now();
  const custom = Object.entries(payload).filter(([key, value]) => key !== 'aps' && typeof value === 'string');
  return {
    receivedAt: new Date(now).toISOString(),
    platform: 'ios',
    token,
    data: Object.fromEntries(custom) as Record<string, string>,
    alert: alertOf(payload['aps']),
    ttlSeconds: expiration === undefined ? -1 : Math.max(0, Math.round(Number(expiration) - now / 1000)),
    collapseKey: collapseId === undefined ? null : String(collapseId),
  };
}

function payloadOf(body: Buffer): Record<string, unknown> | undefined {
  try {
    const payload: unknown = JSON.parse(body.toString());
    const isObject = typeof payload === 'object' && payload !== null && 'aps' in payload;
    return isObject ? payload : undefined;
  } catch {
    return undefined;
  }
}

function alertOf(aps: unknown): ReceivedPush['alert'] {
  const alert = (aps as { alert?: string | { title?: string; body?: string } } | null)?.alert;
  if (alert === undefined) return null;
  return typeof alert === 'string' ? { title: '', body: alert } : { title: alert.title ?? '', body: alert.body ?? '' };
}
