import { Injectable } from '@nestjs/common';
import { DELIVERY_KINDS, type DeliveryKind } from '../domain/delivery.ts';
import type { PushService } from '../domain/push-service.ts';
import type { SmsOutcome } from '../gateways/sms/sms.ts';
import { Metrics } from '../http/metrics.ts';
import { JobQueue } from '../queue/job-queue.ts';
import type { RecurringTask } from '../queue/recurring-tasks.ts';
import { WaitingStore, type WaitingKind } from './waiting.store.ts';

/** Milliseconds between two looks at what waits. */
const LOOK_MS = 10_000;
/** Milliseconds after which what a look found says nothing any more: the database, or this worker, does not answer. */
const STALE_MS = 3 * LOOK_MS;
/** Milliseconds in which the queue must say how many jobs it has. */
const QUEUE_MS = 2_000;

/** Why a text message is sent: a code without a subscription, a code that the subscriber permitted, or a notice. */
export type SmsReason = 'not_subscribed' | 'permitted' | 'notice';

/**
 * What the platforms answered, and what waits for them. Every worker looks at what waits, because the one that looked last may
 * have ended; it is the same for all, so a dashboard takes the maximum.
 */
@Injectable()
export class DeliveryMetrics implements RecurringTask {
  readonly name = 'count what waits';
  readonly everyMs = LOOK_MS;
  private readonly pushes;
  private readonly cleared;
  private readonly texts;
  private waiting: readonly WaitingKind[] = [];
  /** When this process last looked, in milliseconds of `performance.now()`. A process that is no worker never does. */
  private lookedAt = -Infinity;
  private jobs: Record<string, number> = {};

  constructor(
    private readonly metrics: Metrics,
    private readonly store: WaitingStore,
    private readonly queue: JobQueue,
  ) {
    this.pushes = metrics.counter('pushguard_pushes_total', 'Attempts to hand a push to its service, by outcome', [
      'platform',
      'kind',
      'outcome',
    ]);
    this.cleared = metrics.counter(
      'pushguard_push_tokens_cleared_total',
      'Push tokens that were cleared because their service reported them dead',
      ['platform'],
    );
    this.texts = metrics.counter(
      'pushguard_sms_total',
      'Attempts to hand a text message to the SMS centre, by why it is sent and by outcome',
      ['reason', 'outcome'],
    );
    metrics.gauges(
      'pushguard_deliveries_pending',
      'Unexpired pushes and text messages that no platform has accepted yet, as a worker last saw them',
      'kind',
      () => this.ofEachKind((one) => one?.waiting ?? 0),
    );
    metrics.gauges(
      'pushguard_delivery_oldest_age_seconds',
      'How long the oldest push or text message has waited that no worker has had yet; 0 without one',
      'kind',
      () => this.ofEachKind((one) => one?.untakenSeconds ?? 0),
    );
    metrics.gauges('pushguard_queue_jobs', 'Jobs of the queue that hands deliveries over', 'state', () =>
      Object.entries(this.jobs),
    );
  }

  /** Looks at what waits. */
  async run(): Promise<void> {
    this.waiting = await this.store.kinds();
    this.lookedAt = performance.now();
    this.jobs = await this.queue.counts(QUEUE_MS);
  }

  /** Counts one attempt to hand a push over. */
  pushed(kind: DeliveryKind, service: PushService, outcome: string, milliseconds: number): void {
    this.pushes.inc({ platform: service, kind, outcome });
    this.metrics.handedOver(kind, service, outcome, milliseconds);
  }

  /** Counts one attempt to hand a text message over. */
  texted(kind: DeliveryKind, reason: SmsReason, outcome: SmsOutcome, milliseconds: number): void {
    this.texts.inc({ reason, outcome: outcome.kind });
    this.metrics.handedOver(kind, outcome.gateway ?? 'sms', outcome.kind, milliseconds);
  }

  /** Counts a push token that was cleared. */
  tokenCleared(service: PushService): void {
    this.cleared.inc({ platform: service });
  }

  /** Returns a figure for each kind, and nothing when the last look is stale, so that an alert takes no silence for a zero. */
  private ofEachKind(figure: (one: WaitingKind | undefined) => number): (readonly [DeliveryKind, number])[] {
    if (performance.now() - this.lookedAt > STALE_MS) return [];
    return DELIVERY_KINDS.map((kind) => [kind, figure(this.waiting.find((one) => one.kind === kind))]);
  }
}
