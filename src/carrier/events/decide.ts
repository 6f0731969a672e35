import type { RegisteredLine } from '../../domain/line.ts';
import { differencesBetween, effectOf, type LineEffect } from '../../domain/line-event.ts';
import type { LockedLine } from '../../lines/lines.ts';
import type { LockedSubscription } from '../../subscriptions/subscription.ts';
import type { CarrierEvent } from './cloud-event.ts';

/** What an event does. */
export interface Decision {
  /** True if it is the line's latest event, which changes the line's facts. */
  isLast: boolean;
  /** Its effect on the subscription of the line; null for a stale event. */
  effect: LineEffect | null;
}

/** Decides about an event of a line, by what is stored of the line and of the subscription on it. */
export function decide(event: CarrierEvent, line: LockedLine, subscription: LockedSubscription | undefined): Decision {
  const isLast = event.sequence === null || event.sequence > line.sequence;
  const effect = isLast
    ? presentEffect(line.facts, event, subscription)
    : lateEffect(effectOf(event.event), event, subscription);
  return { isLast, effect };
}

/**
 * The effect of a line's latest event. An owner change to the owner that is already stored cancels nothing when this
 * owner subscribed after it. An event without a sequence (CAMARA) has no effect on an app that was enrolled after it.
 */
function presentEffect(
  held: RegisteredLine,
  { event, sequence, time }: CarrierEvent,
  subscription: LockedSubscription | undefined,
): LineEffect | null {
  if (event.kind === 'owner-changed' && subscription && subscription.createdAt >= time) {
    const isKnown = differencesBetween(held, { ...held, owner: event.owner }).length === 0;
    if (isKnown) return {};
  }
  const enrolledAt = subscription?.enrolledAt;
  if (sequence === null && enrolledAt && enrolledAt > time) return null;
  return effectOf(event);
}

/**
 * The effect of an event that arrives after later ones: it does not change the line's facts, but an event that cancels
 * still cancels a subscription that had begun before it happened.
 */
function lateEffect(
  { cancel }: LineEffect,
  { time }: CarrierEvent,
  subscription: LockedSubscription | undefined,
): LineEffect | null {
  if (!cancel || !subscription || subscription.createdAt >= time) return null;
  return { cancel };
}
