import type { DeviceSecret } from '../../crypto/device-cipher.ts';
import type { ServiceKeys } from '../../crypto/service-keys.ts';
import type { DatabaseClient } from '../../database/database-client.ts';
import { deviceBond } from '../../database/statement-parts.ts';
import { readWebPushSubscription } from '../../domain/web-push-subscription.ts';

/** Rows read at a time. */
const BATCH = 500;

/** A column that may hold ciphertexts. Names are of the catalogue, and quoted. */
interface BinaryColumn {
  table: string;
  column: string;
}

/** Every binary column of the service's tables: what is encrypted is in one of them, whatever the version. */
async function binaryColumns(client: DatabaseClient): Promise<BinaryColumn[]> {
  const { rows } = await client.query<BinaryColumn>(
    `SELECT quote_ident(c.relname) AS table, quote_ident(a.attname) AS column
      FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
      WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
        AND a.attnum > 0 AND NOT a.attisdropped AND a.atttypid = 'bytea'::regtype
      ORDER BY 1, 2`,
  );
  return rows;
}

/** A ciphertext begins with the length of its kid and the kid. Random bytes begin so once in 2^40 and more. */
function beginningOf(kid: string): Buffer {
  return Buffer.concat([Buffer.of(kid.length), Buffer.from(kid)]);
}

/** The columns that hold a ciphertext under this key, as `table.column`. It stops at the first row of each column. */
export async function columnsUnder(client: DatabaseClient, kid: string): Promise<string[]> {
  const beginning = beginningOf(kid);
  const found: string[] = [];
  for (const { table, column } of await binaryColumns(client)) {
    const sql = `SELECT EXISTS (SELECT 1 FROM ${table} WHERE substring(${column} FROM 1 FOR $1) = $2) AS "isThere"`;
    const { rows } = await client.query<{ isThere: boolean }>(sql, [beginning.length, beginning]);
    if (rows[0]?.isThere) found.push(`${table}.${column}`);
  }
  return found;
}

/** The ciphertexts under each key, over all tables. */
export async function rowsUnder(client: DatabaseClient, kids: readonly string[]): Promise<Map<string, number>> {
  const counts = new Map(kids.map((kid) => [kid, 0]));
  for (const { table, column } of await binaryColumns(client)) {
    for (const kid of kids) {
      const beginning = beginningOf(kid);
      const sql = `SELECT count(*)::int AS count FROM ${table} WHERE substring(${column} FROM 1 FOR $1) = $2`;
      const { rows } = await client.query<{ count: number }>(sql, [beginning.length, beginning]);
      counts.set(kid, (counts.get(kid) ?? 0) + (rows[0]?.count ?? 0));
    }
  }
  return counts;
}

/** True if a line's number is found by an index under another key than the present one. */
export async function hasOldIndexes(client: DatabaseClient, keys: ServiceKeys): Promise<boolean> {
  type Row = { id: string; phone: Buffer | null; awaited: Buffer | null; number: Buffer };
  const sql = `SELECT id, phone_index AS phone, awaited_index AS awaited, phone_number AS number FROM lines
    WHERE (phone_index IS NOT NULL OR awaited_index IS NOT NULL) AND ($1::text IS NULL OR id > $1) ORDER BY id LIMIT ${BATCH}`;
  for (let after: string | null = null; ;) {
    const { rows }: { rows: Row[] } = await client.query<Row>(sql, [after]);
    for (const { id, phone, awaited, number } of rows) {
      const index = keys.indexes.of('phone', keys.fields.decrypt(number, `lines:phone_number:${id}`).toString('utf8'));
      if ([phone, awaited].some((one) => one !== null && !one.equals(index))) return true;
    }
    const last = rows.at(-1);
    if (!last || rows.length < BATCH) return false;
    after = last.id;
  }
}

/** True if a number that was given up is remembered under an index from before this time. Null: from any time. */
export async function hasOldMemories(client: DatabaseClient, before: string | null): Promise<boolean> {
  const sql = `SELECT EXISTS (SELECT 1 FROM departed_numbers WHERE $1::timestamptz IS NULL OR left_at < $1) AS "isThere"`;
  return (await client.query<{ isThere: boolean }>(sql, [before])).rows[0]?.isThere ?? false;
}

/** The number of browsers that are subscribed under this public VAPID key. */
export async function browsersUnder(client: DatabaseClient, keys: ServiceKeys, publicKey: string): Promise<number> {
  type Row = { id: string; token: Buffer; bond: string | null };
  const sql = `SELECT d.id, d.push_token AS token, ${deviceBond('d')} AS bond FROM devices d
    WHERE d.push_service = 'webpush' AND d.state <> 'revoked' AND d.push_token IS NOT NULL
      AND ($1::uuid IS NULL OR d.id > $1) ORDER BY d.id LIMIT ${BATCH}`;
  const secret: DeviceSecret = 'devices:push_token';
  let found = 0;
  for (let after: string | null = null; ;) {
    const { rows }: { rows: Row[] } = await client.query<Row>(sql, [after]);
    for (const { token, bond } of rows) {
      const read = bond === null ? null : keys.devices.decrypt(secret, token, bond);
      const subscription = read && readWebPushSubscription(read.toString('utf8'));
      if (subscription && 'endpoint' in subscription && subscription.applicationServerKey === publicKey) found += 1;
    }
    const last = rows.at(-1);
    if (!last || rows.length < BATCH) return found;
    after = last.id;
  }
}
