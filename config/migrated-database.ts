import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startEmbeddedPostgres } from '../src/embedded/embedded-postgres.ts';
import { migrate } from './migrate.ts';

/** Runs `work` on an embedded PostgreSQL of its own that has been migrated to the present schema. */
export async function withMigratedDatabase<Result>(work: (client: pg.Client) => Promise<Result>): Promise<Result> {
  const directory = await mkdtemp(join(tmpdir(), 'pushguard-migrated-'));
  // PostgreSQL may run as another user than the owner of this folder.
  await chmod(directory, 0o755);
  const server = await startEmbeddedPostgres({ dataDir: directory, database: 'migrated', guard: true });
  try {
    await migrate(server.url);
    const client = new pg.Client({ connectionString: server.url });
    await client.connect();
    try {
      return await work(client);
    } finally {
      await client.end();
    }
  } finally {
    await server.stop();
    await rm(directory, { recursive: true, force: true });
  }
}
