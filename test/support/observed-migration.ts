import type pg from 'pg';
import type { QueryRunner } from 'typeorm';
import { LOCK_MS } from '../../migrations/briefly.ts';
import { BUSY_TABLES, LOCK_MODES, type DeclaredMigration, type LockMode } from '../../migrations/locks.ts';

/** What one transaction did to tables that were there before the migration. */
interface Unit {
  /** The strongest mode that it held, by table. */
  held: Map<string, LockMode>;
  /** Tables whose rows it read or rewrote. */
  worked: Set<string>;
  hasLockTimeout: boolean;
}

/** The held locks, the counted scans and the files of all tables; of a partition, those of its root. */
const TABLES = `
  SELECT coalesce(root.relname, c.relname) AS name,
    coalesce(string_agg(l.modes, ','), '') AS modes,
    sum(coalesce(s.seq_scan, 0) + coalesce(s.idx_scan, 0))::int AS scans,
    string_agg(pg_relation_filenode(c.oid)::text, ',' ORDER BY c.oid) AS files
  FROM pg_class c
    LEFT JOIN pg_class root ON root.oid = pg_partition_root(c.oid)
    LEFT JOIN LATERAL (
      SELECT string_agg(mode, ',') AS modes FROM pg_locks
      WHERE relation = c.oid AND pid = pg_backend_pid() AND locktype = 'relation'
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    ) l ON true
    LEFT JOIN pg_stat_xact_user_tables s ON s.relid = c.oid
  WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
  GROUP BY 1`;

interface TableRow {
  name: string;
  /** Separated by commas. */
  modes: string;
  scans: number;
  files: string | null;
}

const COLUMNS = `SELECT c.relname AS table, a.attname AS column, format_type(a.atttypid, a.atttypmod) AS type,
    a.attnotnull AS "isRequired", a.atthasdef OR a.attidentity <> '' AS "hasDefault"
  FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition`;

interface ColumnRow {
  table: string;
  column: string;
  type: string;
  isRequired: boolean;
  hasDefault: boolean;
}

/**
 * Runs a migration on an otherwise unused database, as `migrate` does, and returns a sentence for each rule that it breaks.
 * PostgreSQL itself says which locks each transaction holds, which tables it scans and which files it replaces.
 */
export async function faultsOf(migration: DeclaredMigration, client: pg.Client): Promise<string[]> {
  const before = (await client.query<ColumnRow>(COLUMNS)).rows;
  const units = await observe(migration, client);
  const after = (await client.query<ColumnRow>(COLUMNS)).rows;
  return [
    ...undeclaredLocks(migration, units),
    ...units.flatMap((unit) => longLocks(migration, unit)),
    ...(migration.removes === undefined ? removals(before, after) : []),
  ];
}

async function observe(migration: DeclaredMigration, client: pg.Client): Promise<Unit[]> {
  if (migration.transaction === false) return observeStatements(migration, client);
  const unit = await observed(client, `SET LOCAL lock_timeout = ${LOCK_MS}`, async () => {
    await migration.up({ query: (sql: string) => client.query(sql) } as unknown as QueryRunner);
  });
  return [unit];
}

/** Each statement is a transaction of its own. */
async function observeStatements(migration: DeclaredMigration, client: pg.Client): Promise<Unit[]> {
  const units: Unit[] = [];
  const query = async (sql: string): Promise<unknown> => {
    if (/^\s*(SET|RESET)\s/i.test(sql)) return client.query(sql);
    if (/\sCONCURRENTLY\s/i.test(sql)) {
      units.push(await concurrently(client, sql));
      return client.query(sql);
    }
    let rows: unknown[] = [];
    units.push(await observed(client, 'SELECT 1', async () => ({ rows } = await client.query(sql))));
    return rows;
  };
  await migration.up({ query } as unknown as QueryRunner);
  return units;
}

/** Such a statement runs in no transaction, so its lock is the one of PostgreSQL's manual. */
async function concurrently(client: pg.Client, sql: string): Promise<Unit> {
  const built = /\sINDEX\s+CONCURRENTLY\s+(?:IF NOT EXISTS\s+)?\w+\s+ON\s+(\w+)/i.exec(sql)?.[1];
  const dropped = /DROP\s+INDEX\s+CONCURRENTLY\s+(?:IF EXISTS\s+)?(\w+)/i.exec(sql)?.[1];
  const { rows } = await client.query<{ tablename: string }>('SELECT tablename FROM pg_indexes WHERE indexname = $1', [
    dropped,
  ]);
  const table = built ?? rows[0]?.tablename;
  const held = new Map<string, LockMode>(table === undefined ? [] : [[table, 'SHARE UPDATE EXCLUSIVE']]);
  return { held, worked: new Set(), hasLockTimeout: false };
}

async function observed(client: pg.Client, first: string, work: () => Promise<unknown>): Promise<Unit> {
  const tables = async () => new Map((await client.query<TableRow>(TABLES)).rows.map((row) => [row.name, row]));
  await client.query('BEGIN');
  try {
    await client.query(first);
    const before = await tables();
    await work();
    const after = await tables();
    const { rows } = await client.query<{ lock_timeout: string }>('SHOW lock_timeout');
    await client.query('COMMIT');
    const unit: Unit = { held: new Map(), worked: new Set(), hasLockTimeout: rows[0]?.lock_timeout !== '0' };
    for (const [name, { modes, scans, files }] of after) {
      const earlier = before.get(name);
      if (!earlier) continue;
      const mode = strongest(modes.split(',').map(modeOf));
      if (mode) unit.held.set(name, mode);
      if (scans > earlier.scans || files !== earlier.files) unit.worked.add(name);
    }
    return unit;
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  }
}

/** `AccessExclusiveLock` as it is written in a statement. */
function modeOf(name: string): string {
  return name
    .replace(/Lock$/, '')
    .replace(/(?<=[a-z])(?=[A-Z])/g, ' ')
    .toUpperCase();
}

function strongest(modes: readonly string[]): LockMode | undefined {
  return LOCK_MODES.toReversed().find((mode) => modes.includes(mode));
}

function undeclaredLocks({ locks }: DeclaredMigration, units: readonly Unit[]): string[] {
  const tables = new Set([...locks.map(({ table }) => table), ...units.flatMap(({ held }) => [...held.keys()])]);
  return [...tables].sort().flatMap((table) => {
    const held = strongest(units.flatMap((unit) => unit.held.get(table) ?? []));
    const declared = strongest(locks.filter((one) => one.table === table).map(({ mode }) => mode));
    return held === declared ? [] : [`${table}: takes ${held ?? 'no lock'}, declares ${declared ?? 'no lock'}`];
  });
}

/** A lock that writers wait for lasts as long as its transaction. */
function longLocks({ locks }: DeclaredMigration, { held, worked, hasLockTimeout }: Unit): string[] {
  const strong = [...held].filter(([table, mode]) => BUSY_TABLES.has(table) && mode !== 'SHARE UPDATE EXCLUSIVE');
  const few = new Set(locks.filter(({ fewRows }) => fewRows !== undefined).map(({ table }) => table));
  const busyWork = [...worked].filter((table) => BUSY_TABLES.has(table) && !few.has(table)).sort();
  return strong.flatMap(([table, mode]) => [
    ...(hasLockTimeout ? [] : [`${table}: waits for ${mode} without lock_timeout; use briefly()`]),
    ...busyWork.map((other) => `${table}: ${mode} is held while the rows of ${other} are read or rewritten`),
  ]);
}

/** What a process of the release before may not find or cannot write any more. */
function removals(before: readonly ColumnRow[], after: readonly ColumnRow[]): string[] {
  const nameOf = ({ table, column }: ColumnRow) => `${table}.${column}`;
  const now = new Map(after.map((one) => [nameOf(one), one]));
  const then = new Map(before.map((one) => [nameOf(one), one]));
  const oldTables = new Set(before.map(({ table }) => table));
  const gone = before.flatMap((one) => {
    const left = now.get(nameOf(one));
    if (!left) return [`${nameOf(one)}: is gone, and the migration does not say in which release it was used last`];
    return left.type === one.type ? [] : [`${nameOf(one)}: ${one.type} becomes ${left.type}`];
  });
  const required = after
    .filter((one) => oldTables.has(one.table) && one.isRequired && !one.hasDefault)
    .filter((one) => then.get(nameOf(one))?.isRequired !== true)
    .map((one) => `${nameOf(one)}: is required, and the release before does not write it`);
  return [...gone, ...required];
}
