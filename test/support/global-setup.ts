import { chmodSync, mkdtempSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runMigrations } from 'bullmq';
import pg from 'pg';
import { migrate } from '../../config/migrate.ts';
import { demoMembers, demoOperators } from '../../src/embedded/demo.ts';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../src/embedded/embedded-postgres.ts';
import { cheapOperatorSecrets } from './operator-secrets.ts';
import { hasCompiledCode, packService } from './pack-service.ts';
import { TestService } from './service.ts';

declare global {
  // The global teardown stops the server and removes the directory.
  var testPostgres: { server: EmbeddedPostgres; directory: string } | undefined;
}

/**
 * Packs the service into one file with its compiled code, and starts one temporary PostgreSQL server per run, with a
 * migrated template database that every test file clones.
 */
export default async function globalSetup(): Promise<void> {
  const [folder] = await Promise.all([packService(join(import.meta.dirname, '../..')), startPostgres()]);
  process.env['TEST_SERVICE'] = folder;
  if (!hasCompiledCode(folder)) await compile();
}

/** Uses a service once, so that the next ones find the compiled code of what most of them do. */
async function compile(): Promise<void> {
  const service = await TestService.start();
  try {
    await service.subscriber();
  } finally {
    await service.stop();
  }
}

/** Bytes that the databases and the log of a run take at most. */
const ROOM = 4 * 1024 ** 3;

/**
 * A folder in memory where there is one with room, else that for temporary files. Each of some 500 databases has 900
 * files, and to create them on a disk takes half a second of processor time.
 */
function quickFolder(): string {
  const inMemory = '/dev/shm';
  try {
    const { bavail, bsize } = statfsSync(inMemory);
    return bavail * bsize >= ROOM ? inMemory : tmpdir();
  } catch {
    // Only Linux has it.
    return tmpdir();
  }
}

async function startPostgres(): Promise<void> {
  const directory = mkdtempSync(join(quickFolder(), 'pushguard-test-'));
  // Under root, the server runs as another account, which needs access to the directory.
  chmodSync(directory, 0o755);
  const settings = {
    fsync: 'off',
    full_page_writes: 'off',
    max_connections: '400',
    track_commit_timestamp: 'on',
    scram_iterations: '1',
  };
  const server = await startEmbeddedPostgres({ dataDir: directory, database: 'template', guard: true, settings });
  globalThis.testPostgres = { server, directory };
  await migrate(server.url);
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  // Digested anew with one iteration: 4,096 of them cost every one of some thousand connections milliseconds.
  const { username, password } = new URL(server.url);
  await client.query(`ALTER ROLE ${client.escapeIdentifier(username)} PASSWORD ${client.escapeLiteral(password)}`);
  await runMigrations(client, 'bullmq');
  await client.end();
  process.env['TEST_TEMPLATE_URL'] = server.url;
  process.env['TEST_OPERATORS'] = JSON.stringify(await demoOperators(directory, cheapOperatorSecrets));
  process.env['TEST_MEMBERS'] = JSON.stringify(await demoMembers(directory, cheapOperatorSecrets));
}
