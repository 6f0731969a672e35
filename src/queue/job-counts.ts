import type { Environment } from '../../config/environment.ts';
import { Loops } from '../process/loops.ts';
import { postgresStore, redisStore, type QueueShape } from './queue-backend.ts';

/** The jobs of one queue. */
export interface JobCounts {
  waiting: number;
  active: number;
  delayed: number;
  failed: number;
}

/** Counts the jobs of a queue, on PostgreSQL or Redis. Rejects while the queue does not answer. */
export async function countJobs(
  { REDIS_URL, QUEUE_DATABASE_URL, DATABASE_URL = '' }: Environment,
  shape: QueueShape,
): Promise<JobCounts> {
  const store = REDIS_URL
    ? await redisStore(REDIS_URL, new Loops(), shape)
    : postgresStore(QUEUE_DATABASE_URL ?? DATABASE_URL, new Loops(), shape);
  const queue = store.newQueue();
  // Its failures reject what is asked.
  queue.on('error', () => undefined);
  try {
    const counts = await queue.getJobCounts('waiting', 'active', 'delayed', 'failed');
    const { waiting = 0, active = 0, delayed = 0, failed = 0 } = counts;
    return { waiting, active, delayed, failed };
  } finally {
    await queue.close().catch(() => undefined);
    await store.close();
  }
}
