import { chmod, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../src/embedded/embedded-postgres.ts';
import { readPostmaster } from '../../src/embedded/postgres-process.ts';
import type { TestDatabase } from './database.ts';
import { freePort } from './free-port.ts';

/** A PostgreSQL of one test file's own that keeps every promise (`fsync` is on), to be killed and started again. */
export class DurablePostgres implements TestDatabase {
  private constructor(
    private server: EmbeddedPostgres,
    private readonly directory: string,
    readonly pool: pg.Pool,
  ) {}

  static async start(): Promise<DurablePostgres> {
    const directory = await mkdtemp(join(tmpdir(), 'pushguard-durable-'));
    // As root, the server runs under another account, which has to reach it.
    await chmod(directory, 0o755);
    const server = await startEmbeddedPostgres({ dataDir: directory, port: await freePort(), guard: true });
    const pool = new pg.Pool({ connectionString: server.url, max: 4 });
    pool.on('error', () => undefined);
    return new DurablePostgres(server, directory, pool);
  }

  get url(): string {
    return this.server.url;
  }

  /** Kills the server with SIGKILL, and starts it again where it was. */
  async killAndStart(): Promise<void> {
    const cluster = join(await realpath(this.directory), 'postgres', 'cluster');
    const postmaster = readPostmaster(cluster);
    if (!postmaster) throw new Error('there is no server to kill');
    process.kill(postmaster.pid, 'SIGKILL');
    const { port } = this.server;
    await this.server.stop();
    this.server = await startEmbeddedPostgres({ dataDir: this.directory, port, guard: true });
  }

  async drop(): Promise<void> {
    await this.pool.end();
    await this.server.stop();
    await rm(this.directory, { recursive: true, force: true });
  }
}
