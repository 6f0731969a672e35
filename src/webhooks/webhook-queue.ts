import { Injectable, Logger } from '@nestjs/common';
import { DelayedError, type Job, type Queue, type Worker } from 'bullmq';
import { Environment } from '../../config/environment.ts';
import { withinDeadline } from '../gateways/deadline.ts';
import { Loops } from '../process/loops.ts';
import { RareWarnings } from '../process/rare-warnings.ts';
import { postgresStore, redisStore, type QueueShape, type QueueStore } from '../queue/queue-backend.ts';

/** A batch of events for one endpoint, in parallel lists: the ids of events, and the claim of each. */
export interface WebhookJob {
  endpointId: string;
  /** What reserves the endpoint for this job. */
  turn: string;
  eventIds: string[];
  claims: number[];
  /** The attempts that each of them had when it was handed over. A job of an older release does not say. */
  attempts?: number;
}

/** Runs a job. `failures` is how often it ran before, without the runs that only waited. */
type RunJob = (job: WebhookJob, failures: number) => Promise<JobOutcome>;

/**
 * What became of a job: done; or it has to wait, which counts as no attempt; or some of its events failed, and the next
 * attempt is due after so many milliseconds.
 */
export type JobOutcome = { kind: 'done' } | { kind: 'waits'; ms: number } | { kind: 'failed'; ms: number };

/** Some events of a job were not accepted. BullMQ runs the job again after `ms`. */
class NotAccepted extends Error {
  constructor(readonly ms: number) {
    super('the endpoint did not accept every event');
  }
}

/** A queue of its own, so that slow endpoints delay no push. */
export const WEBHOOKS: QueueShape = {
  name: 'webhooks',
  loop: 'webhook worker',
  // A job serves one endpoint, and waits for the network most of the time.
  concurrency: 100,
  connections: { queue: 2, worker: 3 },
  backoff: (_attempts, _type, error) => (error instanceof NotAccepted ? error.ms : LOST_MS),
};

/** Milliseconds until a job runs again that could not reach the database. */
const LOST_MS = 5_000;
/** Milliseconds until the queue is opened again after it could not be. */
const REOPENING_MS = 5_000;
/** Milliseconds in which jobs must be added. */
const ADDING_MS = 5_000;
/** Milliseconds for which running jobs may delay the end of the process. */
const CLOSING_MS = 4_000;
const LATE = Symbol('late');

/** Runs batches of webhooks, with the attempts of BullMQ. The rows of the database hold the truth about each event. */
@Injectable()
export class WebhookQueue {
  private readonly warnings = new RareWarnings(new Logger(WebhookQueue.name));
  private store: QueueStore<WebhookJob> | undefined;
  private queue: Queue<WebhookJob> | undefined;
  private worker: Worker<WebhookJob> | undefined;
  private reopening: NodeJS.Timeout | undefined;
  private isClosed = false;

  constructor(
    private readonly environment: Environment,
    private readonly loops: Loops,
  ) {}

  /** Opens the queue and begins to run jobs; tries again until it can. */
  async work(run: RunJob): Promise<void> {
    const { REDIS_URL, QUEUE_DATABASE_URL, DATABASE_URL = '' } = this.environment;
    try {
      const store = REDIS_URL
        ? await redisStore<WebhookJob>(REDIS_URL, this.loops, WEBHOOKS)
        : postgresStore<WebhookJob>(QUEUE_DATABASE_URL ?? DATABASE_URL, this.loops, WEBHOOKS);
      if (this.isClosed) {
        await store.close();
        return;
      }
      this.store = store;
      this.queue = store.newQueue();
      this.worker = store.newWorker((job, token) => this.runOne(run, job, token));
      const failed = (error: Error) => {
        if (!this.isClosed) this.warnings.warn('webhooks', error.message);
        // A server that was alone became a node of a cluster.
        if (error.message.startsWith('MOVED ')) this.reopen(run, error);
      };
      this.queue.on('error', failed);
      this.worker.on('error', failed);
      for (const one of [this.queue, this.worker]) {
        // BullMQ remembers for ever that a connection was not ready when it began, so another one has to begin.
        one.waitUntilReady().catch((error: unknown) => {
          this.reopen(run, error);
        });
      }
    } catch (error) {
      this.reopen(run, error);
    }
  }

  /** True while jobs can be added. */
  get isOpen(): boolean {
    return this.queue !== undefined && !this.isClosed;
  }

  /** Adds jobs, each with the number of attempts that are left to its events. */
  async add(jobs: readonly { job: WebhookJob; attempts: number }[]): Promise<void> {
    if (!this.queue) throw new Error('the queue is not open');
    const added = this.queue.addBulk(
      jobs.map(({ job, attempts }) => ({
        name: 'send',
        data: job,
        opts: { attempts, backoff: { type: 'custom' }, stackTraceLimit: 1 },
      })),
    );
    if ((await withinDeadline<unknown>(added, ADDING_MS, LATE)) !== LATE) return;
    this.store?.renew();
    throw new Error(`the queue has not answered within ${ADDING_MS} ms`);
  }

  /** Takes no further job, and resolves when the running ones have ended or have been given up. */
  async close(): Promise<void> {
    this.isClosed = true;
    clearTimeout(this.reopening);
    const { worker } = this;
    const ended = await withinDeadline<unknown>(worker?.close() ?? Promise.resolve(), CLOSING_MS, LATE);
    if (ended === LATE) await withinDeadline<unknown>(worker?.close(true) ?? Promise.resolve(), 1_000, LATE);
    await withinDeadline<unknown>(this.queue?.close() ?? Promise.resolve(), 1_000, LATE);
    await withinDeadline<unknown>(this.store?.close() ?? Promise.resolve(), 1_000, LATE);
  }

  private async runOne(run: RunJob, job: Job<WebhookJob>, token: string | undefined): Promise<void> {
    const outcome = await run(job.data, job.attemptsMade);
    // While every place is taken BullMQ asks for no job. Runs that end show that the worker lives.
    if (!this.isClosed) this.loops.turned(WEBHOOKS.loop);
    if (outcome.kind === 'failed') throw new NotAccepted(outcome.ms);
    if (outcome.kind === 'done') return;
    await job.moveToDelayed(Date.now() + outcome.ms, token);
    throw new DelayedError();
  }

  private reopen(run: RunJob, error: unknown): void {
    if (this.isClosed || this.reopening) return;
    this.warnings.warn('webhooks', `the queue is not ready: ${(error as Error).message}`);
    this.reopening = setTimeout(() => {
      const [worker, queue, store] = [this.worker, this.queue, this.store];
      this.worker = this.queue = this.store = this.reopening = undefined;
      void Promise.allSettled([worker?.close(true), queue?.close()]).then(() => store?.close().catch(() => undefined));
      this.loops.turned(WEBHOOKS.loop);
      void this.work(run);
    }, REOPENING_MS).unref();
  }
}
