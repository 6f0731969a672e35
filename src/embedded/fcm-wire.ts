import type { ReceivedPush } from './received-push.ts';

/** FCM's own error codes (`google.firebase.fcm.v1.FcmError`) with which a local FCM can answer. */
export type FcmErrorCode =
  | 'INVALID_ARGUMENT'
  | 'UNREGISTERED'
  /** No code of FCM: what Google answers for a project that does not exist. It says nothing about the token. */
  | 'NOT_FOUND'
  | 'SENDER_ID_MISMATCH'
  | 'QUOTA_EXCEEDED'
  | 'INTERNAL'
  | 'UNAVAILABLE'
  | 'THIRD_PARTY_AUTH_ERROR';

/** HTTP status, the RPC status that Google sends with it, and the seconds of `Retry-After` if it sends one. */
export const FCM_ERRORS: Readonly<
  Record<FcmErrorCode, { status: number; rpc: string; message: string; retryAfter?: number }>
> = {
  INVALID_ARGUMENT: { status: 400, rpc: 'INVALID_ARGUMENT', message: 'Request contains an invalid argument.' },
  UNREGISTERED: { status: 404, rpc: 'NOT_FOUND', message: 'Requested entity was not found.' },
  NOT_FOUND: { status: 404, rpc: 'NOT_FOUND', message: 'Requested entity was not found.' },
  SENDER_ID_MISMATCH: { status: 403, rpc: 'PERMISSION_DENIED', message: 'SenderId mismatch' },
  QUOTA_EXCEEDED: { status: 429, rpc: 'RESOURCE_EXHAUSTED', message: 'Quota exceeded.', retryAfter: 60 },
  INTERNAL: { status: 500, rpc: 'INTERNAL', message: 'Internal error encountered.' },
  UNAVAILABLE: { status: 503, rpc: 'UNAVAILABLE', message: 'The service is currently unavailable.', retryAfter: 5 },
  THIRD_PARTY_AUTH_ERROR: { status: 401, rpc: 'UNAUTHENTICATED', message: 'Auth error from APNS or Web Push Service' },
};

/** The JSON body of an FCM error. */
export function fcmErrorBody(code: FcmErrorCode, message = FCM_ERRORS[code].message): string {
  const { status, rpc } = FCM_ERRORS[code];
  const type = 'type.googleapis.com/google.firebase.fcm.v1.FcmError';
  const details = code === 'NOT_FOUND' ? [] : [{ '@type': type, errorCode: code }];
  return JSON.stringify({ error: { code: status, message, status: rpc, details } });
}

/** Maximum bytes of the keys and values of `data` and `notification` together (FCM's message size limit). */
const PAYLOAD_LIMIT = 4096;

/** FCM keeps a message four weeks at most. */
const TTL_LIMIT_SECONDS = 2_419_200;

const RESERVED_KEY = /^(from$|message_type$|google|gcm)/;

/** True for a message that is only to be judged, and not sent. */
export function isValidation(body: string): boolean {
  return field(parsed(body), 'validate_only') === true;
}

/** The push in the body of a `messages:send`, or the reason why FCM would refuse it. */
export function readFcmMessage(body: string): ReceivedPush | { invalid: string } {
  const message = field(parsed(body), 'message');
  const token = field(message, 'token');
  if (typeof token !== 'string' || token === '') return { invalid: 'message.token is missing' };

  const data = strings(field(message, 'data'));
  if (!data) return { invalid: 'message.data must be a map of strings' };
  const reserved = Object.keys(data).find((key) => RESERVED_KEY.test(key));
  if (reserved !== undefined) return { invalid: `Invalid data payload key: ${reserved}` };

  const notification = strings(field(message, 'notification'));
  if (!notification) return { invalid: 'message.notification must be a map of strings' };

  const bytes = [data, notification].flatMap(Object.entries).flat().join('');
  if (Buffer.byteLength(bytes) > PAYLOAD_LIMIT) return { invalid: 'Android message is too big' };

  const android = field(message, 'android');
  const priority = field(android, 'priority') ?? 'normal';
  if (priority !== 'high' && priority !== 'normal') return { invalid: 'Invalid value at message.android.priority' };
  const ttl = field(android, 'ttl') ?? `${TTL_LIMIT_SECONDS}s`;
  const ttlSeconds = typeof ttl === 'string' && /^\d+(\.\d{1,9})?s$/.test(ttl) ? Number(ttl.slice(0, -1)) : NaN;
  if (!(ttlSeconds <= TTL_LIMIT_SECONDS)) return { invalid: 'Invalid value at message.android.ttl' };
  const collapseKey = field(android, 'collapse_key') ?? null;
  if (collapseKey !== null && typeof collapseKey !== 'string') return { invalid: 'Invalid android.collapse_key' };

  const { title, body: text } = notification;
  const alert = title === undefined && text === undefined ? null : { title: title ?? '', body: text ?? '' };
  return { receivedAt: new Date().toISOString(), platform: 'android', token, data, alert, ttlSeconds, collapseKey };
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function field(of: unknown, name: string): unknown {
  return typeof of === 'object' && of !== null ? (of as Record<string, unknown>)[name] : undefined;
}

/** A map of strings; empty if absent, undefined if it is anything else. */
function strings(map: unknown): Record<string, string> | undefined {
  if (map === undefined) return {};
  if (typeof map !== 'object' || map === null || Array.isArray(map)) return undefined;
  return Object.values(map).every((value) => typeof value === 'string') ? (map as Record<string, string>) : undefined;
}
