import { Injectable, Logger } from '@nestjs/common';
import {
  createPostgresBackend,
  createRedisBackend,
  runMigrations,
  withBackend,
  type Job,
  type Queue,
  type Worker,
} from 'bullmq';
import pg from 'pg';
import { Environment } from '../../config/environment.ts';
import { grantUse, roleOf } from '../database/grant-use.ts';

const QUEUE = 'handover';
/** BullMQ's tables stay out of our schema and out of our migrations. */
const SCHEMA = 'bullmq';
/**
 * Milliseconds between two jobs of one process. The first delivery after a lull goes at once; under load the ids
 * committed meanwhile share a job, for a job costs PostgreSQL three commits of its own. The slower jobs are to add,
 * the more ids each carries: adding takes at most a fifth of the time.
 */
const [SHORTEST_INTERVAL_MS, LONGEST_INTERVAL_MS] = [25, 100];
/** More ids than this are divided over several jobs, and so over several workers. */
const IDS_A_JOB = 100;

/** Milliseconds until a scheduler that could not be written, because the queue was away, is written again. */
const SCHEDULING_RETRY_MS = 10_000;

/** Either deliveries to hand over, or the period whose recurring tasks are due. */
type JobData = { ids: string[] } | { everyMs: number };

/** What a worker does with the jobs of the queue. A job may be run again after its worker died. */
export interface JobHandlers {
  deliver(ids: string[]): Promise<void>;
  runScheduled(everyMs: number): Promise<void>;
}

/**
 * Carries ids of committed deliveries from the process that wrote them to a worker, and gives each recurring task to
 * one worker of the cluster. It is only the fast way for deliveries: the sweeper hands over what gets lost here.
 */
@Injectable()
export class JobQueue {
  private readonly logger = new Logger(JobQueue.name);
  private readonly waiting: string[] = [];
  private queue: Queue<JobData> | undefined;
  private worker: Worker<JobData> | undefined;
  private flushing: Promise<void> | undefined;
  private scheduling: NodeJS.Timeout | undefined;

  constructor(private readonly environment: Environment) {}

  /** Prepares the backend. On PostgreSQL, BullMQ's own migrations run here; several processes may start at once. */
  async open(): Promise<void> {
    if (!this.environment.REDIS_URL) await this.migrate();
    // Without an offline queue, a Redis that is away is an error at once and the sweep's work later.
    this.queue = this.classes().newQueue({ enableOfflineQueue: false, maxRetriesPerRequest: 1 });
    this.queue.on('error', (error) => {
      this.logger.warn(`queue: ${error.message}`);
    });
  }

  /** BullMQ's schema belongs to whom ours belongs to. */
  private async migrate(): Promise<void> {
    const { DATABASE_URL = '', MIGRATION_DATABASE_URL } = this.environment;
    const client = new pg.Client({ connectionString: MIGRATION_DATABASE_URL ?? DATABASE_URL });
    await client.connect();
    try {
      // BullMQ lets processes take turns at its migrations; what is granted after them belongs to the turn.
      await client.query('SELECT pg_advisory_lock(7074830133)');
      await runMigrations(client, SCHEMA);
      if (MIGRATION_DATABASE_URL !== undefined) {
        const query = async <Row>(sql: string, values?: unknown[]) => (await client.query(sql, values)).rows as Row[];
        // BullMQ makes a sequence of its own for every queue.
        await grantUse(query, { schema: SCHEMA, role: await roleOf(DATABASE_URL), mayCreate: true });
      }
    } finally {
      await client.end();
    }
  }

  /** Notes a committed delivery. Neither waits nor fails. */
  enqueue(id: string | null | undefined): void {
    if (!id) return;
    this.waiting.push(id);
    this.flushing ??= this.flush().finally(() => {
      this.flushing = undefined;
    });
  }

  /** Takes jobs up, and has the queue schedule the recurring tasks of these periods. */
  work(handlers: JobHandlers, periodsMs: readonly number[]): void {
    this.worker = this.classes().newWorker(({ data }) =>
      'ids' in data ? handlers.deliver(data.ids) : handlers.runScheduled(data.everyMs),
    );
    this.worker.on('error', (error) => {
      this.logger.warn(`worker: ${error.message}`);
    });
    void this.schedule(periodsMs);
  }

  /** Every worker writes the same schedulers at its start; BullMQ keeps one of each id. */
  private async schedule(periodsMs: readonly number[]): Promise<void> {
    try {
      for (const every of periodsMs) {
        await this.queue?.upsertJobScheduler(`every-${every}`, { every }, { name: 'tasks', data: { everyMs: every } });
      }
    } catch (error) {
      this.logger.warn(`recurring tasks are not scheduled yet: ${(error as Error).message}`);
      this.scheduling = setTimeout(() => void this.schedule(periodsMs), SCHEDULING_RETRY_MS);
    }
  }

  /** Finishes what was begun: running jobs end, noted ids become jobs. */
  async close(): Promise<void> {
    clearTimeout(this.scheduling);
    await within(this.worker?.close(), () => this.worker?.close(true));
    await within(this.flushing);
    await within(this.queue?.close(), () => this.queue?.disconnect());
  }

  private async flush(): Promise<void> {
    while (this.waiting.length > 0) {
      const begun = performance.now();
      // What the same turn of the event loop still commits goes along.
      await new Promise(setImmediate);
      const ids = this.waiting.splice(0, IDS_A_JOB);
      try {
        await this.queue?.add('deliver', { ids });
      } catch (error) {
        this.logger.warn(
          `${ids.length} deliveries were not queued and wait for the sweep: ${(error as Error).message}`,
        );
      }
      const taken = performance.now() - begun;
      const rest = Math.min(Math.max(SHORTEST_INTERVAL_MS, 5 * taken), LONGEST_INTERVAL_MS) - taken;
      if (rest > 0 && this.waiting.length < IDS_A_JOB) await new Promise((resolve) => setTimeout(resolve, rest));
    }
  }

  private classes(): {
    newQueue: (redis: object) => Queue<JobData>;
    newWorker: (process: (job: Job<JobData>) => Promise<void>) => Worker<JobData>;
  } {
    const { DATABASE_URL = '', REDIS_URL } = this.environment;
    // A job is worth nothing once it was done or failed: the truth about a delivery is its row.
    const defaultJobOptions = { removeOnComplete: true, removeOnFail: true };
    // A dead worker's job is free after five seconds; BullMQ's default is a minute.
    // Back at work half a second after its database was away; the default is fifteen seconds.
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

/** Milliseconds that a backend which is away may hold up the end of the process. */
const PATIENCE_MS = 5_000;

async function within(ending: Promise<unknown> | undefined, force: () => unknown = () => undefined): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise((resolve) => {
    timer = setTimeout(() => {
      force();
      resolve(undefined);
    }, PATIENCE_MS);
  });
  await Promise.race([ending, late]);
  clearTimeout(timer);
}
