import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Channel, EndState } from './messages.ts';
import { PushguardError } from './pushguard-error.ts';
import { objectIn } from './read-problem.ts';

interface Event<Type extends string, Data> {
  /** The same for every delivery of this event: handle each id once. */
  id: string;
  type: Type;
  /** RFC 3339, UTC: when it happened. Events arrive in any order. */
  timestamp: string;
  /** `test` is true for an event that you asked for as a test, and for events of the test mode. */
  data: Data & { test?: true };
}

/** What an event tells of an authentication. It names no person: read the result with `getAuthentication`. */
export interface AuthenticationEventData<State extends string> {
  id: string;
  state: State;
  channel: Channel;
  reason?: string;
  /** RFC 3339, UTC; null while it is open. */
  closedAt: string | null;
}

type Ended<State extends EndState> = Event<`authentication.${State}`, AuthenticationEventData<State>>;
type SmartOtpData = { serialNumber: string; vendorCode: string };

/** An event. `unknown` is a type that this version does not know, or one with unreadable data: ignore it. */
export type WebhookEvent =
  | Event<'authentication.opened', AuthenticationEventData<'opened'>>
  | Ended<'verified'>
  | Ended<'declined'>
  | Ended<'expired'>
  | Ended<'failed'>
  | Ended<'cancelled'>
  | Event<'window.closed', { windowId: string; state: string; authenticationId: string | null }>
  | Event<'registration.activated', { id: string; state: 'active' }>
  | Event<'registration.declined', { id: string; state: 'declined' }>
  | Event<'registration.expired', { id: string; state: 'expired' }>
  | Event<'registration.revoked', { id: string; state: 'revoked' }>
  | Event<'smart_otp.enrolled', SmartOtpData>
  | Event<'smart_otp.revoked', SmartOtpData>
  | Event<'smart_otp.locked', SmartOtpData>
  | Event<'subject.changed', { subject: string; change: 'reissued' | 'sim_swapped' | 'owner_changed' | 'ended' }>
  | Event<'endpoint.disabled', { endpointId: string; reason: string }>
  | Event<'test', { test: true }>
  | (Event<'unknown', Record<string, unknown>> & { unknownType: string });

/** Every type that {@link WebhookEvent} has, except `unknown`. */
const TYPES: Readonly<Record<Exclude<WebhookEvent['type'], 'unknown'>, true>> = {
  'authentication.opened': true,
  'authentication.verified': true,
  'authentication.declined': true,
  'authentication.expired': true,
  'authentication.failed': true,
  'authentication.cancelled': true,
  'window.closed': true,
  'registration.activated': true,
  'registration.declined': true,
  'registration.expired': true,
  'registration.revoked': true,
  'smart_otp.enrolled': true,
  'smart_otp.revoked': true,
  'smart_otp.locked': true,
  'subject.changed': true,
  'endpoint.disabled': true,
  test: true,
};

/** The headers of a request, as `fetch` or as `node:http` has them. */
export type WebhookHeaders = Headers | Readonly<Record<string, string | readonly string[] | undefined>>;

/** Seconds by which the time of sending may differ from the present (Standard Webhooks). */
const TOLERANCE_SECONDS = 300;

/**
 * Verifies a webhook by Standard Webhooks 1.0 and returns its event. Throws {@link PushguardError} `invalid_webhook`: answer
 * it with 400.
 *
 * @param headers the headers of the request; names in any case
 * @param rawBody the body as it arrived, byte for byte, before any parser
 * @param secrets `whsec_…` of the endpoint; while a secret is being rotated, the old one and the new one
 * @param options `now` replaces the present, for tests
 */
export function verifyWebhook(
  headers: WebhookHeaders,
  rawBody: string | Uint8Array,
  secrets: string | readonly string[],
  { now = new Date() }: { now?: Date | undefined } = {},
): WebhookEvent {
  const keys = (typeof secrets === 'string' ? [secrets] : secrets).map(keyOf);
  const [id, sentAt, signatures] = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) =>
    headerOf(headers, name),
  );
  if (!id || !sentAt || !signatures) throw invalid('webhook-id, webhook-timestamp or webhook-signature is missing.');
  if (!/^\d{1,12}$/.test(sentAt) || Math.abs(now.getTime() / 1000 - Number(sentAt)) > TOLERANCE_SECONDS) {
    throw invalid('webhook-timestamp is more than five minutes from the present.');
  }
  const body = Buffer.from(rawBody as Uint8Array);
  const given = signatures
    .split(' ')
    .flatMap((one) => (one.startsWith('v1,') ? Buffer.from(one.slice(3), 'base64') : []));
  const expected = keys.map((key) => createHmac('sha256', key).update(`${id}.${sentAt}.`).update(body).digest());
  if (!expected.some((one) => given.some((other) => isSame(one, other)))) {
    throw invalid('No signature is of this body and one of the secrets. Give the body as it arrived.');
  }
  const event = objectIn(body.toString('utf8'));
  if (!isEvent(event)) throw invalid('The body is no event.');
  return eventOf(id, event);
}

/** What is sent or listed of an event, beside its id. */
interface SentEvent {
  type: string;
  timestamp: string;
  data: object;
}

/** Names an event by its type, or as `unknown` if this version does not know the type. */
export function eventOf(id: string, { type, timestamp, data }: SentEvent): WebhookEvent {
  const event = { id, timestamp, data } as const;
  if (Object.hasOwn(TYPES, type)) return { ...event, type } as WebhookEvent;
  return { ...event, type: 'unknown', unknownType: type } as WebhookEvent;
}

function isEvent(event: Partial<Record<string, unknown>>): event is Record<string, unknown> & SentEvent {
  const { type, timestamp, data } = event;
  return typeof type === 'string' && typeof timestamp === 'string' && typeof data === 'object' && data !== null;
}

function headerOf(headers: WebhookHeaders, name: string): string | undefined {
  if (headers instanceof Headers) return headers.get(name) ?? undefined;
  const found = Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];
  return typeof found === 'string' ? found : found?.join(' ');
}

function isSame(one: Buffer, other: Buffer): boolean {
  return one.length === other.length && timingSafeEqual(one, other);
}

/** A secret is `whsec_` and 24 to 64 bytes in base64. */
function keyOf(secret: string): Buffer {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  if (!secret.startsWith('whsec_') || key.length < 24 || key.length > 64) {
    throw new TypeError('a secret of a webhook begins with whsec_ and has 24 to 64 bytes in base64');
  }
  return key;
}

function invalid(why: string): PushguardError {
  return new PushguardError('invalid_webhook', `The webhook is not accepted. ${why}`);
}
