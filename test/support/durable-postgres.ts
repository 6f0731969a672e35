import { chmod, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../src/embedded/embedded-postgres.ts';
import { readPostmaster } from '../../src/embedded/postgres-process.ts';
import type { TestDatabase } from './database.ts';
import { freePort } from './free-port.ts';

/**
 * A separate PostgreSQL server for one test file, with durable commits (`fsync` is on), so that a test can kill and
 * restart it.
 */
export class DurablePostgres implements TestDatabase {
  private constructor(
    private server: EmbeddedPostgres,
    readonly directory: string,
    readonly pool: pg.Pool,
  ) {}

  static async start(): Promise<DurablePostgres> {
    const directory = await mkdtemp(join(tmpdir(), 'pushguard-durable-'));
    // Under root, the server runs as another account, which needs access to the directory.
    await chmod(directory, 0o755);
    const server = await startEmbeddedPostgres({ dataDir: directory, port: await freePort(), guard: true });
    const pool = new pg.Pool({ connectionString: server.url, max: 4 });
    pool.on('error', () => undefined);
    return new DurablePostgres(server, directory, pool);
  }

  get url(): string {
    return this.server.url;
  }

  /** Kills the server with SIGKILL and restarts it on the same port and data. */
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
