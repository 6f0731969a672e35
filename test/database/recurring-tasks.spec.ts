import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createPostgresBackend, createRedisBackend, withBackend } from 'bullmq';
import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../../config/data-source.ts';
import type { Environment } from '../../config/environment.ts';
import { CustomerSession } from '../../src/customers/customer-session.entity.ts';
import { CustomerSessionStore } from '../../src/customers/customer-session.store.ts';
import { Database } from '../../src/database/database.ts';
import { Loops } from '../../src/process/loops.ts';
import { JobQueue } from '../../src/queue/job-queue.ts';
import { RecurringTasks, type RecurringTask } from '../../src/queue/recurring-tasks.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { describeWith, REDIS_SERVER } from '../support/programs.ts';
import { RedisServer } from '../support/redis.ts';

/** Longer than any test: the queue gives out no second run of it. */
const RARELY_MS = 3_600_000;

/** The tasks and the queue of one worker process, with connections of their own. */
class TestWorker {
  /** Runs that the queue has given to this worker. */
  taken = 0;

  private constructor(
    readonly tasks: RecurringTasks,
    readonly database: Database,
    readonly source: DataSource,
    readonly queue: JobQueue,
  ) {}

  static async start(environment: Partial<Environment>, ...tasks: RecurringTask[]): Promise<TestWorker> {
    const source = await new DataSource(dataSourceOptions(environment.DATABASE_URL ?? '', 4)).initialize();
    const access = { sessionUrl: environment.DATABASE_URL ?? '', sharesSessions: false };
    const database = new Database(source, access);
    const loops = new Loops();
    const worker = new TestWorker(
      new RecurringTasks(database, loops),
      database,
      source,
      new JobQueue(environment as Environment, loops),
    );
    worker.tasks.oncePerCluster(...tasks);
    await worker.queue.open();
    return worker;
  }

  work(): void {
    const deliver = () => Promise.resolve();
    const runScheduled = (everyMs: number) => {
      this.taken += 1;
      return this.tasks.runScheduled(everyMs);
    };
    this.queue.work({ deliver, runScheduled }, this.tasks.scheduledPeriods);
  }

  async stop(): Promise<void> {
    await Promise.all([this.queue.stopWork(), this.tasks.stop()]);
    await this.queue.close();
    if (this.source.isInitialized) await this.source.destroy();
  }
}

/** A promise, and the function that resolves it. */
function gate(): { opened: Promise<void>; open: () => void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });

let database: TestDatabase;
let workers: TestWorker[] = [];

async function start(environment: Partial<Environment>, ...tasks: RecurringTask[]): Promise<TestWorker> {
  const worker = await TestWorker.start({ DATABASE_URL: database.url, ...environment }, ...tasks);
  workers.push(worker);
  return worker;
}

beforeAll(async () => {
  database = await createTestDatabase();
});
afterEach(async () => {
  await Promise.all(workers.map((one) => one.stop()));
  workers = [];
});
afterAll(async () => {
  await database.drop();
});

describe('scheduled tasks', () => {
  it('one run of a purge removes every old row, however many batches they are', async () => {
    const worker = await start({});
    const store = new CustomerSessionStore(worker.database, worker.source.getRepository(CustomerSession));
    worker.tasks.purge('customer sessions', () => store.purge());
    await database.pool.query(`INSERT INTO customer_sessions (digest, errand, created_at)
      SELECT sha256(n::text::bytea), 'login', now() - interval '1 day' FROM generate_series(1, 10001) n`);

    for (const period of worker.tasks.scheduledPeriods) expect(await worker.tasks.runScheduled(period)).toBe(true);

    const { rows } = await database.pool.query<{ left: string }>('SELECT count(*) AS left FROM customer_sessions');
    expect(rows).toEqual([{ left: '0' }]);
  });

  it('a task with much work lets the other tasks of its period run in between', async () => {
    const order: string[] = [];
    const task = (name: string, runs: number): RecurringTask => ({
      name,
      everyMs: 1_000,
      run: () => Promise.resolve(order.push(name) > 0 && order.filter((one) => one === name).length < runs),
    });
    const worker = await start({}, task('much', 3), task('little', 1));
    await worker.tasks.runScheduled(1_000);
    expect(order).toEqual(['much', 'little', 'much', 'much']);
  });

  it('a task that failed does not stop the others, and is not repeated within the run', async () => {
    const order: string[] = [];
    const failing = {
      name: 'failing',
      everyMs: 1_000,
      run: () => Promise.reject(new Error(`run ${order.push('failing')}`)),
    };
    const worker = await start({}, failing, { ...failing, name: 'next', run: async () => void order.push('next') });
    expect(await worker.tasks.runScheduled(1_000)).toBe(true);
    expect(order).toEqual(['failing', 'next']);
  });

  it('a process that stops ends a purge after the batch in progress, and reports that the run is unfinished', async () => {
    let batches = 0;
    const worker = await start(
      {},
      {
        name: 'endless',
        everyMs: 1_000,
        run: async () => {
          if ((batches += 1) === 3) await worker.tasks.stop();
          return true;
        },
      },
    );
    expect(await worker.tasks.runScheduled(1_000)).toBe(false);
    expect(batches).toBe(3);
  });

  it('two processes never run one task at the same time, and the second one goes on with the other tasks', async () => {
    const order: string[] = [];
    const [begun, goOn] = [gate(), gate()];
    const slow = { name: 'slow', everyMs: 1_000 };
    const quick = { name: 'quick', everyMs: 1_000 };
    const first = await start(
      {},
      {
        ...slow,
        run: async () => {
          begun.open();
          await goOn.opened;
          order.push('slow of the first');
        },
      },
    );
    const second = await start(
      {},
      { ...slow, run: async () => void order.push('slow of the second') },
      { ...quick, run: async () => void order.push('quick of the second') },
    );
    const running = first.tasks.runScheduled(1_000);
    await begun.opened;
    expect(await second.tasks.runScheduled(1_000)).toBe(true);
    goOn.open();
    await running;
    await second.tasks.runScheduled(1_000);
    expect(order).toEqual(['quick of the second', 'slow of the first', 'slow of the second', 'quick of the second']);
  });

  it('a task is told to end when the database has ended the connection that keeps others away from it', async () => {
    const begun = gate();
    const worker = await start(
      {},
      {
        name: 'kept',
        everyMs: 1_000,
        run: (signal) => {
          begun.open();
          return aborted(signal);
        },
      },
    );
    const running = worker.tasks.runScheduled(1_000);
    await begun.opened;
    await database.pool.query(`SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`);
    expect(await running).toBe(true);
  });
});

/** What holds on either backend of the queue. */
function ofTheQueue(environment: () => Partial<Environment>): void {
  const schedulers = async (): Promise<string[]> => {
    const { REDIS_URL } = environment();
    const { Queue } = REDIS_URL ? withBackend(createRedisBackend) : withBackend(createPostgresBackend);
    const connection = REDIS_URL ? { url: REDIS_URL } : { connectionString: database.url, schema: 'bullmq' };
    const queue = new Queue('handover', { connection, prefix: '{pushguard}' });
    const found = await queue.getJobSchedulers();
    await queue.close();
    return found.map(({ key }) => key);
  };

  it('a run that a stopping worker interrupts is taken over by another worker', async () => {
    const [begun, takenOver] = [gate(), gate()];
    const task = { name: 'interrupted', everyMs: RARELY_MS };
    const first = await start(environment(), {
      ...task,
      run: (signal) => {
        begun.open();
        return aborted(signal);
      },
    });
    first.work();
    await begun.opened;
    await first.stop();
    const second = await start(environment(), { ...task, run: async () => takenOver.open() });
    second.work();
    await takenOver.opened;
  });

  it('a run that a worker takes after its tasks have stopped is left to another worker', async () => {
    const task = { name: 'late', everyMs: RARELY_MS + 1 };
    const runs: string[] = [];
    const first = await start(environment(), { ...task, run: async () => void runs.push('first') });
    await first.tasks.stop();
    first.work();
    await eventually('the first worker takes the run', () => first.taken > 0);
    await first.stop();
    const second = await start(environment(), { ...task, run: async () => void runs.push('second') });
    second.work();
    await eventually('the run', () => runs.length > 0);
    expect(runs).toEqual(['second']);
  });

  it('the schedulers of periods that no task has any more are removed when a worker starts', async () => {
    const task = (everyMs: number): RecurringTask => ({ name: 'moved', everyMs, run: async () => undefined });
    const before = await start(environment(), task(RARELY_MS + 2));
    before.work();
    await eventually('the old scheduler', async () => (await schedulers()).includes(`every-${RARELY_MS + 2}`));
    await before.stop();
    const after = await start(environment(), task(RARELY_MS + 3));
    after.work();
    await eventually('the new scheduler', async () => (await schedulers()).includes(`every-${RARELY_MS + 3}`));
    expect(await schedulers()).toEqual([`every-${RARELY_MS + 3}`]);
  });
}

describe('the queue on PostgreSQL', () => ofTheQueue(() => ({})));

describeWith(REDIS_SERVER, 'the scheduled tasks on Redis', () => {
  let redis: RedisServer;

  beforeAll(async () => {
    redis = await RedisServer.start();
  });
  afterAll(async () => {
    await redis.remove();
  });
  ofTheQueue(() => ({ REDIS_URL: redis.url }));
});
