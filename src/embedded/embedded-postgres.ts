import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, open, readFile, realpath, stat } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { PostgresAccount } from './postgres-account.ts';
import { locatePostgres, type PostgresBinaries } from './postgres-binaries.ts';
import { prepareCluster, ROLE, SERVICE_ROLE, servicePassword } from './postgres-cluster.ts';
import { ensureDatabase, ensurePlainRole, isAnswering } from './postgres-connection.ts';
import { postgresEnvironment } from './postgres-environment.ts';
import { guardPostmaster } from './postgres-guard.ts';
import { disownPidFile, isRunning, type Postmaster, readPostmaster, stopPostmaster } from './postgres-process.ts';
import { takeProcessLock } from './process-lock.ts';

export interface EmbeddedPostgresOptions {
  /** All data is stored in `postgres` below it, where the next start finds it. */
  dataDir: string;
  /** TCP port on 127.0.0.1; a free one by default. */
  port?: number;
  /** Created if it does not exist. */
  database?: string;
  /** Stop the server when this process dies for any reason. */
  guard?: boolean;
  /**
   * Server settings that extend and override the defaults. An adopted server keeps the settings it was started with.
   */
  settings?: Readonly<Record<string, string>>;
}

export interface EmbeddedPostgres {
  /** URL of the owner role, which has all rights. */
  url: string;
  /** URL of a plain role, which may log in and has the rights that the owner grants. */
  serviceUrl: string;
  port: number;
  /** True when a server that a killed process had left was adopted. */
  adopted: boolean;
  /** Ends open sessions (57P01: give every pool an `error` listener) and resolves when the server is gone. */
  stop(): Promise<void>;
}

/** Suits a laptop as well as a server; durability (`fsync`, `synchronous_commit`) stays on. */
const SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  shared_buffers: '256MB',
  max_connections: '200',
  // Compiling a plan takes longer than any query of this service.
  jit: 'off',
  timezone: 'UTC',
};

/** Milliseconds in which a server must answer: crash recovery replays at most a few checkpoints' worth of log. */
const START_MS = 120_000;

/** Milliseconds for which a running server may stay silent before it is replaced. */
const SILENCE_MS = 10_000;

/** Bytes from which the next start truncates the log. */
const LOG_LIMIT = 1_000_000;

/**
 * Starts a PostgreSQL server for this process, on persistent data.
 *
 * Only one process at a time may use a data directory; a second one gets an error. A server whose parent was killed is
 * adopted, or replaced when it does not answer or listens on another port than requested.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  await mkdir(options.dataDir, { recursive: true });
  const home = join(await realpath(options.dataDir), 'postgres');
  const lock = await takeProcessLock(home);
  if (!lock)
    throw new Error(`${options.dataDir} is in use by another running process: stop it, or set another DATA_DIR`);
  try {
    const server = await startLocked(home, options);
    return { ...server, stop: () => server.stop().finally(() => lock.release()) };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

async function startLocked(
  home: string,
  { port: wanted, database = 'pushguard', guard = false, settings = {} }: EmbeddedPostgresOptions,
): Promise<EmbeddedPostgres> {
  const binaries = await locatePostgres();
  const account = await prepareCluster(home, binaries);
  const cluster = join(home, 'cluster');
  const password = (await readFile(join(home, 'password'), 'utf8')).trim();
  const urlAs = (login: string, port: number, name: string) =>
    `postgres://${login}@127.0.0.1:${port}/${encodeURIComponent(name)}`;
  const urlOf = (port: number, name: string) => urlAs(`${ROLE}:${password}`, port, name);

  const adopted = await adoptable(cluster, binaries, wanted, (port) => urlOf(port, 'postgres'));
  const port =
    adopted?.port ??
    (await withRetries(async () => {
      const free = wanted ?? (await freePort());
      await launch({ home, binaries, account, port: free, settings, url: urlOf(free, 'postgres') });
      return free;
    }));
  const postmaster = adopted ?? readPostmaster(cluster);
  if (!postmaster) throw new Error('embedded PostgreSQL stopped as soon as it had started');

  const endGuard = guard ? guardPostmaster(postmaster.pid) : undefined;
  await ensureDatabase(urlOf(port, 'postgres'), database);
  const service = { name: SERVICE_ROLE, password: await servicePassword(home) };
  await ensurePlainRole(urlOf(port, 'postgres'), service);
  return {
    url: urlOf(port, database),
    serviceUrl: urlAs(`${service.name}:${service.password}`, port, database),
    port,
    adopted: adopted !== undefined,
    async stop() {
      endGuard?.();
      await stopPostmaster(postmaster, cluster, binaries.pgCtl);
    },
  };
}

/** The server that already runs on the cluster and can be adopted; a server that cannot is stopped. */
async function adoptable(
  cluster: string,
  { pgCtl }: PostgresBinaries,
  wantedPort: number | undefined,
  urlOf: (port: number) => string,
): Promise<Postmaster | undefined> {
  const found = readPostmaster(cluster);
  if (!found) return undefined;
  if (wantedPort === undefined || wantedPort === found.port) {
    const end = Date.now() + SILENCE_MS;
    // It may still be starting, or stopping because its guard has just told it to.
    while (isRunning(found) && Date.now() < end) {
      if (await isAnswering(urlOf(found.port))) return found;
      await delay(50);
    }
  }
  await stopPostmaster(found, cluster, pgCtl);
  if (readPostmaster(cluster)) disownPidFile(cluster);
  return undefined;
}

/**
 * Retries after failures that may pass: another process took the free port, or sessions of a killed server still run.
 */
async function withRetries(attempt: () => Promise<number>): Promise<number> {
  for (let left = 20; ; left -= 1) {
    try {
      return await attempt();
    } catch (error) {
      if (left === 0 || !/already in use|still in use/.test(String(error))) throw error;
      await delay(200);
    }
  }
}

interface Launch {
  home: string;
  binaries: PostgresBinaries;
  account: PostgresAccount;
  port: number;
  settings: Readonly<Record<string, string>>;
  url: string;
}

async function launch({ home, binaries, account, port, settings, url }: Launch): Promise<void> {
  const { prefix, ...identity } = account;
  const logFile = join(home, 'server.log');
  const size = await stat(logFile).then(
    ({ size }) => size,
    () => 0,
  );
  // A file and not a pipe: the server may outlive this process.
  const log = await open(logFile, size > LOG_LIMIT ? 'w' : 'a', 0o600);
  const from = (await log.stat()).size;
  // The account may start the server itself another day.
  if (identity.uid !== undefined && identity.gid !== undefined) await log.chown(identity.uid, identity.gid);
  const flags = Object.entries({ ...SETTINGS, ...settings }).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const [command = binaries.postgres, ...args] = [
    ...[...prefix, binaries.postgres, '-D', join(home, 'cluster'), '-p', String(port)],
    ...flags,
  ];
  const child = spawn(command, args, {
    ...identity,
    cwd: home,
    env: postgresEnvironment(),
    stdio: ['ignore', log.fd, log.fd],
    // Detached, so that a Ctrl-C on the terminal does not reach it: the application stops first, then its database.
    detached: true,
    windowsHide: true,
  });
  const exited = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', () => resolve('it exited'));
  });
  child.unref();
  try {
    await untilAnswering(child, exited, url);
  } catch (error) {
    child.kill('SIGINT');
    const tail = (await readFile(logFile)).subarray(from).toString().slice(-4_000);
    throw new Error(`embedded PostgreSQL did not start: ${tail}`, { cause: error });
  } finally {
    await log.close();
  }
}

async function untilAnswering(child: ChildProcess, exited: Promise<string>, url: string): Promise<void> {
  const end = Date.now() + START_MS;
  while (!(await isAnswering(url))) {
    const gone = await Promise.race([exited, delay(20, undefined)]);
    if (gone !== undefined) throw new Error(gone);
    if (Date.now() > end) throw new Error(`process ${child.pid ?? 0} did not answer within ${START_MS} ms`);
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
