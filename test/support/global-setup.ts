import { chmodSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runMigrations } from 'bullmq';
import pg from 'pg';
import { migrate } from '../../config/data-source.ts';
import { demoOperators } from '../../src/embedded/demo.ts';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../src/embedded/embedded-postgres.ts';
import { cheapOperatorSecrets } from './operator-secrets.ts';

declare global {
  // The teardown stops and removes it.
  var testPostgres: { server: EmbeddedPostgres; directory: string } | undefined;
}

/** One throw-away PostgreSQL a run, with one migrated database that every test file clones. */
export default async function globalSetup(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'pushguard-test-'));
  // As root, the server runs under another account, which has to reach it.
  chmodSync(directory, 0o755);
  const settings = { fsync: 'off', full_page_writes: 'off', max_connections: '400', track_commit_timestamp: 'on' };
  const server = await startEmbeddedPostgres({ dataDir: directory, database: 'template', guard: true, settings });
  globalThis.testPostgres = { server, directory };
  await migrate(server.url);
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  await runMigrations(client, 'bullmq');
  await client.end();
  process.env['TEST_TEMPLATE_URL'] = server.url;
  process.env['TEST_OPERATORS'] = JSON.stringify(await demoOperators(directory, cheapOperatorSecrets));
}
