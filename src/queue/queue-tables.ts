import { assertSchemaCompatibility, LATEST_SCHEMA_VERSION, runMigrations, SchemaMigrationRequiredError } from 'bullmq';
import { connectTo, ORDINARY, UNLIMITED } from '../database/database-client.ts';
import { grantUse, roleOf } from '../database/grant-use.ts';
import { SCHEMA } from './queue-backend.ts';

type Client = Awaited<ReturnType<typeof connectTo>>;

/** The versions of BullMQ's tables: of those in the database, 0 for none, and of those that this release needs. */
export interface QueueVersions {
  present: number;
  needed: number;
}

/** Reads the version of the queue's tables on PostgreSQL. `url` leads to a session of its own. */
export async function queueVersions(url: string): Promise<QueueVersions> {
  const client = await connectTo(url, ORDINARY);
  try {
    return { present: await versionOf(client), needed: LATEST_SCHEMA_VERSION };
  } finally {
    await client.end();
  }
}

async function versionOf(client: Client): Promise<number> {
  try {
    return await assertSchemaCompatibility(client, SCHEMA);
  } catch (error) {
    if (error instanceof SchemaMigrationRequiredError) return 0;
    throw error;
  }
}

/**
 * Creates the queue's tables on PostgreSQL, or brings them up to date, as the role of `url`, which owns them. The role of
 * each URL in `users` gets their use. One attempt: it rejects when a lock is not had within `lockMs` milliseconds.
 */
export async function migrateQueue(url: string, users: readonly string[], lockMs: number): Promise<void> {
  const client = await connectTo(url, UNLIMITED);
  try {
    // Processes of a release before take turns by this lock alone, and hold it until their grants are done.
    await client.query('SELECT pg_advisory_lock(7074830133)');
    if ((await versionOf(client)) < LATEST_SCHEMA_VERSION) {
      await client.query(`SET lock_timeout = ${lockMs}`);
      await runMigrations(client, SCHEMA);
      await client.query('RESET lock_timeout');
    }
    const query = async <Row>(sql: string, values?: unknown[]) => (await client.query(sql, values)).rows as Row[];
    for (const role of new Set(await Promise.all(users.map(roleOf)))) {
      // BullMQ creates a sequence for every queue.
      await grantUse(query, { schema: SCHEMA, role, mayCreate: true });
    }
  } finally {
    await client.end();
  }
}
