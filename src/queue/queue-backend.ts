import { setTimeout as delay } from 'node:timers/promises';
import {
  createPostgresBackend,
  createRedisBackend,
  withBackend,
  type BackoffStrategy,
  type IQueueBackend,
  type Job,
  type Queue,
  type Worker,
} from 'bullmq';
import { Cluster, Redis, type RedisOptions } from 'ioredis';
import pg from 'pg';
import { ORDINARY, poolOptions } from '../database/database-client.ts';
import { withinDeadline } from '../gateways/deadline.ts';
import type { Loops } from '../process/loops.ts';

/** BullMQ's tables live in their own schema, outside of this service's migrations. */
export const SCHEMA = 'bullmq';
/** In braces, so that a cluster of Redis or Valkey keeps all keys in one slot, as BullMQ's scripts need. */
export const PREFIX = '{pushguard}';
/** A finished or failed job is removed: the delivery's row holds the truth. */
const defaultJobOptions = { removeOnComplete: true, removeOnFail: true };
/**
 * A dead worker's job is free after five seconds; BullMQ's default is a minute.
 * A worker resumes half a second after its database was unavailable; the default is fifteen seconds.
 */
const SURVIVAL = {
  lockDuration: 5_000,
  stalledInterval: 2_500,
  maxStalledCount: 10,
  runRetryDelay: 500,
};

function workerOptions({ concurrency, backoff }: QueueShape) {
  return { ...SURVIVAL, concurrency, ...(backoff && { settings: { backoffStrategy: backoff } }) };
}

/** Milliseconds until a loop asks again after the queue refused it. */
const REFUSED_MS = 1_000;
/** The longest wait for a job in seconds. A connection that has gone silent is noticed after it. */
const LONGEST_WAIT = 5;
/** Milliseconds of silence in the middle of a command after which a connection to Redis is given up. */
const SILENCE_MS = 1_000 * LONGEST_WAIT + 2_000;
/** Milliseconds in which the worker's loop must have an answer, whatever the connection does. */
const TURN_MS = 9_000;
/** Milliseconds in which a connection must be there. */
const CONNECT_MS = 5_000;
/** Milliseconds between two attempts to reach Redis. */
const RECONNECT_MS = 1_000;

/** One queue of the backend. */
export interface QueueShape {
  name: string;
  /** The name of its worker's loop for liveness. */
  loop: string;
  /** Jobs that one worker runs at the same time. */
  concurrency: number;
  /** Connections to PostgreSQL: of those that add jobs, and of the worker, one of which listens. */
  connections: { queue: number; worker: number };
  /** Milliseconds until a failed job runs again. */
  backoff?: BackoffStrategy;
}

/** The queue that hands committed deliveries over, and schedules the recurring tasks. */
export const HANDOVER: QueueShape = {
  name: 'handover',
  loop: 'queue worker',
  concurrency: 8,
  connections: { queue: 4, worker: 5 },
};

/** A store of the queue: makes its queue and its worker, and closes the connections that BullMQ does not own. */
export interface QueueStore<Data> {
  newQueue(): Queue<Data>;
  newWorker(process: (job: Job<Data>, token?: string) => Promise<void>): Worker<Data>;
  /** Gives up the connections on which a question was not answered in its time. */
  renew(): void;
  close(): Promise<void>;
}

/** The queue on PostgreSQL. `url` leads to a session of its own. */
export function postgresStore<Data>(url: string, loops: Loops, shape = HANDOVER): QueueStore<Data> {
  const { Queue, Worker } = withBackend(turning(createPostgresBackend, loops, shape.loop));
  const pools: pg.Pool[] = [];
  const connection = (max: number) => {
    const options = poolOptions(url, ORDINARY, `SET search_path = ${SCHEMA}`);
    const pool = new pg.Pool({ ...options, max, connectionTimeoutMillis: CONNECT_MS });
    pools.push(pool);
    return pool as pg.Pool & Record<string, unknown>;
  };
  return {
    newQueue: () =>
      new Queue(shape.name, { connection: connection(shape.connections.queue), defaultJobOptions }) as never,
    newWorker: (process) =>
      new Worker(shape.name, process, {
        connection: connection(shape.connections.worker),
        ...workerOptions(shape),
      }) as never,
    // A connection to PostgreSQL gives itself up.
    renew: () => undefined,
    close: async () => {
      await Promise.all(pools.splice(0).map((pool) => pool.end()));
    },
  };
}

/** The queue on Redis or Valkey, alone or as a cluster. Rejects while the server does not answer. */
export async function redisStore<Data>(url: string, loops: Loops, shape = HANDOVER): Promise<QueueStore<Data>> {
  const connect = await redisConnections(url);
  const clients: (Redis | Cluster)[] = [];
  const renew = () => {
    for (const client of clients) client.disconnect(true);
  };
  const { Queue, Worker } = withBackend(turning(createRedisBackend, loops, shape.loop, renew));
  const connection = (options: RedisOptions & { enableOfflineQueue?: boolean }) => {
    const client = connect(options);
    // BullMQ reports the errors of its own copy and of this client by its own events.
    client.on('error', () => undefined);
    clients.push(client);
    return client;
  };
  return {
    // Without the offline queue, an unavailable Redis is an error at once and the sweeper sends the delivery later.
    newQueue: () =>
      new Queue(shape.name, {
        connection: connection({ enableOfflineQueue: false, maxRetriesPerRequest: 1 }),
        prefix: PREFIX,
        defaultJobOptions,
      }) as never,
    newWorker: (process) =>
      new Worker(shape.name, process, {
        connection: connection({ maxRetriesPerRequest: null }),
        prefix: PREFIX,
        ...workerOptions(shape),
      }) as never,
    renew,
    close: () => {
      for (const client of clients.splice(0)) client.disconnect();
      return Promise.resolve();
    },
  };
}

interface ConnectionOptions extends RedisOptions {
  enableOfflineQueue?: boolean;
  /** Connects again, and without end, where it fails. The default. */
  isPatient?: boolean;
}

type RedisConnections = (options: ConnectionOptions) => Redis | Cluster;

/** Makes connections to a Redis or Valkey, alone or as a cluster. Rejects while the server does not answer. */
export async function redisConnections(url: string): Promise<RedisConnections> {
  return (await hasOtherNodes(url)) ? clusterAt(url) : redisAt(url);
}

const PATIENT: RedisOptions = {
  connectTimeout: CONNECT_MS,
  socketTimeout: SILENCE_MS,
  retryStrategy: () => RECONNECT_MS,
};

function redisAt(url: string) {
  return ({ isPatient = true, ...options }: ConnectionOptions): Redis =>
    new Redis(url, { ...PATIENT, ...(!isPatient && { retryStrategy: () => null }), ...options });
}

function clusterAt(url: string) {
  const { hostname, port, username, password, protocol } = new URL(url);
  const [host, login] = [hostname.replace(/^\[|\]$/g, ''), decodeURIComponent(username)];
  const redisOptions: RedisOptions = {
    ...(login && { username: login }),
    ...(password && { password: decodeURIComponent(password) }),
    // Nodes name themselves as their certificate does, so their names are not resolved here.
    ...(protocol === 'rediss:' && { tls: {} }),
    connectTimeout: CONNECT_MS,
    socketTimeout: SILENCE_MS,
  };
  return ({ enableOfflineQueue = true, isPatient = true, ...options }: ConnectionOptions): Cluster =>
    new Cluster([{ host, port: Number(port || 6379) }], {
      enableOfflineQueue,
      clusterRetryStrategy: () => (isPatient ? RECONNECT_MS : null),
      slotsRefreshTimeout: CONNECT_MS,
      ...(protocol === 'rediss:' && { dnsLookup: (address, done) => done(null, address) }),
      redisOptions: { ...redisOptions, ...options },
    });
}

/**
 * Asks the server whether it shares its keys with other nodes. A node of a cluster that is alone owns every slot, and
 * does not know its own address, so it is used like any other server. One that refuses to say is not in a cluster.
 */
async function hasOtherNodes(url: string): Promise<boolean> {
  const client = new Redis(url, {
    lazyConnect: true,
    connectTimeout: CONNECT_MS,
    commandTimeout: CONNECT_MS,
    retryStrategy: () => null,
  });
  let failure: Error | undefined;
  client.on('error', (error) => (failure = error));
  try {
    await client.connect();
    const mode = await client.info('cluster').catch(() => '');
    if (!mode.includes('cluster_enabled:1')) return false;
    return !(await client.cluster('INFO').catch(() => '')).includes('cluster_known_nodes:1\r');
  } catch (error) {
    throw failure ?? error;
  } finally {
    client.disconnect();
  }
}

const LATE = Symbol('late');

type Create<Backend> = (...given: never[]) => Backend;

/**
 * Notes every turn of the worker's loop, has it pause when the queue refuses it, which BullMQ does not, and shortens its
 * waits.
 */
function turning<Backend extends IQueueBackend, Factory extends Create<Backend>>(
  create: Factory,
  loops: Loops,
  loop: string,
  renew: () => void = () => undefined,
): Factory {
  return ((...given: never[]) => {
    const backend = create(...given);
    const paused = <Given extends unknown[], Result>(ask: (...its: Given) => Promise<Result>) => {
      return async (...its: Given): Promise<Result> => {
        loops.turned(loop);
        try {
          const answer = await withinDeadline<Result | typeof LATE>(ask(...its), TURN_MS, LATE);
          if (answer !== LATE) return answer;
          renew();
          throw new Error(`the queue has not answered within ${TURN_MS} ms`);
        } catch (error) {
          await delay(REFUSED_MS);
          throw error;
        }
      };
    };
    Object.defineProperty(backend, 'maximumBlockTimeout', { value: LONGEST_WAIT });
    return Object.assign(backend, {
      moveToActive: paused(backend.moveToActive.bind(backend)),
      waitForJob: paused(backend.waitForJob.bind(backend)),
    });
  }) as unknown as Factory;
}
