import { Injectable, Logger } from '@nestjs/common';
import { ServiceKeys } from '../../crypto/service-keys.ts';
import { sha256 } from '../../crypto/sha256.ts';
import type { RegisteredLine } from '../../domain/line.ts';
import { differencesBetween, effectOf, factsAfter, type LineEffect } from '../../domain/line-event.ts';
import type { InputFault } from '../../domain/problem.ts';
import { SubscriptionLifecycle, type LifecycleStep } from '../../lifecycle/lifecycle.ts';
import { LineMemories } from '../../lines/line-memories.ts';
import { Lines, type LockedLine } from '../../lines/lines.ts';
import type { Cause, LockedSubscription } from '../../subscriptions/subscription.ts';
import { Subscriptions } from '../../subscriptions/subscriptions.ts';
import { CarrierEventStore, type EventRecord, type KeptEvent, type Outcome } from './carrier-event.store.ts';
import { readCloudEvent, type CarrierEvent, type LifecycleEvent } from './cloud-event.ts';

/** The outcome of one event. */
export interface EventOutcome {
  /** The id that its sender gave it; null when it could not be read. */
  id: string | null;
  outcome: Outcome;
  /** The reasons of a rejection. */
  faults?: InputFault[];
}

/**
 * Applies carriers' line events. One transaction records the event, changes the line's facts and applies every effect
 * on the subscription. After a failure the event can be sent again and is applied as if it were new.
 */
@Injectable()
export class CarrierFeed {
  private readonly logger = new Logger(CarrierFeed.name);

  constructor(
    private readonly lifecycle: SubscriptionLifecycle,
    private readonly subscriptions: Subscriptions,
    private readonly lines: Lines,
    private readonly memories: LineMemories,
    private readonly store: CarrierEventStore,
    private readonly keys: ServiceKeys,
  ) {}

  /** Applies one event as received. An event that cannot be read or applied is kept for replay, with the reason. */
  async ingest(document: unknown): Promise<EventOutcome> {
    const read = readCloudEvent(document);
    if ('faults' in read) return this.keepAside(document, read, read.faults);
    if ('lifecycle' in read) return this.note(read.lifecycle);
    const { event } = read;
    const outcome = await this.lifecycle.changingLines((step) => this.apply(step, event, document));
    return { id: event.id, outcome };
  }

  /** Replays the kept events, oldest first; an event that still cannot be applied stays kept. */
  async *playAgain(): AsyncGenerator<EventOutcome> {
    let last: KeptEvent | null = null;
    for (;;) {
      const kept: KeptEvent[] = await this.store.keptAfter(last);
      for (const one of kept) {
        const text = this.keys.fields.decrypt(one.kept, `carrier_events:kept:${one.id}`).toString('utf8');
        yield await this.ingest(JSON.parse(text));
      }
      last = kept.at(-1) ?? null;
      if (!last) return;
    }
  }

  private async apply(step: LifecycleStep, event: CarrierEvent, document: unknown): Promise<Outcome> {
    const { session } = step;
    const line = await this.lockLine(step, event);
    if (!line) {
      const kept = {
        outcome: 'unknown_line',
        kept: this.seal(keyOf(event.source, event.id), JSON.stringify(document)),
      } as const;
      return (await this.store.record(this.recordOf(event, null, kept), session)) ? 'unknown_line' : 'duplicate';
    }
    const { lineId } = line.facts;
    const standing = await this.subscriptions.standingOnLine(lineId, session);
    const subscription = standing && (await this.subscriptions.lock(session, standing.id));
    const isLast = event.sequence === null || event.sequence > line.sequence;
    const effect = isLast
      ? presentEffect(line.facts, event, subscription)
      : lateEffect(effectOf(event.event), event, subscription);
    const record = this.recordOf(event, lineId, { outcome: effect ? 'applied' : 'stale', kept: null });
    if (!(await this.store.record(record, session))) return 'duplicate';
    await this.remember(step, lineId, event);
    if (!effect) return 'stale';
    if (isLast) await this.changeLine(step, line, event);
    if (effect.closePending) {
      await this.lifecycle.cancelPending(step, subscription?.id ?? null, this.lines.personIndexesNow(line.facts));
    }
    if (subscription) await this.lifecycle.applyLineEffect(step, subscription, effect, causeOf(event));
    return 'applied';
  }

  private lockLine({ session }: LifecycleStep, { line, event }: CarrierEvent): Promise<LockedLine | null> {
    if (!('lineId' in line)) return this.lines.lock(session, line);
    const { kind } = event;
    if (kind === 'number-changed') return this.lines.lockToMove(session, line.lineId, event.phoneNumber);
    if (kind === 'ported-out' || kind === 'terminated') return this.lines.lockToMove(session, line.lineId, null);
    return this.lines.lock(session, line);
  }

  private async changeLine(step: LifecycleStep, { facts }: LockedLine, event: CarrierEvent): Promise<void> {
    const after = factsAfter(facts, event.event);
    const losing = after === facts ? [] : await this.lines.upsert(after, facts, step.session, event.time);
    await this.lines.recordSequence(step.session, facts.lineId, event.sequence, event.time);
    await this.lifecycle.numbersLost(step, losing);
  }

  /**
   * Remembers the change of a SIM or handset, also when it was reported late: it happened, whatever happened since.
   */
  private async remember({ session }: LifecycleStep, lineId: string, { event, time }: CarrierEvent): Promise<void> {
    if (event.kind === 'sim-swapped') await this.memories.remember(session, lineId, { kind: 'sim_changed', at: time });
    if (event.kind === 'device-changed') {
      await this.memories.remember(session, lineId, { kind: 'handset_changed', at: time });
    }
  }

  /**
   * Removes one batch of events that were received more than `days` days ago, and returns true if more may remain. If a
   * carrier sent one of them again, it would be stale, or would cancel only what it cancelled then.
   */
  async purge(days: number): Promise<boolean> {
    return this.store.purge(days);
  }

  /** Records a notification about a subscription to events: it concerns no line, and is no fault. */
  private async note({ source, id, type, time }: LifecycleEvent): Promise<EventOutcome> {
    const event = { source, id, type, time, sequence: null };
    const isNew = await this.store.record(this.recordOf(event, null, { outcome: 'applied', kept: null }));
    if (isNew && type.endsWith('-ended'))
      this.logger.warn('a subscription to events of the carrier has ended: renew it');
    return { id, outcome: isNew ? 'applied' : 'duplicate' };
  }

  private async keepAside(
    document: unknown,
    known: { source?: string; id?: string; type?: string },
    faults: InputFault[],
  ): Promise<EventOutcome> {
    const { source = null, id = null, type = null } = known;
    const text = JSON.stringify(document);
    const key = source !== null && id !== null ? keyOf(source, id) : keyOf('unreadable', text);
    // Pointers contain member names from the request, so control characters are replaced.
    const listed = faults.map(({ pointer, detail }) => `${pointer || '/'}: ${detail}`).join(' ');
    const reason = listed.replace(/[\p{Cc}\p{Cf}]/gu, '?').slice(0, 1_000);
    const record = { id: key, source, eventId: id, type, lineId: null, sequence: null, at: null };
    const isNew = await this.store.record({ ...record, outcome: 'rejected', reason, kept: this.seal(key, text) });
    return isNew ? { id, outcome: 'rejected', faults } : { id, outcome: 'duplicate' };
  }

  private seal(key: string, text: string): Buffer {
    return this.keys.fields.encrypt(text, `carrier_events:kept:${key}`);
  }

  private recordOf(
    { source, id, type, sequence, time }: LifecycleEvent & Pick<CarrierEvent, 'sequence'>,
    lineId: string | null,
    what: Pick<EventRecord, 'outcome' | 'kept'>,
  ): EventRecord {
    const key = keyOf(source, id);
    return { id: key, source, eventId: id, type, lineId, sequence, at: time, reason: null, ...what };
  }
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

function causeOf({ source, id, time }: CarrierEvent): Cause {
  return { actor: 'carrier', event: { source, id }, at: time };
}

/** The key of an event: equal for every delivery of the same event. */
function keyOf(source: string, id: string): string {
  return sha256(JSON.stringify([source, id])).toString('hex');
}
