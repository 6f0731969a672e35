import { Injectable, Logger } from '@nestjs/common';
import { factsAfter } from '../../domain/line-event.ts';
import type { InputFault } from '../../domain/problem.ts';
import { SubscriptionLifecycle, type LifecycleStep } from '../../lifecycle/lifecycle.ts';
import { Lines, type LockedLine } from '../../lines/lines.ts';
import { Subscriptions } from '../../subscriptions/subscriptions.ts';
import { CarrierEventStore, type KeptEvent, type Outcome } from './carrier-event.store.ts';
import { readCloudEvent, type CarrierEvent, type LifecycleEvent } from './cloud-event.ts';
import { EventConsequences } from './consequences.ts';
import { decide } from './decide.ts';
import { EventRecords, type KnownOfEvent } from './event-records.ts';
import { FeedMetrics } from './feed-metrics.ts';

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
    private readonly consequences: EventConsequences,
    private readonly store: CarrierEventStore,
    private readonly records: EventRecords,
    private readonly metrics: FeedMetrics,
  ) {}

  /** Applies one event as received. An event that cannot be read or applied is kept for replay, with the reason. */
  async ingest(document: unknown): Promise<EventOutcome> {
    const outcome = await this.ingestOne(document);
    this.metrics.ingested(document, outcome.outcome);
    return outcome;
  }

  private async ingestOne(document: unknown): Promise<EventOutcome> {
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
      for (const one of kept) yield await this.ingest(this.records.read(one));
      last = kept.at(-1) ?? null;
      if (!last) return;
    }
  }

  private async apply(step: LifecycleStep, event: CarrierEvent, document: unknown): Promise<Outcome> {
    const { session } = step;
    const line = await this.lockLine(step, event);
    if (!line) {
      const record = this.records.ofUnknownLine(event, document);
      return (await this.store.record(record, session)) ? 'unknown_line' : 'duplicate';
    }
    const { lineId } = line.facts;
    const standing = await this.subscriptions.standingOnLine(lineId, session);
    const subscription = standing && (await this.subscriptions.lock(session, standing.id));
    const { isLast, effect } = decide(event, line, subscription);
    const record = this.records.of(event, lineId, effect ? 'applied' : 'stale');
    if (!(await this.store.record(record, session))) return 'duplicate';
    await this.consequences.remember(step, lineId, event);
    if (!effect) return 'stale';
    if (isLast) await this.changeLine(step, line, event);
    await this.consequences.apply(step, line, subscription, effect, event);
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

  /** Records a notification about a subscription to events: it concerns no line, and is no fault. */
  private async note({ source, id, type, time }: LifecycleEvent): Promise<EventOutcome> {
    const event = { source, id, type, time, sequence: null };
    const isNew = await this.store.record(this.records.of(event, null, 'applied'));
    if (isNew && type.endsWith('-ended'))
      this.logger.warn('a subscription to events of the carrier has ended: renew it');
    return { id, outcome: isNew ? 'applied' : 'duplicate' };
  }

  private async keepAside(document: unknown, known: KnownOfEvent, faults: InputFault[]): Promise<EventOutcome> {
    const { id = null } = known;
    const isNew = await this.store.record(this.records.ofRejected(document, known, faults));
    return isNew ? { id, outcome: 'rejected', faults } : { id, outcome: 'duplicate' };
  }
}
