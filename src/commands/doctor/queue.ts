import type { Environment } from '../../../config/environment.ts';
import { connectTo, ORDINARY } from '../../database/database-client.ts';
import { queueVersions } from '../../queue/queue-tables.ts';
import { redisFacts } from '../../queue/redis-facts.ts';
import { ADDED_RIGHTS, isMissingRight, QUEUE_RULE, writeRefusal } from '../../queue/redis-rights.ts';
import { note, ok, reasonOf, wrong, type Line } from './line.ts';
import { howToGrant } from './migrations.ts';

/** What a start grants in the schema of the queue, where BullMQ creates a sequence for each queue. */
const RIGHTS = `SELECT to_regnamespace('bullmq') IS NOT NULL AS "isThere",
    has_schema_privilege(to_regnamespace('bullmq'), 'USAGE') AND has_schema_privilege(to_regnamespace('bullmq'), 'CREATE')
      AS "mayUse",
    (SELECT min(c.relname) FROM pg_class c
      WHERE c.relnamespace = to_regnamespace('bullmq') AND c.relkind IN ('r', 'p') AND NOT c.relispartition
        AND NOT (has_table_privilege(c.oid, 'SELECT') AND has_table_privilege(c.oid, 'INSERT')
          AND has_table_privilege(c.oid, 'UPDATE') AND has_table_privilege(c.oid, 'DELETE'))) AS lacking`;

interface Rights {
  isThere: boolean;
  mayUse: boolean | null;
  lacking: string | null;
}

/** Looks at the queue. On PostgreSQL it is part of the database. */
export async function queueLines(environment: Environment): Promise<Line[]> {
  const { REDIS_URL, DATABASE_URL, QUEUE_DATABASE_URL = DATABASE_URL } = environment;
  if (REDIS_URL) return redisLines(REDIS_URL);
  if (QUEUE_DATABASE_URL === undefined) return [];
  return postgresLines(QUEUE_DATABASE_URL, environment);
}

async function postgresLines(url: string, environment: Environment): Promise<Line[]> {
  const { MIGRATE_ON_START, MIGRATION_DATABASE_URL } = environment;
  const client = await connectTo(url, ORDINARY);
  let rights: Rights | undefined;
  try {
    [rights] = (await client.query<Rights>(RIGHTS)).rows;
  } finally {
    void client.end().catch(() => undefined);
  }
  const waits = (says: string) =>
    MIGRATE_ON_START
      ? [note('queue', says, 'The next start of a process does it.')]
      : [wrong('queue', says, 'Run npm run migrate -- up as the owner of the tables.')];
  if (!rights?.isThere) return waits('on PostgreSQL; its tables have to be created');
  if (!rights.mayUse || rights.lacking !== null) {
    const says = rights.mayUse
      ? `the role may not use bullmq.${rights.lacking}`
      : 'the role may not use the schema bullmq';
    return MIGRATE_ON_START && MIGRATION_DATABASE_URL !== undefined
      ? [note('queue', says, 'The next start of a process grants it.')]
      : [wrong('queue', says, `${howToGrant(environment)}.`)];
  }
  const { present, needed } = await queueVersions(url);
  if (present < needed) return waits(`on PostgreSQL; its tables have version ${present} and need ${needed}`);
  return [ok('queue', `on PostgreSQL, in its own schema, version ${present}`)];
}

async function redisLines(url: string): Promise<Line[]> {
  try {
    const { product, version, policy, isCluster, isReplica } = await redisFacts(url);
    const lines = [ok('queue', `on ${product} ${version}${isCluster ? ', a cluster' : ''}`)];
    if (isReplica) lines.push(wrong('queue writes', 'are refused by a replica', 'Let REDIS_URL lead to the primary.'));
    else lines.push(await writesLine(url));
    if (policy !== undefined && policy !== 'noeviction')
      lines.push(
        wrong('queue memory', `maxmemory-policy is ${policy}, which loses jobs`, 'Set maxmemory-policy to noeviction.'),
      );
    return lines;
  } catch (error) {
    const reason = reasonOf(error);
    if (isMissingRight(reason)) return [wrong('queue', `refuses the account: ${reason}`, grantTo(url))];
    return [wrong('queue', `does not answer: ${reason}`, 'Correct REDIS_URL, or start it.')];
  }
}

/** Whether the account may do what the queue does: one that may only read connects, and answers all questions. */
async function writesLine(url: string): Promise<Line> {
  const refusal = await writeRefusal(url);
  if (refusal === undefined) return ok('queue writes', 'a key was written under the prefix of the queue, and deleted');
  const says = `are refused: ${reasonOf({ message: refusal })}`;
  if (isMissingRight(refusal)) return wrong('queue writes', says, grantTo(url));
  return wrong('queue writes', says, 'Free its memory or its disk, or do what its answer says.');
}

/**
 * What an administrator of the server does. Others may use the account too, so nothing is taken from it; the account
 * `default` is that of everybody who does not log in.
 */
function grantTo(url: string): string {
  const account = decodeURIComponent(new URL(url).username) || 'default';
  if (account !== 'default') return `As its administrator: ACL SETUSER ${quoted(`${account} ${ADDED_RIGHTS}`)}`;
  const rule = quoted(`pushguard on >PASSWORD ${QUEUE_RULE}`);
  return `Let REDIS_URL name an account of its own. As its administrator: ACL SETUSER ${rule}`;
}

/** Words as redis-cli and a shell read them alike. */
function quoted(words: string): string {
  return words
    .split(' ')
    .map((word) => (/^[\w+@-]+$/.test(word) ? word : `'${word}'`))
    .join(' ');
}
