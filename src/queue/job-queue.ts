import { Injectable, Logger } from '@nestjs/common';
import { WaitingError, type Queue, type Worker } from 'bullmq';
import { Environment } from '../../config/environment.ts';
import { withinDeadline } from '../gateways/deadline.ts';
import { Loops } from '../process/loops.ts';
import { RareWarnings } from '../process/rare-warnings.ts';
import { noteSent, outsideOfSpans } from '../tracing/tracing.ts';
import { OwnDeliveries } from './own-deliveries.ts';
import { HANDOVER, postgresStore, redisStore, type QueueStore } from './queue-backend.ts';

/**
 * Milliseconds between two jobs of one process. The first delivery after a pause goes at once.
 * Under load, ids committed within the interval share a job, because a job costs PostgreSQL three commits of its own.
 * The longer adding a job takes, the longer the interval: adding takes at most a fifth of the time.
 */
const [SHORTEST_INTERVAL_MS, LONGEST_INTERVAL_MS] = [25, 100];
/** More ids than this are split over several jobs, so that several workers share them. */
const IDS_A_JOB = 100;

/** Milliseconds after which an id is left to the sweeper, so that those behind it do not wait. */
const ADDING_MS = 3_000;
/** Milliseconds until the queue is opened again after it could not be. */
const OPENING_RETRY_MS = 5_000;
/** The name of the loop that turns ids into jobs, for liveness. */
const ADDING_LOOP = 'queue';

/** Milliseconds until the worker writes a scheduler again after the queue was unavailable. */
const SCHEDULING_RETRY_MS = 10_000;
/** Milliseconds between two writes of the schedulers. */
const SCHEDULING_MS = 60_000;

/** Either deliveries to send, or the period whose recurring tasks are due. */
type JobData = { ids: string[]; traces?: Traces } | { everyMs: number };

/** The `traceparent` of each delivery whose cause is traced, by the delivery's id. */
export type Traces = Readonly<Record<string, string>>;

/** What the spans about this queue say (OpenTelemetry, semantic conventions for messaging). */
export const MESSAGING = { 'messaging.system': 'bullmq', 'messaging.destination.name': HANDOVER.name } as const;

/** The worker's handlers for the jobs of the queue. A job may run again after its worker died. */
export interface JobHandlers {
  deliver: (ids: string[], traces?: Traces) => Promise<void>;
  /** Returns false if the process stopped before the tasks had finished; another worker then runs them. */
  runScheduled(everyMs: number): Promise<boolean>;
}

/**
 * Carries ids of committed deliveries from the process that wrote them to a worker, and assigns each recurring task to
 * one worker of the cluster. A process that is a worker sends its own deliveries, as long as it has room.
 * For deliveries it is only the fast path: the sweeper sends what the queue loses.
 */
@Injectable()
export class JobQueue {
  private readonly warnings = new RareWarnings(new Logger(JobQueue.name));
  private readonly waiting: string[] = [];
  /** Of deliveries that are not on their way yet. */
  private readonly traces = new Map<string, string>();
  private store: QueueStore<JobData> | undefined;
  private queue: Queue<JobData> | undefined;
  private worker: Worker<JobData> | undefined;
  private handlers: JobHandlers | undefined;
  private own: OwnDeliveries | undefined;
  private reopening: NodeJS.Timeout | undefined;
  private flushing: Promise<void> | undefined;
  private scheduling: NodeJS.Timeout | undefined;
  private isClosed = false;

  constructor(
    private readonly environment: Environment,
    private readonly loops: Loops,
  ) {}

  /**
   * Prepares the backend. On PostgreSQL, its tables are there already (`migrateQueue`). A Redis that does not answer yet is
   * asked again until it does.
   */
  async open(): Promise<void> {
    const { REDIS_URL, DATABASE_URL = '', QUEUE_DATABASE_URL = DATABASE_URL } = this.environment;
    try {
      const store = REDIS_URL
        ? await redisStore<JobData>(REDIS_URL, this.loops)
        : postgresStore<JobData>(QUEUE_DATABASE_URL, this.loops);
      if (this.isClosed) {
        await store.close();
        return;
      }
      this.store = store;
      this.queue = store.newQueue();
      this.queue.on('error', (error) => {
        this.failed('queue', error);
      });
      this.supervise(this.queue);
      this.startWorker();
    } catch (error) {
      this.reconnect(error);
    }
  }

  private failed(what: string, error: Error): void {
    if (this.isClosed) return;
    this.warnings.warn(what, error.message);
    // A server that was alone became a node of a cluster.
    if (error.message.startsWith('MOVED ')) this.reconnect(error);
  }

  /** BullMQ remembers for ever that a connection was not ready when it began, so another one has to begin. */
  private supervise(one: Queue<JobData> | Worker<JobData>): void {
    one.waitUntilReady().catch((error: unknown) => {
      this.reconnect(error);
    });
  }

  private reconnect(error: unknown): void {
    if (this.isClosed || this.reopening) return;
    this.warnings.warn('queue', `is not ready: ${(error as Error).message}`);
    this.reopening = setTimeout(() => {
      const [worker, queue, store] = [this.worker, this.queue, this.store];
      this.worker = this.queue = this.store = this.reopening = undefined;
      void Promise.allSettled([worker?.close(true), queue?.close()]).then(() => store?.close().catch(() => undefined));
      void this.open();
    }, OPENING_RETRY_MS).unref();
    if (this.handlers) this.loops.turned(HANDOVER.loop);
  }

  /** Resolves when the queue answers a question about itself; rejects when it refuses, or after `ms` milliseconds. */
  async answer(ms: number): Promise<void> {
    const asked = this.queue?.isPaused() ?? Promise.reject(new Error('the queue is not open'));
    await this.within(asked, ms);
  }

  /** The numbers of its jobs by state. Rejects as `answer` does. */
  async counts(ms: number): Promise<Record<string, number>> {
    const asked =
      this.queue?.getJobCounts('wait', 'active', 'delayed') ?? Promise.reject(new Error('the queue is not open'));
    await this.within(asked, ms);
    return asked;
  }

  private async within(asked: Promise<unknown>, ms: number): Promise<void> {
    if ((await withinDeadline<unknown>(asked, ms, LATE)) !== LATE) return;
    this.store?.renew();
    throw new Error(`the queue has not answered within ${ms} ms`);
  }

  /** Hands a committed delivery over to a worker. Neither waits nor fails. */
  enqueue(id: string | null | undefined): void {
    if (!id) return;
    const trace = noteSent(`send ${HANDOVER.name}`, { ...MESSAGING, 'messaging.operation.type': 'send' });
    if (trace !== undefined) this.traces.set(id, trace);
    outsideOfSpans(() => {
      if (!this.isClosed && this.own?.take(id)) return;
      this.waiting.push(id);
      this.flushing ??= this.flush().finally(() => {
        this.flushing = undefined;
      });
    });
  }

  /** Starts processing jobs, and has the queue schedule the recurring tasks of these periods. */
  work(handlers: JobHandlers, periodsMs: readonly number[]): void {
    this.handlers = handlers;
    this.own = new OwnDeliveries(
      (ids) => handlers.deliver(ids, this.takeTraces(ids)),
      ({ message }) => {
        this.warnings.warn('deliveries wait for the sweep', message);
      },
    );
    this.startWorker();
    void this.schedule(periodsMs, true);
  }

  private startWorker(): void {
    const { handlers, store } = this;
    if (!handlers || !store) return;
    this.worker = store.newWorker(async (job, token) => {
      if ('ids' in job.data) return handlers.deliver(job.data.ids, job.data.traces);
      if (await handlers.runScheduled(job.data.everyMs)) return;
      await job.moveToWait(token);
      throw new WaitingError();
    });
    this.worker.on('error', (error) => {
      this.failed('worker', error);
    });
    this.supervise(this.worker);
  }

  /** Takes no further job, and resolves when the running ones have ended. */
  async stopWork(): Promise<void> {
    this.isClosed = true;
    clearTimeout(this.scheduling);
    clearTimeout(this.reopening);
    await Promise.all([
      withTimeout(this.own?.drain()),
      withTimeout(this.worker?.close(), () => this.worker?.close(true)),
    ]);
  }

  /**
   * Every worker writes the same schedulers, at its start and again every minute, because an empty Redis has forgotten
   * them. BullMQ keeps one of each id, with the time of its next run.
   * At its start, a worker also removes the schedulers of periods that no task has any more. Later it does not, because
   * a newer version that starts beside it may have tasks with other periods.
   */
  private async schedule(periodsMs: readonly number[], isStart: boolean): Promise<void> {
    let again = SCHEDULING_MS;
    try {
      if (isStart) await this.removeSchedulersExcept(periodsMs);
      for (const every of periodsMs) {
        await this.queue?.upsertJobScheduler(idOf(every), { every }, { name: 'tasks', data: { everyMs: every } });
      }
      isStart = false;
    } catch (error) {
      if (!this.isClosed) this.warnings.warn('recurring tasks are not scheduled yet', (error as Error).message);
      again = SCHEDULING_RETRY_MS;
    }
    if (!this.isClosed) this.scheduling = setTimeout(() => void this.schedule(periodsMs, isStart), again).unref();
  }

  private async removeSchedulersExcept(periodsMs: readonly number[]): Promise<void> {
    const wanted = new Set(periodsMs.map(idOf));
    for (const { key } of (await this.queue?.getJobSchedulers()) ?? []) {
      if (!wanted.has(key)) await this.queue?.removeJobScheduler(key);
    }
  }

  /** Completes pending work: running jobs end, and queued ids become jobs. */
  async close(): Promise<void> {
    await this.stopWork();
    await withTimeout(this.flushing);
    await withTimeout(this.queue?.close(), () => this.queue?.disconnect());
    await withTimeout(this.store?.close());
  }

  private async flush(): Promise<void> {
    while (this.waiting.length > 0) {
      this.loops.turned(ADDING_LOOP);
      const startedAt = performance.now();
      // Ids that the same turn of the event loop still commits go into the same job.
      await new Promise(setImmediate);
      const ids = this.waiting.splice(0, IDS_A_JOB);
      try {
        await this.add(ids);
      } catch (error) {
        this.warnings.warn('deliveries were not queued and wait for the sweep', (error as Error).message);
      }
      const elapsed = performance.now() - startedAt;
      const pause = Math.min(Math.max(SHORTEST_INTERVAL_MS, 5 * elapsed), LONGEST_INTERVAL_MS) - elapsed;
      if (pause > 0 && this.waiting.length < IDS_A_JOB) await new Promise((resolve) => setTimeout(resolve, pause));
    }
    this.loops.rested(ADDING_LOOP);
  }

  private takeTraces(ids: readonly string[]): Traces | undefined {
    if (this.traces.size === 0) return undefined;
    const taken = ids.flatMap((id) => {
      const trace = this.traces.get(id);
      this.traces.delete(id);
      return trace === undefined ? [] : [[id, trace] as const];
    });
    return taken.length > 0 ? Object.fromEntries(taken) : undefined;
  }

  private async add(ids: string[]): Promise<void> {
    const traces = this.takeTraces(ids);
    if (!this.queue) throw new Error('the queue is not open');
    await this.within(this.queue.add('deliver', { ids, ...(traces && { traces }) }), ADDING_MS);
  }
}

const LATE = Symbol('late');

/** The id of the scheduler of a period. */
function idOf(everyMs: number): string {
  return `every-${everyMs}`;
}

/** Milliseconds for which an unavailable backend may delay the end of the process. */
const CLOSE_TIMEOUT_MS = 5_000;

async function withTimeout(
  ending: Promise<unknown> | undefined,
  force: () => unknown = () => undefined,
): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise((resolve) => {
    timer = setTimeout(() => {
      force();
      resolve(undefined);
    }, CLOSE_TIMEOUT_MS);
  });
  await Promise.race([ending, late]);
  clearTimeout(timer);
}
