import { migrationTarget, type MigrationTarget } from '../../../config/migrate.ts';
import type { Environment } from '../../../config/environment.ts';
import { connectTo, ORDINARY, type DatabaseClient } from '../../database/database-client.ts';
import { journalLines } from './journal.ts';
import { judged } from './judged.ts';
import { keyringLines } from './keyring.ts';
import { note, ok, reasonOf, unknown, wrong, type Line } from './line.ts';
import { addressLine, migrationLines, PLACE } from './migrations.ts';
import { rightsLines } from './rights.ts';
import { standbyLine } from './standby.ts';

/** The oldest PostgreSQL that the service supports, as `server_version_num`. */
const OLDEST = 150_000;
/** Seconds by which clocks may differ: proofs of phones are judged within 60, and time steps of 30. */
const CLOCK_SECONDS = 5;
/** Connections of one process beside its pool: of the queues and of readiness. */
const OTHER_CONNECTIONS = 15;
/** Milliseconds in which each part must be known. */
const PART_MS = 20_000;

interface Facts {
  /** Server and database. */
  place: string;
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

const FACTS = `SELECT ${PLACE} AS place, current_setting('server_version') AS version,
    current_setting('server_version_num')::int AS "versionNumber", current_user AS role,
    (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) AS "isSuperuser", current_schema() AS schema,
    current_setting('transaction_read_only') = 'on' AS "isReadOnly", current_setting('server_encoding') AS encoding,
    (1000 * extract(epoch FROM clock_timestamp()))::float8 AS now,
    current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
      - coalesce(current_setting('reserved_connections', true)::int, 0) AS most,
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
    const { target, lines: poolers } = await poolerLines(environment);
    const parts = await Promise.all([
      judged('database rights', PART_MS, () => rightsLines(client, facts, environment)),
      judged('migrations', PART_MS, () => migrationLines(environment, target)),
      judged('database addresses', PART_MS, () => addressLines(environment, target, facts.place)),
      judged('DATABASE_READ_URL', PART_MS, () => standbyLines(environment, client)),
      judged('journal', PART_MS, () => journalLines(environment)),
      judged('keyring', PART_MS, () => keyringLines(environment)),
    ]);
    return [
      ...versionLines(facts, connectedMs),
      ...clockLines(clock),
      ...connectionLines(facts, environment),
      ...poolers,
      ...parts.flat(),
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

/**
 * Whether what needs a session has one, and where a start looks for its migrations. With `MIGRATE_ON_START=false` a start does
 * not use the owner's address.
 */
async function poolerLines(environment: Environment): Promise<{ lines: Line[]; target: MigrationTarget | undefined }> {
  const { MIGRATION_DATABASE_URL: _owner, ...others } = environment;
  try {
    const target = await migrationTarget(environment.MIGRATE_ON_START ? environment : (others as Environment));
    return { target, lines: [ok('poolers', 'the queue, LISTEN and migrations have sessions of their own')] };
  } catch (error) {
    const todo = 'See “Poolers, hosts and silent networks” in the guide Operation.';
    return { target: undefined, lines: [wrong('poolers', reasonOf(error), todo)] };
  }
}

async function standbyLines({ DATABASE_READ_URL }: Environment, primary: DatabaseClient): Promise<Line[]> {
  return DATABASE_READ_URL === undefined ? [] : [await standbyLine(DATABASE_READ_URL, primary)];
}

/** The addresses that have to lead to the same database, each with the role that it logs in as. */
function addressLines(
  { QUEUE_DATABASE_URL, MIGRATION_DATABASE_URL, MIGRATE_ON_START, REDIS_URL }: Environment,
  target: MigrationTarget | undefined,
  place: string,
): Promise<Line[]> {
  const hasQueue = !REDIS_URL;
  // Where the owner's address leads to a pooler too, a start takes the direct one.
  const owner = (MIGRATE_ON_START && target?.owner) || MIGRATION_DATABASE_URL;
  const lines: Promise<Line>[] = [];
  if (QUEUE_DATABASE_URL !== undefined)
    lines.push(addressLine('QUEUE_DATABASE_URL', QUEUE_DATABASE_URL, { place, owns: false, hasQueue }));
  if (MIGRATION_DATABASE_URL !== undefined && owner !== undefined)
    lines.push(addressLine('MIGRATION_DATABASE_URL', owner, { place, owns: true, hasQueue }));
  return Promise.all(lines);
}
