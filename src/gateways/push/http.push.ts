import { PLATFORMS, PUSH_SERVICE_OF } from '../../domain/push-service.ts';
import type { CallOutcome, SignedCalls } from '../outbound/signed-calls.ts';
import type { PushGateway, PushMessage, PushOutcome } from './push.ts';

/** The most bytes of data and visible text, which is what FCM and APNs carry. */
const MOST_BYTES = 4_096;

/** Pushes through a carrier's own hub, in place of FCM, APNs or both: one call of JSON for each push. */
export class HttpPushGateway implements PushGateway {
  readonly #calls: SignedCalls;

  constructor(calls: SignedCalls) {
    this.#calls = calls;
  }

  async send(message: PushMessage, deadlineMs: number): Promise<PushOutcome> {
    const { id, token, service, ttlSeconds, collapseKey } = message;
    const shown = shownBy(message);
    if (Buffer.byteLength(JSON.stringify(shown)) > MOST_BYTES)
      return { kind: 'rejected', reason: `the push has more than ${MOST_BYTES} bytes` };
    const platform = PLATFORMS.find((one) => PUSH_SERVICE_OF[one] === service);
    if (platform === undefined) return { kind: 'rejected', reason: `the push hub has no platform of ${service}` };
    const body = { id, token, platform, ...shown, collapseKey, ttlSeconds };
    return outcomeOf(await this.#calls.send(id, body, deadlineMs));
  }

  close(): Promise<void> {
    this.#calls.close();
    return Promise.resolve();
  }
}

/**
 * What the phone gets. On Android, data alone wakes the app. On iOS that takes a visible push with `mutable-content`,
 * because iOS throttles background pushes to a few an hour.
 */
function shownBy({ service, style, data, alert }: PushMessage) {
  const isForApp = style === 'data';
  return { data, alert: isForApp && service !== 'apns' ? null : alert, mutableContent: isForApp && service === 'apns' };
}

function outcomeOf(outcome: CallOutcome): PushOutcome {
  switch (outcome.kind) {
    case 'taken':
      return outcomeOfAnswer(outcome.body);
    case 'refused':
      return outcome.status === 410 ? { kind: 'unregistered' } : { kind: 'rejected', reason: outcome.reason };
    case 'not-taken':
      return { ...outcome, kind: 'retry' };
    // A push that comes twice replaces itself on the phone.
    case 'unknown':
      return { kind: 'retry', reason: outcome.reason };
  }
}

/** A hub that asks the platform before it answers may say that the token is dead, and since when. */
function outcomeOfAnswer({ outcome, since, messageId, id }: Readonly<Record<string, unknown>>): PushOutcome {
  if (outcome === 'unregistered') {
    const at = typeof since === 'string' ? new Date(since) : undefined;
    return { kind: 'unregistered', ...(at && !Number.isNaN(at.getTime()) && { since: at }) };
  }
  const given = messageId ?? id;
  return { kind: 'accepted', ...(typeof given === 'string' && given !== '' && { messageId: given }) };
}
