import { setTimeout as delay } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import { Database } from '../database/database.ts';
import { FormLimits, type FormLimit } from '../http/form-limits.ts';
import { RareWarnings } from '../process/rare-warnings.ts';
import { JobQueue } from '../queue/job-queue.ts';
import { PushAnswerStore, type GivenPushAnswer, type NewPushAnswer } from './push-answer.store.ts';

export type { GivenPushAnswer, NewPushAnswer };

/** How a test push stands: its answer once there is one, and whether a worker will still send it. */
export interface TestPushStanding {
  answer: GivenPushAnswer | undefined;
  isQueued: boolean;
}

/** Milliseconds between two looks for an answer that an operator waits for. */
const LOOK_MS = 250;

/**
 * What push services answered, for the call centre: it is asked why nothing arrives. Nothing depends on it: an answer that
 * is not recorded changes no delivery.
 */
@Injectable()
export class PushAnswers {
  private readonly warnings = new RareWarnings(new Logger(PushAnswers.name));

  constructor(
    private readonly store: PushAnswerStore,
    private readonly queue: JobQueue,
    private readonly database: Database,
    private readonly limits: FormLimits,
  ) {}

  /** Records the answers of one job. Never rejects. */
  async record(answers: readonly NewPushAnswer[]): Promise<void> {
    if (answers.length === 0) return;
    try {
      await this.store.record(answers);
    } catch (error) {
      this.warnings.warn('answers of push services are not recorded', (error as Error).message);
    }
  }

  /** The last five answers to pushes to a phone, newest first. */
  async latest(deviceId: string): Promise<GivenPushAnswer[]> {
    return this.store.latest(deviceId);
  }

  /**
   * Queues a visible push to the phone in use that says that it is a test, and returns the id of its delivery; undefined
   * when there is no phone, or its push token was cleared. With `deviceId`, the phone in use has to be that one. Only a push
   * that is queued counts against `limits`. Problems: `too_many_requests`.
   */
  async test(
    subscriptionId: string,
    limits: readonly FormLimit[],
    deviceId: string | null = null,
  ): Promise<string | undefined> {
    const id = await this.database.transaction(async (session) => {
      const queued = await this.store.enqueueTest(session, subscriptionId, deviceId);
      if (queued !== undefined) for (const limit of limits) await this.limits.spendIn(session, limit);
      return queued;
    });
    if (id !== undefined) this.queue.enqueue(id);
    return id;
  }

  /** Returns how a test push of this subscription stands, after `waitMs` at the latest if no answer came before. */
  async standing(subscriptionId: string, deliveryId: string, waitMs: number): Promise<TestPushStanding> {
    const until = performance.now() + waitMs;
    for (let wasGone = false; ;) {
      const isQueued = await this.store.isWaiting(subscriptionId, deliveryId);
      const answer = await this.store.ofTest(subscriptionId, deliveryId);
      // The row of the outbox may go a moment before the answer is there.
      if (answer || (!isQueued && wasGone) || performance.now() >= until) return { answer, isQueued };
      wasGone = !isQueued;
      await delay(LOOK_MS);
    }
  }

  /** Adds the days of the next week. */
  async addDays(): Promise<void> {
    await this.store.addDays();
  }

  /** Drops the days that are over. Returns true if older answers may remain. */
  async purge(): Promise<boolean> {
    return this.store.purge();
  }
}
