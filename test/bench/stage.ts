import { type ChildProcess, fork, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import pg from 'pg';
import { Pool } from 'undici';
import { generateKeyring, parseKeyring } from '../../src/crypto/keyring.ts';
import { ServiceKeys } from '../../src/crypto/service-keys.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/embedded/embedded-postgres.ts';
import { Arrivals } from './arrivals.ts';
import { Phones } from './phones.ts';
import type { PlatformsMessage } from './platforms.ts';

/** A process that serves one candidate. */
export interface Served {
  pid: number;
  origin: string;
  http: Pool;
  /** The first line that the service prints when it is ready; empty for the others. */
  announcement: string;
  /** The file of its CPU profile, which is written when it stops. */
  profile: string | null;
  stop(): Promise<void>;
}

/** The build of this checkout. */
const BUILD = join(import.meta.dirname, '../..');

/** Milliseconds in which a process must become ready. Only one that hangs takes longer, also on a busy machine. */
const TIMEOUT_MS = 300_000;
/** Milliseconds in which it must complete its running work. */
const STOP_MS = 60_000;

/** The resources that all candidates share: one PostgreSQL server, one set of push platforms, keys and phones. */
export class Stage {
  readonly keys: ServiceKeys;
  readonly phones = new Phones();
  readonly arrivals: Arrivals;
  private readonly stops: (() => Promise<unknown>)[] = [];

  private constructor(
    readonly directory: string,
    readonly postgres: EmbeddedPostgres,
    readonly platforms: ChildProcess,
    private readonly env: Record<string, string>,
    private readonly profile: string | null,
  ) {
    this.keys = new ServiceKeys(parseKeyring(env['KEYRING'] ?? ''));
    this.arrivals = new Arrivals(platforms);
  }

  static async set(profile: string | null, settings: Record<string, string> = {}): Promise<Stage> {
    const directory = await mkdtemp(join(tmpdir(), 'pushguard-bench-'));
    // With the delivered settings, except for those that a measurement of statements needs, and for the pause after which
    // PostgreSQL looks for tables to analyze: a plan made while they were empty is replaced during the warm-up.
    const postgres = await startEmbeddedPostgres({
      dataDir: directory,
      guard: true,
      settings: { autovacuum_naptime: '5s', ...settings },
    });
    const platforms = fork(process.argv[1] ?? '', ['platforms'], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    const first = await within(
      'the push platforms',
      new Promise<PlatformsMessage>((resolve) => platforms.once('message', resolve)),
    );
    const named = 'env' in first ? first.env : {};
    const env = {
      PATH: process.env['PATH'] ?? '',
      NODE_ENV: 'test',
      MANAGEMENT_PORT: '0',
      DATA_DIR: directory,
      KEYRING: generateKeyring(),
      ...named,
    };
    return new Stage(directory, postgres, platforms, env, profile);
  }

  get keyring(): string {
    return this.env['KEYRING'] ?? '';
  }

  /** The environment of a candidate, for the run's own use of the same gateways. */
  get environment(): Readonly<Record<string, string>> {
    return this.env;
  }

  /** An empty database, or a copy of one without connections. */
  async createDatabase(name: string, template = 'template1'): Promise<string> {
    await this.admin(`CREATE DATABASE ${name} TEMPLATE ${template} STRATEGY file_copy`);
    return this.databaseUrl(name);
  }

  databaseUrl(name: string): string {
    const url = new URL(this.postgres.url);
    url.pathname = `/${name}`;
    return url.href;
  }

  /** Starts the service of a build, as `npm start` runs it, on the shared resources. */
  async serve(DATABASE_URL: string, more: Record<string, string> = {}, build = BUILD): Promise<Served> {
    const main = join(build, 'src/main.js');
    const profile = this.profileOf('service');
    const { env, port } = await this.environmentOf({ DATABASE_URL, ...more });
    const stdio = ['ignore', 'pipe', 'inherit'] as const;
    const child = spawn(process.execPath, [...nodeOptions(profile), main, '--json'], { env, stdio: [...stdio] });
    this.onStrike(() => ended(child));
    const announcement = await within(
      'the service',
      new Promise<string>((resolve, reject) => {
        createInterface({ input: child.stdout }).once('line', resolve);
        child.once('exit', (code) => reject(new Error(`the service ended with ${code} before it began`)));
      }),
    );
    return this.served(child, port, { announcement, profile });
  }

  /** Starts the floor or the peer. */
  async play(role: 'floor' | 'peer', DATABASE_URL: string): Promise<Served> {
    const { env, port } = await this.environmentOf({ DATABASE_URL });
    const stdio = ['ignore', 'inherit', 'inherit', 'ipc'] as const;
    const profile = this.profileOf(role);
    const execArgv = nodeOptions(profile);
    const child = fork(process.argv[1] ?? '', [role], { env, execArgv, stdio: [...stdio] });
    this.onStrike(() => ended(child));
    await within(role, new Promise((resolve) => child.once('message', resolve)));
    return this.served(child, port, { announcement: '', profile });
  }

  async postgresPid(): Promise<number> {
    return parseInt(await readFile(join(this.directory, 'postgres/cluster/postmaster.pid'), 'utf8'), 10);
  }

  /** How many transactions the server has numbered, and how many bytes of WAL it has written. */
  async written(): Promise<{ transactions: number; wal: number }> {
    const [row] = await this.sql<{ transactions: number; wal: number }>(
      this.databaseUrl('postgres'),
      `SELECT pg_snapshot_xmax(pg_current_snapshot())::text::float AS transactions,
         pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::float AS wal`,
    );
    return row ?? { transactions: Number.NaN, wal: Number.NaN };
  }

  /** Runs statements on the server's own database, all on one connection. */
  async admin(...statements: string[]): Promise<void> {
    await this.sql(this.databaseUrl('postgres'), ...statements);
  }

  async sql<Row>(connectionString: string, ...statements: string[]): Promise<Row[]> {
    const client = new pg.Client({ connectionString });
    await client.connect();
    try {
      let rows: Row[] = [];
      for (const statement of statements) ({ rows } = (await client.query(statement)) as unknown as { rows: Row[] });
      return rows;
    } finally {
      await client.end();
    }
  }

  /** Registers a function that runs when the stage is struck. */
  onStrike(stop: () => Promise<unknown>): void {
    this.stops.push(stop);
  }

  /** Stops everything that was started here, in reverse order, and deletes its files. */
  async strike(): Promise<void> {
    for (const stop of this.stops.splice(0).reverse()) await stop();
    await ended(this.platforms);
    await this.postgres.stop();
    await rm(this.directory, { recursive: true, force: true });
  }

  private async environmentOf(more: Record<string, string>): Promise<{ env: Record<string, string>; port: number }> {
    const port = await freePort();
    return { port, env: { ...this.env, PORT: String(port), ISSUER: `http://127.0.0.1:${port}`, ...more } };
  }

  private served(child: ChildProcess, port: number, more: Pick<Served, 'announcement' | 'profile'>): Served {
    const origin = `http://127.0.0.1:${port}`;
    const http = new Pool(origin, { connections: 256, pipelining: 1 });
    let stopping: Promise<void> | undefined;
    const stop = () =>
      (stopping ??= (async () => {
        await http.destroy();
        await ended(child);
      })());
    this.onStrike(stop);
    return { pid: child.pid ?? 0, origin, http, ...more, stop };
  }

  private profileOf(role: string): string | null {
    return this.profile && join(this.profile, `${role}-${Date.now()}.cpuprofile`);
  }
}

function nodeOptions(profile: string | null): string[] {
  return profile === null
    ? []
    : ['--cpu-prof', `--cpu-prof-dir=${dirname(profile)}`, `--cpu-prof-name=${basename(profile)}`];
}

/** Asks a child process to end, and kills it if it does not end in time. */
export async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  if (child.connected) child.disconnect();
  else child.kill('SIGTERM');
  const insist = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  await gone;
  clearTimeout(insist);
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  return port;
}

async function within<T>(what: string, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} did not get ready in ${TIMEOUT_MS / 1000} s`)), TIMEOUT_MS);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
