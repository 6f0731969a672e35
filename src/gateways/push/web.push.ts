import webPush from 'web-push';
import { sha256 } from '../../crypto/sha256.ts';
import type { VapidKeyPair, VapidKeys } from '../../crypto/vapid-keys.ts';
import { readWebPushSubscription, type WebPushSubscription } from '../../domain/web-push-subscription.ts';
import { noteHttpCall } from '../../tracing/outgoing-call.ts';
import type { Outbound, OutboundAnswer, OutboundFault } from '../outbound/outbound.ts';
import { millisecondsOf } from '../retry-after.ts';
import type { PushGateway, PushMessage, PushOutcome } from './push.ts';

export interface WebPushOptions {
  keys: Pick<VapidKeys, 'pairOf'>;
  /** Who sends, for the operator of a push service: an address with `mailto:` or `https:` (RFC 8292, 2.1). */
  subject: string;
  /** Sends the requests; it reaches nothing that is not on the internet. */
  outbound: Outbound;
}

/**
 * The most bytes of a message: a push service takes a body of 4,096 (RFC 8030, 7.2), and `aes128gcm` adds 86 bytes of header,
 * one that ends the padding, and a tag of 16 (RFC 8291, 4).
 */
const MOST_BYTES = 4_096 - 103;

/** The longest topic (RFC 8030, 5.4). */
const TOPIC_LENGTH = 32;

/** Milliseconds after which a push service that asks for more is tried again all the same; anybody may run one. */
const MOST_WAIT_MS = 3_600_000;

/** Milliseconds for which a signature is used again. It is valid for twelve hours. */
const SIGNATURE_MS = 3_600_000;
/** Signatures that are kept: anybody may name a push service. */
const MOST_SIGNATURES = 1_000;

/** Faults that a repeat does not change. */
const FINAL_FAULTS: ReadonlySet<OutboundFault> = new Set(['url_refused', 'address_refused']);

/**
 * Pushes to apps in browsers (RFC 8030), encrypted for the browser (RFC 8291) and signed with the VAPID key under which it
 * subscribed (RFC 8292). An endpoint is a capability, so reasons name its host alone.
 */
export class WebPushGateway implements PushGateway {
  readonly #options: WebPushOptions;
  readonly #signatures = new Map<string, { authorization: string; until: number }>();

  constructor(options: WebPushOptions) {
    this.#options = options;
  }

  async send(message: PushMessage, deadlineMs: number): Promise<PushOutcome> {
    const subscription = readWebPushSubscription(message.token);
    if ('detail' in subscription) return { kind: 'rejected', reason: 'the token is no subscription to Web Push' };
    const pair = this.#options.keys.pairOf(subscription.applicationServerKey);
    if (!pair) return { kind: 'rejected', reason: 'its VAPID key is not in the keyring any more' };
    const payload = payloadOf(message);
    if (Buffer.byteLength(payload) > MOST_BYTES) {
      return { kind: 'rejected', reason: `the message has more than ${MOST_BYTES} bytes` };
    }
    const request = this.#request(subscription, payload, message, pair);
    if (!request) return { kind: 'rejected', reason: 'the message cannot be encrypted for this subscription' };
    const answer = await this.#options.outbound.send({
      url: subscription.endpoint,
      method: 'POST',
      ...request,
      deadlineMs,
    });
    noteHttpCall('POST', null, answer);
    return outcomeOf(answer, URL.parse(subscription.endpoint)?.host ?? '', deadlineMs);
  }

  close(): Promise<void> {
    this.#options.outbound.close();
    return Promise.resolve();
  }

  /** The library encrypts and signs. It also could send, but to any address. */
  #request(
    subscription: WebPushSubscription,
    payload: string,
    { ttlSeconds, collapseKey }: PushMessage,
    pair: VapidKeyPair,
  ): { headers: Record<string, string>; body: Buffer } | undefined {
    try {
      const { headers, body } = webPush.generateRequestDetails(subscription, payload, {
        headers: { Authorization: this.#authorization(new URL(subscription.endpoint).origin, pair) },
        contentEncoding: 'aes128gcm',
        TTL: ttlSeconds,
        urgency: 'high',
        topic: topicOf(collapseKey),
      });
      const texts = Object.entries(headers as Record<string, string | number>);
      return { headers: Object.fromEntries(texts.map(([name, value]) => [name, String(value)])), body };
    } catch {
      // Its errors may quote the subscription.
      return undefined;
    }
  }

  /** The signature for a push service, which is most of the cost of a push, and the same for all that go there. */
  #authorization(origin: string, { publicKey, privateKey }: VapidKeyPair): string {
    const name = `${origin} ${publicKey}`;
    const known = this.#signatures.get(name);
    if (known && known.until > Date.now()) return known.authorization;
    const { subject } = this.#options;
    const signed = webPush.getVapidHeaders(origin, subject, publicKey, privateKey, 'aes128gcm');
    const authorization = signed.Authorization;
    if (this.#signatures.size >= MOST_SIGNATURES) this.#signatures.clear();
    this.#signatures.set(name, { authorization, until: Date.now() + SIGNATURE_MS });
    return authorization;
  }
}

/** The data at the top, and the visible text where the platform shows one: the app's service worker does that here. */
function payloadOf({ data, alert, style, collapseKey }: PushMessage): string {
  return JSON.stringify({ ...data, ...(style === 'alert' && { notification: { ...alert, tag: collapseKey } }) });
}

/** A topic has 32 characters of base64url at most; an id without its dashes has just as many. */
function topicOf(collapseKey: string): string {
  if (/^[\w-]{1,32}$/.test(collapseKey)) return collapseKey;
  const plain = collapseKey.replaceAll('-', '');
  return /^\w{1,32}$/.test(plain) ? plain : sha256(collapseKey).toString('base64url').slice(0, TOPIC_LENGTH);
}

function outcomeOf(answer: OutboundAnswer, host: string, deadlineMs: number): PushOutcome {
  if (answer.kind === 'failed') {
    const { fault } = answer;
    if (fault === 'timeout') return { kind: 'retry', reason: `no answer from ${host} within ${deadlineMs} ms` };
    return { kind: FINAL_FAULTS.has(fault) ? 'rejected' : 'retry', reason: `${fault} at ${host}` };
  }
  const { status, retryAfter } = answer;
  if (status >= 200 && status < 300) return { kind: 'accepted' };
  // RFC 8030, 7.3: the subscription is gone. Any other refusal may be about the key, the message or the push service.
  if (status === 404 || status === 410) return { kind: 'unregistered' };
  const reason = `${status} from ${host}`;
  if (status < 500 && status !== 408 && status !== 429) return { kind: 'rejected', reason };
  const afterMs = millisecondsOf(retryAfter);
  return { kind: 'retry', reason, ...(afterMs !== undefined && { afterMs: Math.min(afterMs, MOST_WAIT_MS) }) };
}
