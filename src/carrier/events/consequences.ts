import { Injectable } from '@nestjs/common';
import { SwapEvents } from '../../camara/swap-subscriptions/swap-events.ts';
import type { LineEffect, LineEvent } from '../../domain/line-event.ts';
import { SubscriptionLifecycle, type LifecycleStep } from '../../lifecycle/lifecycle.ts';
import { LineMemories } from '../../lines/line-memories.ts';
import { Lines, type LockedLine } from '../../lines/lines.ts';
import type { LockedSubscription } from '../../subscriptions/subscription.ts';
import type { CarrierEvent } from './cloud-event.ts';

/** Events after which the line is no longer that of its former owner. */
const ENDS_OWNERSHIP: ReadonlySet<LineEvent['kind']> = new Set(['owner-changed', 'ported-out', 'terminated']);

/** What follows from an event beside the line's facts. */
@Injectable()
export class EventConsequences {
  constructor(
    private readonly lifecycle: SubscriptionLifecycle,
    private readonly lines: Lines,
    private readonly memories: LineMemories,
    private readonly swaps: SwapEvents,
  ) {}

  /**
   * Remembers the change of a SIM or handset, also when it was reported late: it happened, whatever happened since. Those
   * who subscribed to changes of the SIM are told with it. An event that gives the line to another person, or ends it, also
   * ends the subscriptions to changes of the SIM that had begun before: a late one changes no fact of the line.
   */
  async remember({ session }: LifecycleStep, lineId: string, { event, time }: CarrierEvent): Promise<void> {
    if (event.kind === 'sim-swapped') {
      await this.memories.remember(session, lineId, { kind: 'sim_changed', at: time });
      await this.swaps.record(session, lineId, time);
    }
    if (event.kind === 'device-changed') {
      await this.memories.remember(session, lineId, { kind: 'handset_changed', at: time });
    }
    if (ENDS_OWNERSHIP.has(event.kind)) await this.swaps.endBegunBefore(session, lineId, time);
  }

  /**
   * Changes the subscription on the line, and cancels what is pending on the line as it was before the event. In this order: a
   * change locks registrations, and the end of a registration locks it before its authentications.
   */
  async apply(
    step: LifecycleStep,
    { facts }: LockedLine,
    subscription: LockedSubscription | undefined,
    effect: LineEffect,
    { source, id, time }: CarrierEvent,
  ): Promise<void> {
    const by = { actor: 'carrier', event: { source, id }, at: time } as const;
    if (subscription) await this.lifecycle.applyLineEffect(step, subscription, effect, by);
    if (effect.closePending) {
      await this.lifecycle.cancelPending(step, subscription?.id ?? null, this.lines.startIndexesOf(facts));
    }
  }
}
