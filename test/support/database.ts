import { randomBytes } from 'node:crypto';
import pg from 'pg';

/** A separate database for one test file. */
export interface TestDatabase {
  url: string;
  pool: pg.Pool;
  drop(): Promise<void>;
}

/**
 * Clones the migrated template. Its files are copied as they are, because to write every page to the log takes five times
 * the processor time.
 */
export async function createTestDatabase(): Promise<TestDatabase> {
  const template = new URL(process.env['TEST_TEMPLATE_URL'] ?? '');
  const name = `test_${randomBytes(6).toString('hex')}`;
  await asAdmin(template, `CREATE DATABASE ${name} TEMPLATE ${template.pathname.slice(1)} STRATEGY file_copy`);
  const url = new URL(template);
  url.pathname = `/${name}`;
  // Connections stay: a new one costs more than all that a test asks over it.
  const pool = new pg.Pool({ connectionString: url.href, max: 4, idleTimeoutMillis: 0 });
  pool.on('error', () => undefined);
  return {
    url: url.href,
    pool,
    drop: async () => {
      await pool.end();
      await asAdmin(template, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    },
  };
}

async function asAdmin(template: URL, sql: string): Promise<void> {
  const admin = new URL(template);
  admin.pathname = '/postgres';
  const client = new pg.Client({ connectionString: admin.href });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
