import { dataSourceOptions } from '../../../config/data-source.ts';
import type { Environment } from '../../../config/environment.ts';
import { parseKeyring } from '../../crypto/keyring.ts';
import { connectTo, ORDINARY, type DatabaseClient } from '../../database/database-client.ts';
import { requireSessions } from '../../database/pooler.ts';
import { journalIsAhead } from '../../journal/require-unrestored.ts';
import { redisFacts } from '../../queue/redis-facts.ts';
import { DEVICE_COLUMNS, LONG_LIVED_COLUMNS } from '../keys/encrypted-columns.ts';
import { note, ok, reasonOf, unknown, wrong, type Line } from './line.ts';

/** The oldest PostgreSQL that the service supports, as `server_version_num`. */
const OLDEST = 150_000;
/** Seconds by which clocks may differ: proofs of phones are judged within 60, and time steps of 30. */
const CLOCK_SECONDS = 5;
/** Connections of one process beside its pool: of the queues and of readiness. */
const OTHER_CONNECTIONS = 15;
/** A table with more rows is looked at by a sample of about as many. */
const SAMPLE_ROWS = 200_000;

interface Facts {
  version: string;
  versionNumber: number;
  role: string;
  isSuperuser: boolean;
  schema: string | null;
  isReadOnly: boolean;
  encoding: string;
  now: number;
  most: number;
  used: number;
  mostOfRole: number;
  usedByRole: number;
  isDurable: boolean;
}

const FACTS = `SELECT current_setting('server_version') AS version,
    current_setting('server_version_num')::int AS "versionNumber", current_user AS role,
    (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) AS "isSuperuser", current_schema() AS schema,
    current_setting('transaction_read_only') = 'on' AS "isReadOnly", current_setting('server_encoding') AS encoding,
    (1000 * extract(epoch FROM clock_timestamp()))::float8 AS now,
    current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int AS most,
    (SELECT count(*)::int FROM pg_stat_activity WHERE datid IS NOT NULL OR backend_type = 'walsender') AS used,
    (SELECT rolconnlimit FROM pg_roles WHERE rolname = current_user) AS "mostOfRole",
    (SELECT count(*)::int FROM pg_stat_activity WHERE usename = current_user) AS "usedByRole",
    current_setting('fsync') = 'on' AND current_setting('full_page_writes') = 'on'
      AND current_setting('synchronous_commit') <> 'off' AS "isDurable"`;

/** Looks at the database as the role of the service sees it. */
export async function databaseLines(environment: Environment): Promise<Line[]> {
  const { DATABASE_URL = '' } = environment;
  const begun = performance.now();
  let client: DatabaseClient;
  try {
    client = await connectTo(DATABASE_URL, ORDINARY);
  } catch (error) {
    return [wrong('database', `cannot be reached: ${reasonOf(error)}`, 'Correct DATABASE_URL, or start PostgreSQL.')];
  }
  const connectedMs = Math.round(performance.now() - begun);
  try {
    const asked = Date.now();
    const [facts] = (await client.query<Facts>(FACTS)).rows;
    if (!facts) return [unknown('database', 'says nothing about itself', 'Look at its log.')];
    const clock = facts.now - (asked + Date.now()) / 2;
    return [
      ...versionLines(facts, connectedMs),
      ...clockLines(clock),
      ...connectionLines(facts, environment),
      ...(await rightsLines(client, facts, environment)),
      ...(await migrationLines(client)),
      ...(await poolerLines(environment)),
      ...(await keyringLines(client, environment)),
    ];
  } finally {
    void client.end().catch(() => undefined);
  }
}

function versionLines({ version, versionNumber, schema, isReadOnly, encoding, isDurable }: Facts, ms: number): Line[] {
  const lines = [
    versionNumber >= OLDEST
      ? ok('database', `PostgreSQL ${version}, connected in ${ms} ms; no extension is needed`)
      : wrong('database', `PostgreSQL ${version} is too old`, 'Upgrade it to 15 or newer.'),
  ];
  const add = (isFine: boolean, line: Line) => {
    if (!isFine) lines.push(line);
  };
  add(
    !isReadOnly,
    wrong(
      'database writes',
      'are refused: it is a standby, or set to read only',
      'Let DATABASE_URL lead to the primary.',
    ),
  );
  add(
    schema === 'public',
    wrong(
      'search_path',
      `leads to ${schema ?? 'no schema'} first`,
      'ALTER ROLE … SET search_path = public, for the role of DATABASE_URL.',
    ),
  );
  add(encoding === 'UTF8', wrong('database encoding', `is ${encoding}`, 'Create the database with ENCODING UTF8.'));
  add(
    isDurable,
    note(
      'database durability',
      'fsync, full_page_writes or synchronous_commit is off: a crash can lose what was answered',
      'Switch all three on in production.',
    ),
  );
  return lines;
}

function clockLines(ms: number): Line[] {
  const says = `the database is ${Math.abs(Math.round(ms))} ms ${ms < 0 ? 'behind' : 'ahead of'} this machine`;
  const isFine = Math.abs(ms) <= 1_000 * CLOCK_SECONDS;
  return [isFine ? ok('clock', says) : wrong('clock', says, 'Synchronise both by NTP, here and on the database.')];
}

function connectionLines({ most, used, mostOfRole, usedByRole }: Facts, { DATABASE_POOL }: Environment): Line[] {
  const ofRole = mostOfRole < 0 ? Infinity : mostOfRole - usedByRole;
  const free = Math.min(most - used, ofRole);
  const needed = DATABASE_POOL + OTHER_CONNECTIONS;
  const says = `${free} are free, and one process takes up to ${needed}`;
  if (free >= needed) return [ok('database connections', says)];
  const todo = 'Raise max_connections (or the limit of the role), lower DATABASE_POOL, or put a pooler in front.';
  return [free > 2 ? note('database connections', says, todo) : wrong('database connections', says, todo)];
}

/** Tables in which the service adds rows and changes none, or does neither. */
const NOT_DELETED = ['audit_entries', 'audit_head', 'journal_mark', 'migrations'];

async function rightsLines(
  client: DatabaseClient,
  { role, isSuperuser }: Facts,
  { MIGRATION_DATABASE_URL: owner }: Environment,
): Promise<Line[]> {
  const { rows } = await client.query<{ name: string; lacks: boolean; mayChangeAudit: boolean }>(
    `SELECT c.relname AS name,
        NOT (has_table_privilege(c.oid, 'SELECT') AND (c.relname = ANY($1)
          OR has_table_privilege(c.oid, 'INSERT') AND has_table_privilege(c.oid, 'UPDATE')
            AND has_table_privilege(c.oid, 'DELETE'))) AS lacks,
        c.relname = 'audit_entries' AND has_table_privilege(c.oid, 'UPDATE') AS "mayChangeAudit"
      FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') ORDER BY 1`,
    [NOT_DELETED],
  );
  const lacking = rows.filter(({ lacks }) => lacks).map(({ name }) => name);
  if (lacking.length > 0) {
    const some = lacking.slice(0, 3).join(', ') + (lacking.length > 3 ? ` and ${lacking.length - 3} more` : '');
    return [
      wrong(
        'database rights',
        `${role} may not use ${some}`,
        'Start the service once with MIGRATION_DATABASE_URL, or grant them.',
      ),
    ];
  }
  if (!isSuperuser && !rows.some(({ mayChangeAudit }) => mayChangeAudit))
    return [ok('database rights', `${role} uses the tables, and cannot change the audit`)];
  const says = isSuperuser ? `${role} is a superuser` : `${role} owns the tables, and could change the audit`;
  const todo = 'Give DATABASE_URL a plain role, and the owner to MIGRATION_DATABASE_URL.';
  return [owner === undefined ? note('database rights', says, todo) : wrong('database rights', says, todo)];
}

async function migrationLines(client: DatabaseClient): Promise<Line[]> {
  const { migrations = [] } = dataSourceOptions('');
  const known = (migrations as readonly { name: string }[]).map(({ name }) => name);
  const { rows: tables } = await client.query<{ isThere: boolean }>(
    `SELECT to_regclass('public.migrations') IS NOT NULL AS "isThere"`,
  );
  const applied = tables[0]?.isThere
    ? (await client.query<{ name: string }>('SELECT name FROM migrations')).rows.map(({ name }) => name)
    : [];
  const waiting = known.filter((name) => !applied.includes(name)).length;
  const newer = applied.filter((name) => !known.includes(name)).length;
  if (newer > 0)
    return [
      note(
        'migrations',
        `${newer} are of a newer version than this one`,
        'Run the version that the other processes run.',
      ),
    ];
  if (waiting === 0) return [ok('migrations', `all ${known.length} are applied`)];
  return [note('migrations', `${waiting} of ${known.length} wait`, 'The next start of a process applies them.')];
}

async function poolerLines(environment: Environment): Promise<Line[]> {
  const { DATABASE_URL = '', QUEUE_DATABASE_URL = DATABASE_URL, JOURNAL_FILE, NODE_ENV } = environment;
  const lines: Line[] = [];
  try {
    await requireSessions(environment);
    lines.push(ok('poolers', 'the queue, LISTEN and migrations have sessions of their own'));
  } catch (error) {
    lines.push(wrong('poolers', reasonOf(error), 'See “Poolers, hosts and silent networks” in the guide Operation.'));
  }
  if (JOURNAL_FILE === undefined) {
    const says = 'JOURNAL_FILE is not set: a restored database cannot close again what was closed after the backup';
    const todo = 'Set JOURNAL_FILE in production.';
    return [...lines, ...(NODE_ENV === 'production' ? [note('journal', says, todo)] : [])];
  }
  try {
    const ahead = await journalIsAhead(QUEUE_DATABASE_URL, JOURNAL_FILE);
    const todo = 'Run npm run after-restore before the service starts.';
    lines.push(ahead === undefined ? ok('journal', 'agrees with the database') : wrong('journal', ahead, todo));
  } catch (error) {
    lines.push(
      unknown('journal', `cannot be compared: ${reasonOf(error)}`, 'Look at JOURNAL_FILE and at the database.'),
    );
  }
  return lines;
}

/** Whether the keyring has every key under which the database has rows. */
async function keyringLines(client: DatabaseClient, { KEYRING }: Environment): Promise<Line[]> {
  if (KEYRING === undefined) return [];
  const ring = parseKeyring(KEYRING);
  const known = new Set(ring.field.map(({ kid }) => kid));
  const { rows: sizes } = await client.query<{ name: string; rows: number }>(
    `SELECT relname AS name, reltuples::float8 AS rows FROM pg_class
      WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')`,
  );
  const sizeOf = new Map(sizes.map(({ name, rows }) => [name, rows]));
  const missing: string[] = [];
  let isSampled = false;
  for (const { table, column } of [...LONG_LIVED_COLUMNS, ...DEVICE_COLUMNS]) {
    const size = sizeOf.get(table);
    if (size === undefined) continue;
    const sampled = size > SAMPLE_ROWS;
    isSampled ||= sampled;
    const sample = sampled ? `TABLESAMPLE SYSTEM (${((100 * SAMPLE_ROWS) / size).toFixed(6)})` : '';
    const { rows } = await client.query<{ kid: string }>(
      `SELECT DISTINCT encode(substring(${column} FROM 2 FOR get_byte(${column}, 0)), 'escape') AS kid
        FROM ${table} ${sample} WHERE octet_length(${column}) > 0`,
    );
    for (const { kid } of rows) if (!known.has(kid)) missing.push(`${table}.${column} under ${kid.slice(0, 32)}`);
  }
  const says = `has the key of every row${isSampled ? ' (large tables by a sample)' : ''}; ${known.size} of field, ${ring.signing.length} of signing`;
  if (missing.length === 0) return [ok('keyring', says)];
  return [
    wrong(
      'keyring',
      `lacks keys: rows of ${missing.slice(0, 3).join(', ')} cannot be read`,
      'Put the key back into KEYRING, or give the keyring of this database.',
    ),
  ];
}

/** Looks at the queue. On PostgreSQL it is part of the database. */
export async function queueLines({ REDIS_URL, DATABASE_URL, QUEUE_DATABASE_URL }: Environment): Promise<Line[]> {
  if (REDIS_URL) return redisLines(REDIS_URL);
  const url = QUEUE_DATABASE_URL ?? DATABASE_URL;
  if (url === undefined) return [];
  const client = await connectTo(url, ORDINARY);
  try {
    const { rows } = await client.query<{ isThere: boolean; mayUse: boolean | null }>(
      `SELECT to_regnamespace('bullmq') IS NOT NULL AS "isThere", has_schema_privilege(to_regnamespace('bullmq'), 'USAGE') AS "mayUse"`,
    );
    const [schema] = rows;
    if (!schema?.isThere) return [note('queue', 'on PostgreSQL; it is not created yet', 'The first start creates it.')];
    if (schema.mayUse) return [ok('queue', 'on PostgreSQL, in its own schema')];
    return [
      wrong('queue', 'the role may not use the schema bullmq', 'Start the service once with MIGRATION_DATABASE_URL.'),
    ];
  } finally {
    void client.end().catch(() => undefined);
  }
}

async function redisLines(url: string): Promise<Line[]> {
  try {
    const { product, version, policy, isCluster, isReplica } = await redisFacts(url);
    const lines = [ok('queue', `on ${product} ${version}${isCluster ? ', a cluster' : ''}`)];
    if (isReplica) lines.push(wrong('queue writes', 'are refused by a replica', 'Let REDIS_URL lead to the primary.'));
    if (policy !== undefined && policy !== 'noeviction')
      lines.push(
        wrong('queue memory', `maxmemory-policy is ${policy}, which loses jobs`, 'Set maxmemory-policy to noeviction.'),
      );
    return lines;
  } catch (error) {
    return [wrong('queue', `does not answer: ${reasonOf(error)}`, 'Correct REDIS_URL, or start it.')];
  }
}
