/** A browser's subscription to Web Push, as an app registers it: `PushSubscription.toJSON()` and the key that it is bound to. */
export interface WebPushSubscription {
  /** The address at the browser's push service. A program that knows it and the keys can send to the app. */
  endpoint: string;
  keys: {
    /** The browser's public key: 65 bytes, base64url. */
    p256dh: string;
    /** The shared secret: 16 bytes, base64url. */
    auth: string;
  };
  /** The public VAPID key under which it was made: 65 bytes, base64url. */
  applicationServerKey: string;
}

/** A fault in a subscription: its place below the token, and how to correct it. */
export interface SubscriptionFault {
  pointer: string;
  detail: string;
}

/** Characters of 16 and of 65 bytes in base64url. */
const LENGTHS = { auth: 22, point: 87 };
const MEMBERS = new Set(['endpoint', 'expirationTime', 'keys', 'applicationServerKey']);

/** True for a push token that is a subscription; FCM and APNs have no token that begins so. */
export function isWebPushToken(token: string): boolean {
  return token.startsWith('{');
}

/**
 * Reads a token that is a subscription, by its form alone: whether the keys are points and the address may be reached is
 * judged by the caller. Returns the first fault otherwise.
 */
export function readWebPushSubscription(token: string): WebPushSubscription | SubscriptionFault {
  const subscription = objectIn(token);
  if (!subscription) return fault('', 'Send the subscription as a JSON object.');
  const unknown = Object.keys(subscription).some((name) => !MEMBERS.has(name));
  if (unknown) return fault('', 'Send endpoint, keys and applicationServerKey, and nothing else.');
  const { endpoint, applicationServerKey } = subscription;
  const keys = isObject(subscription['keys']) ? subscription['keys'] : {};
  const { p256dh, auth } = keys;
  if (typeof endpoint !== 'string') return fault('/endpoint', 'Send the endpoint of the subscription.');
  if (Object.keys(keys).some((name) => name !== 'p256dh' && name !== 'auth')) {
    return fault('/keys', 'Send p256dh and auth, and nothing else.');
  }
  if (!isBase64url(p256dh, LENGTHS.point)) return fault('/keys/p256dh', 'Send 65 bytes in base64url without padding.');
  if (!isBase64url(auth, LENGTHS.auth)) return fault('/keys/auth', 'Send 16 bytes in base64url without padding.');
  if (!isBase64url(applicationServerKey, LENGTHS.point)) {
    return fault('/applicationServerKey', 'Send 65 bytes in base64url without padding.');
  }
  return { endpoint, keys: { p256dh, auth }, applicationServerKey };
}

function fault(pointer: string, detail: string): SubscriptionFault {
  return { pointer, detail };
}

function isBase64url(value: unknown, length: number): value is string {
  return typeof value === 'string' && value.length === length && /^[\w-]+$/.test(value);
}

function objectIn(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
