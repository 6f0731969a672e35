import { Injectable } from '@nestjs/common';
import { WEBHOOK_ATTEMPTS } from '../domain/webhook.ts';
import type { RecurringTask } from '../queue/recurring-tasks.ts';
import { SendingStore, MOST_ENDPOINTS, type Handed } from './sending.store.ts';
import { WebhookQueue, type WebhookJob } from './webhook-queue.ts';

/** Milliseconds between two looks while events come, and when none came for a while. */
const EVERY_MS = { busy: 250, idle: 1_000 };
/** Milliseconds after an event in which further ones are expected. */
const BUSY_MS = 60_000;

/**
 * Hands new events to the queue, and what a process left that died. Every worker does: the database gives each endpoint to
 * one of them.
 */
@Injectable()
export class HandOver implements RecurringTask {
  readonly name = 'webhook hand-over';
  private lastFoundAt = -Infinity;

  constructor(
    private readonly store: SendingStore,
    private readonly queue: WebhookQueue,
  ) {}

  /** An event is on its way at most so many milliseconds after its commit. */
  get everyMs(): number {
    return performance.now() - this.lastFoundAt < BUSY_MS ? EVERY_MS.busy : EVERY_MS.idle;
  }

  /** Returns true if more may be due. */
  async run(): Promise<boolean> {
    if (!this.queue.isOpen) return false;
    const batches = batchesOf(await this.store.handOver());
    if (batches.length === 0) return false;
    this.lastFoundAt = performance.now();
    try {
      await this.queue.add(batches);
    } catch (error) {
      for (const { job } of batches) await this.store.endTurn(job.endpointId, job.turn, 'unknown', 0);
      throw error;
    }
    return batches.length === MOST_ENDPOINTS;
  }
}

/** One job for each endpoint. */
function batchesOf(handed: readonly Handed[]): { job: WebhookJob; attempts: number }[] {
  const batches = new Map<string, { job: WebhookJob; attempts: number }>();
  for (const { endpointId, turn, eventId, claim, attempts } of handed) {
    const batch = batches.get(endpointId) ?? {
      job: { endpointId, turn, eventIds: [], claims: [], attempts },
      attempts: Math.max(1, WEBHOOK_ATTEMPTS - attempts),
    };
    batch.job.eventIds.push(eventId);
    batch.job.claims.push(claim);
    batches.set(endpointId, batch);
  }
  return [...batches.values()];
}
