import { randomBytes } from 'node:crypto';
import pg from 'pg';
import type { TestDatabase } from './database.ts';

/** An empty database whose owner is not a superuser, and a plain role that may connect to it. */
export interface DatabaseOfTwoRoles extends TestDatabase {
  ownerUrl: string;
  serviceUrl: string;
}

/** Creates the database. `url` and `pool` are the superuser's. */
export async function createDatabaseOfTwoRoles(): Promise<DatabaseOfTwoRoles> {
  const name = `roles_${randomBytes(6).toString('hex')}`;
  const [owner, service] = [`${name}_owner`, `${name}_service`];
  const admin = new pg.Client({ connectionString: urlOf('postgres') });
  await admin.connect();
  await admin.query(`CREATE ROLE ${owner} LOGIN PASSWORD '${name}'`);
  await admin.query(`CREATE ROLE ${service} LOGIN PASSWORD '${name}'`);
  await admin.query(`CREATE DATABASE ${name} OWNER ${owner}`);
  const url = urlOf(name);
  const pool = new pg.Pool({ connectionString: url, max: 4 });
  pool.on('error', () => undefined);
  return {
    url,
    pool,
    ownerUrl: urlOf(name, owner, name),
    serviceUrl: urlOf(name, service, name),
    drop: async () => {
      await pool.end();
      await admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      await admin.query(`DROP ROLE ${service}, ${owner}`);
      await admin.end();
    },
  };
}

function urlOf(database: string, role?: string, password?: string): string {
  const url = new URL(process.env['TEST_TEMPLATE_URL'] ?? '');
  url.pathname = `/${database}`;
  if (role !== undefined && password !== undefined) Object.assign(url, { username: role, password });
  return url.href;
}
