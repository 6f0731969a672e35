import { Injectable, Logger } from '@nestjs/common';
import {
  createPostgresBackend,
  createRedisBackend,
  runMigrations,
  WaitingError,
  withBackend,
  type Job,
  type Queue,
  type Worker,
} from 'bullmq';
import pg from 'pg';
import { Environment } from '../../config/environment.ts';
import { grantUse, roleOf } from '../database/grant-use.ts';

const QUEUE = 'handover';
/** BullMQ's tables live in their own schema, outside of this service's migrations. */
const SCHEMA = 'bullmq';
/**
 * Milliseconds between two jobs of one process. The first delivery after a pause goes at once.
 * Under load, ids committed within the interval share a job, because a job costs PostgreSQL three commits of its own.
 * The longer adding a job takes, the longer the interval: adding takes at most a fifth of the time.
 */
const [SHORTEST_INTERVAL_MS, LONGEST_INTERVAL_MS] = [25, 100];
/** More ids than this are split over several jobs, so that several workers share them. */
const IDS_A_JOB = 100;

/** Milliseconds until the worker writes a scheduler again after the queue was unavailable. */
const SCHEDULING_RETRY_MS = 10_000;
/** Milliseconds between two writes of the schedulers. */
const SCHEDULING_MS = 60_000;

/** Either deliveries to send, or the period whose recurring tasks are due. */
type JobData = { ids: string[] } | { everyMs: number };

/** The worker's handlers for the jobs of the queue. A job may run again after its worker died. */
export interface JobHandlers {
  deliver(ids: string[]): Promise<void>;
  /** Returns false if the process stopped before the tasks had finished; another worker then runs them. */
  runScheduled(everyMs: number): Promise<boolean>;
}

/**
 * Carries ids of committed deliveries from the process that wrote them to a worker, and assigns each recurring task to
 * one worker of the cluster.
 * For deliveries it is only the fast path: the sweeper sends what the queue loses.
 */
@Injectable()
export class JobQueue {
  private readonly logger = new Logger(JobQueue.name);
  private readonly waiting: string[] = [];
  private queue: Queue<JobData> | undefined;
  private worker: Worker<JobData> | undefined;
  private flushing: Promise<void> | undefined;
  private scheduling: NodeJS.Timeout | undefined;
  private isClosed = false;

  constructor(private readonly environment: Environment) {}

  /** Prepares the backend. On PostgreSQL, BullMQ's own migrations run here; several processes may start at once. */
  async open(): Promise<void> {
    if (!this.environment.REDIS_URL) await this.migrate();
    // Without the offline queue, an unavailable Redis is an error at once and the sweeper sends the delivery later.
    this.queue = this.classes().newQueue({ enableOfflineQueue: false, maxRetriesPerRequest: 1 });
    this.queue.on('error', (error) => {
      this.logger.warn(`queue: ${error.message}`);
    });
  }

  /** BullMQ's schema belongs to the same role as the service's own schema. */
  private async migrate(): Promise<void> {
    const { DATABASE_URL = '', MIGRATION_DATABASE_URL } = this.environment;
    const client = new pg.Client({ connectionString: MIGRATION_DATABASE_URL ?? DATABASE_URL });
    await client.connect();
    try {
      // BullMQ serialises its migrations with this lock; the grants after them must hold the same lock.
      await client.query('SELECT pg_advisory_lock(7074830133)');
      await runMigrations(client, SCHEMA);
      if (MIGRATION_DATABASE_URL !== undefined) {
        const query = async <Row>(sql: string, values?: unknown[]) => (await client.query(sql, values)).rows as Row[];
        // BullMQ creates a sequence for every queue.
        await grantUse(query, { schema: SCHEMA, role: await roleOf(DATABASE_URL), mayCreate: true });
      }
    } finally {
      await client.end();
    }
  }

  /** Queues a committed delivery. Neither waits nor fails. */
  enqueue(id: string | null | undefined): void {
    if (!id) return;
    this.waiting.push(id);
    this.flushing ??= this.flush().finally(() => {
      this.flushing = undefined;
    });
  }

  /** Starts processing jobs, and has the queue schedule the recurring tasks of these periods. */
  work(handlers: JobHandlers, periodsMs: readonly number[]): void {
    this.worker = this.classes().newWorker(async (job, token) => {
      if ('ids' in job.data) return handlers.deliver(job.data.ids);
      if (await handlers.runScheduled(job.data.everyMs)) return;
      await job.moveToWait(token);
      throw new WaitingError();
    });
    this.worker.on('error', (error) => {
      this.logger.warn(`worker: ${error.message}`);
    });
    void this.schedule(periodsMs, true);
  }

  /** Takes no further job, and resolves when the running ones have ended. */
  async stopWork(): Promise<void> {
    this.isClosed = true;
    clearTimeout(this.scheduling);
    await withTimeout(this.worker?.close(), () => this.worker?.close(true));
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
      if (!this.isClosed) this.logger.warn(`recurring tasks are not scheduled yet: ${(error as Error).message}`);
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
  }

  private async flush(): Promise<void> {
    while (this.waiting.length > 0) {
      const startedAt = performance.now();
      // Ids that the same turn of the event loop still commits go into the same job.
      await new Promise(setImmediate);
      const ids = this.waiting.splice(0, IDS_A_JOB);
      try {
        await this.queue?.add('deliver', { ids });
      } catch (error) {
        this.logger.warn(
          `${ids.length} deliveries were not queued and wait for the sweep: ${(error as Error).message}`,
        );
      }
      const elapsed = performance.now() - startedAt;
      const pause = Math.min(Math.max(SHORTEST_INTERVAL_MS, 5 * elapsed), LONGEST_INTERVAL_MS) - elapsed;
      if (pause > 0 && this.waiting.length < IDS_A_JOB) await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }

  private classes(): {
    newQueue: (redis: object) => Queue<JobData>;
    newWorker: (process: (job: Job<JobData>, token?: string) => Promise<void>) => Worker<JobData>;
  } {
    const { DATABASE_URL = '', REDIS_URL } = this.environment;
    // A finished or failed job is removed: the delivery's row holds the truth.
    const defaultJobOptions = { removeOnComplete: true, removeOnFail: true };
    // A dead worker's job is free after five seconds; BullMQ's default is a minute.
    // A worker resumes half a second after its database was unavailable; the default is fifteen seconds.
    const survival = {
      lockDuration: 5_000,
      stalledInterval: 2_500,
      maxStalledCount: 10,
      concurrency: 8,
      runRetryDelay: 500,
    };
    if (REDIS_URL) {
      const { Queue, Worker } = withBackend(createRedisBackend);
      const connection = { url: REDIS_URL };
      return {
        newQueue: (redis) => new Queue(QUEUE, { connection: { ...connection, ...redis }, defaultJobOptions }) as never,
        newWorker: (process) =>
          new Worker(QUEUE, process, {
            connection: { ...connection, maxRetriesPerRequest: null },
            ...survival,
          }) as never,
      };
    }
    const { Queue, Worker } = withBackend(createPostgresBackend);
    const connection = { connectionString: DATABASE_URL, schema: SCHEMA, max: 4 };
    return {
      newQueue: () => new Queue(QUEUE, { connection, defaultJobOptions }) as never,
      newWorker: (process) => new Worker(QUEUE, process, { connection, ...survival }) as never,
    };
  }
}

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
