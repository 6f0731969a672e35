import { setTimeout as delay } from 'node:timers/promises';
import { DataSource, type Migration, MigrationExecutor, type QueryRunner } from 'typeorm';
import { isLockRefused, LOCK_MS, untilLocked } from '../migrations/briefly.ts';
import type { DeclaredMigration } from '../migrations/locks.ts';
import { connectTo, ORDINARY, UNLIMITED } from '../src/database/database-client.ts';
import { grantUse, roleOf } from '../src/database/grant-use.ts';
import { requireSessions } from '../src/database/pooler.ts';
import { namingVariable } from '../src/process/variable-at-fault.ts';
import { migrateQueue, type QueueVersions, queueVersions } from '../src/queue/queue-tables.ts';
import { dataSourceOptions, timestampOf } from './data-source.ts';
import type { Environment } from './environment.ts';

/** The service's rights on tables whose rows it may not change freely. */
export const RESTRICTED_TABLES = {
  audit_entries: 'SELECT, INSERT',
  audit_head: 'SELECT, INSERT, UPDATE',
  journal_mark: 'SELECT, UPDATE',
  migrations: 'SELECT',
};

/** Functions that keep the partitions, which only the owner of the tables may create and drop. */
export const PARTITION_FUNCTIONS = ['add_partition', 'drop_partition'];

/** Milliseconds between two questions for the turn to migrate. */
const TURN_MS = 250;

/** Takes a sentence about what is being done. */
type Tell = (step: string) => void;

interface Migrating {
  /** URLs whose roles get the rights to use the tables, and no more. */
  users?: readonly string[];
  /** The queue is on this database too, and its tables are migrated with the others. */
  hasQueue?: boolean;
  tell?: Tell;
  /** Takes a sentence about each migration that was applied. */
  tellEach?: Tell;
}

/**
 * Takes the lock of migrations, or does not wait for it: a statement that waits has a snapshot, and an index that another
 * process builds concurrently waits for the end of every older snapshot.
 */
async function isTurn(query: <Row>(sql: string) => Promise<Row[]>): Promise<boolean> {
  // Any constant works if every process uses the same one.
  const [answer] = await query<{ isTurn: boolean }>('SELECT pg_try_advisory_lock(7074830131) AS "isTurn"');
  return answer?.isTurn === true;
}

/**
 * Migrates a database to the present schema, one migration after the other. Safe in several processes at once: they wait for
 * one another. The role of `url` owns the tables, and `url` must lead to a session of its own.
 *
 * No change waits longer than a second for a table (`LOCK_MS`), because the statements behind it wait as long. It then gives
 * up what it holds, lets them run, and tries again for ten minutes. Rejects with an error that names the migration; those
 * before it stay applied.
 */
export async function migrate(url: string, options: Migrating = {}): Promise<void> {
  const { users = [], hasQueue = false, tell = () => undefined, tellEach = () => undefined } = options;
  // A migration is SQL and knows no entity.
  const source = await new DataSource({
    ...dataSourceOptions(url, 2, { limits: UNLIMITED }),
    entities: [],
  }).initialize();
  const runner = source.createQueryRunner();
  try {
    const query = async <Row>(sql: string, values?: unknown[]) => (await runner.query(sql, values)) as Row[];
    if (!(await isTurn(query))) {
      tell('Another process migrates this database; waiting for it …');
      while (!(await isTurn(query))) await delay(TURN_MS);
    }
    await new OneByOne(source, runner).apply(tell, tellEach);
    for (const role of new Set(await Promise.all(users.map(roleOf)))) {
      await grantUse(query, {
        schema: 'public',
        role,
        restrictedTables: RESTRICTED_TABLES,
        functions: PARTITION_FUNCTIONS,
      });
    }
    if (hasQueue) await untilLocked(() => migrateQueue(url, users, LOCK_MS));
  } finally {
    await runner.release();
    await source.destroy();
  }
}

/** Applies migrations one at a time. */
class OneByOne extends MigrationExecutor {
  constructor(
    source: DataSource,
    private readonly runner: QueryRunner,
  ) {
    super(source, runner);
  }

  async apply(tell: Tell, tellEach: Tell): Promise<void> {
    const waiting = await this.getPendingMigrations();
    if (waiting.length === 0) return;
    tell(`Applying ${waiting.length} migrations to the database …`);
    await this.createMigrationsTableIfNotExist(this.runner);
    for (const migration of waiting) {
      const startedAt = performance.now();
      try {
        await this.applyOne(migration, tell);
      } catch (error) {
        throw namedBy(migration, error);
      }
      tellEach(`${migration.name}: applied in ${((performance.now() - startedAt) / 1_000).toFixed(1)} s`);
    }
  }

  private async applyOne(migration: Migration, tell: Tell): Promise<void> {
    const { runner } = this;
    const { instance, name } = migration;
    if (!instance) throw new Error('has no statements');
    const told = tellingOfWaits(runner, () => {
      tell(`${name}: a table is in use and was not had within ${LOCK_MS} ms; its users go on, then it is tried again`);
    });
    // Such a migration gives up its own waits, by `briefly`, and resumes what was interrupted.
    if (instance.transaction === false) {
      await instance.up(told);
      await this.insertMigration(migration);
      return;
    }
    await untilLocked(async () => {
      await runner.startTransaction();
      try {
        await runner.query(`SET LOCAL lock_timeout = ${LOCK_MS}`);
        await instance.up(told);
        await this.insertMigration(migration);
        await runner.commitTransaction();
      } catch (error) {
        // On a connection that broke, the first error says why.
        await runner.rollbackTransaction().catch(() => undefined);
        throw error;
      }
    });
  }
}

/** The same runner, which also reports each lock that a statement did not get in time. */
function tellingOfWaits(runner: QueryRunner, onRefused: () => void): QueryRunner {
  const query = async (sql: string, values?: unknown[]): Promise<unknown> => {
    try {
      return await runner.query(sql, values);
    } catch (error) {
      if (isLockRefused(error)) onRefused();
      throw error;
    }
  };
  return Object.assign(Object.create(runner) as QueryRunner, { query });
}

function namedBy({ name }: Migration, error: unknown): Error {
  const { message, code } = error as Error & { code?: string };
  const why = isLockRefused(error)
    ? 'a table has been in use for ten minutes. End the long transaction (pg_stat_activity), then start again'
    : message;
  return Object.assign(new Error(`${name}: ${why}`, { cause: error }), { code });
}

/** A migration of this release, as it declares itself; older ones declare nothing. */
export type KnownMigration = { name: string } & Partial<
  Pick<DeclaredMigration, 'locks' | 'removes' | 'meanwhile' | 'transaction'>
>;

/** What a database has of this release. */
export interface MigrationState {
  applied: readonly KnownMigration[];
  waiting: readonly KnownMigration[];
  /** Names of migrations in the database that this release does not know: a newer one has been there. */
  newer: readonly string[];
  /** Null where the queue is on Redis. */
  queue: QueueVersions | null;
  /** Tables, views and functions that the role may not use: a run of `up` ended before it granted them. */
  denied: readonly string[];
}

/** Every migration of this release, in the order in which they are applied. */
export function knownMigrations(): KnownMigration[] {
  const { migrations } = dataSourceOptions('postgres://nowhere/none');
  const all = (migrations as (new () => DeclaredMigration)[]).map((Known) =>
    Object.assign(new Known(), { name: Known.name }),
  );
  return all.sort((one, other) => timestampOf(one) - timestampOf(other));
}

/** Compares the database with this release. Changes nothing, and needs no right but to read the table of migrations. */
export async function migrationState(url: string, { hasQueue }: { hasQueue: boolean }): Promise<MigrationState> {
  const { names, denied } = await recorded(url);
  const known = knownMigrations();
  return {
    applied: known.filter(({ name }) => names.has(name)),
    waiting: known.filter(({ name }) => !names.has(name)),
    newer: [...names].filter((name) => known.every((one) => one.name !== name)),
    queue: hasQueue ? await queueVersions(url) : null,
    denied,
  };
}

/**
 * What the owner of the tables has, and the connected role may not use: tables and views, but for partitions, which are used by
 * way of their tables, and those of extensions; and the functions that the service is granted.
 */
const DENIED = `WITH owner AS (SELECT relowner AS id FROM pg_class WHERE oid = 'public.migrations'::regclass)
  SELECT c.relname AS name FROM pg_class c JOIN owner ON c.relowner = owner.id
  WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v') AND NOT c.relispartition
    AND NOT has_table_privilege(c.oid, 'SELECT')
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
  UNION ALL
  SELECT p.proname FROM pg_proc p JOIN owner ON p.proowner = owner.id
  WHERE p.pronamespace = 'public'::regnamespace AND p.proname = ANY($1) AND NOT has_function_privilege(p.oid, 'EXECUTE')
  ORDER BY 1`;

async function recorded(url: string): Promise<{ names: Set<string>; denied: string[] }> {
  const client = await connectTo(url, ORDINARY);
  try {
    const found = await client.query<{ there: boolean }>(`SELECT to_regclass('migrations') IS NOT NULL AS there`);
    if (found.rows[0]?.there !== true) return { names: new Set(), denied: [] };
    const denied = (await client.query<{ name: string }>(DENIED, [PARTITION_FUNCTIONS])).rows.map(({ name }) => name);
    if (denied.includes('migrations')) return { names: new Set(), denied };
    const { rows } = await client.query<{ name: string }>('SELECT name FROM migrations ORDER BY id');
    return { names: new Set(rows.map(({ name }) => name)), denied };
  } finally {
    await client.end();
  }
}

/** True when this release cannot run on the database yet. */
export function isBehind({ waiting, queue, denied }: MigrationState): boolean {
  return waiting.length > 0 || denied.length > 0 || (queue !== null && queue.present < queue.needed);
}

/** Names the rights that wait. */
export function rightsTo(denied: readonly string[]): string {
  return `the right of the service to use ${denied.join(', ')}`;
}

/** Where the database of an environment is migrated, and for whom. */
export interface MigrationTarget {
  /** The URL of the role that owns the tables, with a session of its own. */
  owner: string;
  /** The URL of the service's role, with a session of its own. */
  service: string;
  users: readonly string[];
  hasQueue: boolean;
  /** The variable that `owner` comes from. */
  variable: string;
}

/** Reads the environment, and checks that its URLs lead to sessions. Throws an error of one line that names the variable. */
export async function migrationTarget(environment: Environment): Promise<MigrationTarget> {
  const { DATABASE_URL = '', QUEUE_DATABASE_URL = DATABASE_URL, REDIS_URL } = environment;
  const { owner } = await requireSessions(environment);
  const direct = environment.QUEUE_DATABASE_URL === undefined ? 'DATABASE_URL' : 'QUEUE_DATABASE_URL';
  return {
    owner: owner ?? QUEUE_DATABASE_URL,
    service: QUEUE_DATABASE_URL,
    users: owner === undefined ? [] : [DATABASE_URL, QUEUE_DATABASE_URL],
    hasQueue: REDIS_URL === undefined,
    variable: owner === undefined ? direct : 'MIGRATION_DATABASE_URL',
  };
}

/**
 * Migrates the database of an environment, as a process does at its start. With `MIGRATE_ON_START=false` it changes
 * nothing, needs no owner, and throws an error that names what waits.
 */
export async function migrateOnStart(environment: Environment, tell?: Tell): Promise<void> {
  if (environment.MIGRATE_ON_START) {
    const { owner, users, hasQueue, variable } = await migrationTarget(environment);
    await namingVariable(variable, () => migrate(owner, { users, hasQueue, ...(tell && { tell }) }));
    return;
  }
  const { MIGRATION_DATABASE_URL: _owner, ...others } = environment;
  const { service, hasQueue, variable } = await migrationTarget(others as Environment);
  const state = await namingVariable(variable, () => migrationState(service, { hasQueue }));
  if (!isBehind(state)) return;
  const names = state.waiting.map(({ name }) => name);
  if (state.queue !== null && state.queue.present < state.queue.needed) names.push('the tables of the queue');
  if (state.denied.length > 0) names.push(rightsTo(state.denied));
  throw new Error(
    `MIGRATE_ON_START is false, and the database is older than this version: ${names.join(', ')} wait. ` +
      'Run npm run migrate -- up as the owner of the tables; then this process can start',
  );
}
