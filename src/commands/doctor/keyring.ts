import type { Environment } from '../../../config/environment.ts';
import { parseKeyring } from '../../crypto/keyring.ts';
import { ServiceKeys } from '../../crypto/service-keys.ts';
import { connectTo, ORDINARY, type DatabaseClient } from '../../database/database-client.ts';
import { DEVICE_COLUMNS, LONG_LIVED_COLUMNS } from '../keys/encrypted-columns.ts';
import { ok, reasonOf, unknown, wrong, type Line } from './line.ts';

/** Bytes beyond which a table is looked at by a sample of about as many. */
const SAMPLE_BYTES = 32 * 1024 * 1024;
/** Milliseconds for one table, and after which no further one is begun. */
const [TABLE_MS, ALL_MS] = [3_000, 9_000];
/** Lines whose number is read and looked for again. */
const LINES = 20;

/**
 * The bytes of a table. One with partitions has none itself, and the service's role may not read a partition, so a sample is
 * taken of the whole. PostgreSQL knows no tree of a table that has no partitions.
 */
const SIZE = `SELECT sum(pg_relation_size(coalesce(p.relid, r.id)))::float8 AS bytes
  FROM (SELECT to_regclass('public.' || $1) AS id) r LEFT JOIN LATERAL pg_partition_tree(r.id) p ON true
  WHERE p.isleaf IS NOT FALSE`;

/** Whether the keyring has every key under which the database has rows, and finds numbers by its keys of index. */
export async function keyringLines({ DATABASE_URL = '', KEYRING }: Environment): Promise<Line[]> {
  if (KEYRING === undefined) return [];
  const ring = parseKeyring(KEYRING);
  const known = new Set(ring.field.map(({ kid }) => kid));
  const [missing, unread]: [string[], string[]] = [[], []];
  let isSampled = false;
  const all = columnsByTable();
  const client = await connectTo(DATABASE_URL, ORDINARY);
  try {
    const until = performance.now() + ALL_MS;
    for (const [table, columns] of all) {
      try {
        if (performance.now() > until) throw new Error('no time was left');
        const found = await kidsIn(client, table, columns);
        isSampled ||= found.isSample;
        for (const { column, kid } of found.kids)
          if (!known.has(kid)) missing.push(`${table}.${column} under ${kid.slice(0, 32)}`);
      } catch (error) {
        unread.push(`${table} (${reasonOf(error)})`);
      }
    }
    const { rows } = await client.query<{ isThere: boolean }>(
      `SELECT to_regclass('public.lines') IS NOT NULL AS "isThere"`,
    );
    if (missing.length === 0 && rows[0]?.isThere && !unread.some((one) => one.startsWith('lines ')))
      missing.push(...(await unfoundNumbers(client, new ServiceKeys(ring))));
  } finally {
    void client.end().catch(() => undefined);
  }
  if (missing.length > 0) {
    const says = `lacks keys: ${missing.slice(0, 3).join(', ')} cannot be read or found`;
    return [wrong('keyring', says, 'Put the key back into KEYRING, or give the keyring of this database.')];
  }
  if (unread.length > 0) {
    const says = `was not compared with ${unread.length} of ${all.size} tables: ${unread.slice(0, 3).join(', ')}`;
    return [unknown('keyring', says, 'Try again while the database is less busy.')];
  }
  const says = `has the key of every row${isSampled ? ' (large tables by a sample)' : ''}; ${known.size} of field, ${ring.signing.length} of signing`;
  return [ok('keyring', says)];
}

function columnsByTable(): Map<string, string[]> {
  const columns = new Map<string, string[]>();
  for (const { table, column } of [...LONG_LIVED_COLUMNS, ...DEVICE_COLUMNS])
    columns.set(table, [...(columns.get(table) ?? []), column]);
  return columns;
}

/** The kids in the columns of a table, in one pass over it or over a sample. None where the table is not there yet. */
async function kidsIn(
  client: DatabaseClient,
  table: string,
  columns: readonly string[],
): Promise<{ isSample: boolean; kids: { column: string; kid: string }[] }> {
  // A limit of the transaction: a pooler gives the session to others afterwards.
  await client.query(`BEGIN READ ONLY; SET LOCAL statement_timeout = ${TABLE_MS}`);
  try {
    const bytes = (await client.query<{ bytes: number | null }>(SIZE, [table])).rows[0]?.bytes ?? null;
    if (bytes === null) return { isSample: false, kids: [] };
    const isSample = bytes > SAMPLE_BYTES;
    const sample = isSample ? `TABLESAMPLE SYSTEM (${((100 * SAMPLE_BYTES) / bytes).toFixed(6)})` : '';
    const values = columns.map((column) => `('${column}', ${column})`).join(', ');
    const { rows: kids } = await client.query<{ column: string; kid: string }>(
      `SELECT DISTINCT k.name AS column, encode(substring(k.value FROM 2 FOR get_byte(k.value, 0)), 'escape') AS kid
        FROM ${table} ${sample} CROSS JOIN LATERAL (VALUES ${values}) AS k (name, value) WHERE octet_length(k.value) > 0`,
    );
    return { isSample, kids };
  } finally {
    await client.query('ROLLBACK');
  }
}

/** What the keyring does to some numbers: those that it cannot decrypt, or under no key of index would find again. */
async function unfoundNumbers(client: DatabaseClient, keys: ServiceKeys): Promise<string[]> {
  const { rows } = await client.query<{ id: string; index: Buffer; number: Buffer }>(
    `SELECT id, phone_index AS index, phone_number AS number FROM lines WHERE phone_index IS NOT NULL LIMIT ${LINES}`,
  );
  for (const { id, index, number } of rows) {
    const text = numberIn(keys, number, id);
    if (text === undefined) return ['lines.phone_number'];
    if (!keys.indexes.all('phone', text).some((one) => one.equals(index))) return ['lines.phone_index'];
  }
  return [];
}

/** Undefined where the key is unknown, or another key has its name. */
function numberIn(keys: ServiceKeys, number: Buffer, id: string): string | undefined {
  try {
    return keys.fields.decrypt(number, `lines:phone_number:${id}`).toString('utf8');
  } catch {
    return undefined;
  }
}
