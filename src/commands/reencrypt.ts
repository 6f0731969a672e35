import 'reflect-metadata';
import pg from 'pg';
import { readEnvironment } from '../../config/environment.ts';
import { parseKeyring } from '../crypto/keyring.ts';
import { ServiceKeys } from '../crypto/service-keys.ts';
import { poolOptions, UNLIMITED } from '../database/database-client.ts';

/**
 * Re-encrypts personal data under the keyring's present keys, while the service runs: `npm run reencrypt`.
 * First insert the new key before the old one in the keyring and restart every process; afterwards remove the old key.
 * A row is rewritten only if it still equals what was read, so that a concurrent change is never undone. A second run
 * changes nothing.
 * Data that lives for minutes (codes, end users of open authentications) is left to expire.
 */

/** Rows read at a time. */
const BATCH = 500;

interface Column {
  table: string;
  column: string;
}

const COLUMNS: readonly Column[] = [
  { table: 'lines', column: 'phone_number' },
  { table: 'lines', column: 'owner' },
  { table: 'devices', column: 'knowledge_key' },
  { table: 'devices', column: 'push_token' },
  { table: 'authenticators', column: 'secret' },
  { table: 'authentications', column: 'person' },
  { table: 'notices', column: 'address' },
  { table: 'carrier_events', column: 'kept' },
  { table: 'reports', column: 'person' },
  { table: 'operators', column: 'totp_secret' },
];

const TEXT_IDS = new Set(['lines', 'carrier_events']);

const environment = readEnvironment(process.env);
const keys = new ServiceKeys(parseKeyring(environment.KEYRING ?? ''));
const pool = new pg.Pool({ ...poolOptions(environment.DATABASE_URL ?? '', UNLIMITED), max: 2 });
try {
  for (const column of COLUMNS) report(`${column.table}.${column.column}`, await reencrypt(column));
  report('lines.phone_index', (await reindex('phone_index')) + (await reindex('awaited_index')));
} finally {
  await pool.end();
}

async function reencrypt({ table, column }: Column): Promise<number> {
  let rewritten = 0;
  for await (const row of rowsOf<{ id: string; value: Buffer }>(table, `${column} AS value`, `${column} IS NOT NULL`)) {
    if (!keys.fields.isStale(row.value)) continue;
    const place = `${table}:${column}:${row.id}`;
    const fresh = keys.fields.encrypt(keys.fields.decrypt(row.value, place), place);
    const sql = `UPDATE ${table} SET ${column} = $1 WHERE id = $2 AND ${column} = $3`;
    rewritten += (await pool.query(sql, [fresh, row.id, row.value])).rowCount ?? 0;
  }
  return rewritten;
}

/** Rebuilds the blind indexes of numbers under the present index key. */
async function reindex(column: 'phone_index' | 'awaited_index'): Promise<number> {
  let rewritten = 0;
  const columns = `${column} AS index, phone_number AS "phoneNumber"`;
  const where = `${column} IS NOT NULL`;
  for await (const row of rowsOf<{ id: string; index: Buffer; phoneNumber: Buffer }>('lines', columns, where)) {
    const number = keys.fields.decrypt(row.phoneNumber, `lines:phone_number:${row.id}`).toString('utf8');
    const fresh = keys.indexes.of('phone', number);
    if (fresh.equals(row.index)) continue;
    const sql = `UPDATE lines SET ${column} = $1 WHERE id = $2 AND ${column} = $3`;
    rewritten += (await pool.query(sql, [fresh, row.id, row.index])).rowCount ?? 0;
  }
  return rewritten;
}

/** Reads a table in the order of its key, one batch at a time, so that memory stays constant. */
async function* rowsOf<Row extends { id: string }>(table: string, columns: string, where: string): AsyncGenerator<Row> {
  let after: string | null = null;
  for (;;) {
    const sql = `SELECT id, ${columns} FROM ${table}
      WHERE ${where} AND ($1::text IS NULL OR id > $1::${TEXT_IDS.has(table) ? 'text' : 'uuid'}) ORDER BY id LIMIT ${BATCH}`;
    const { rows }: { rows: Row[] } = await pool.query<Row>(sql, [after]);
    yield* rows;
    const last = rows.at(-1);
    if (!last || rows.length < BATCH) return;
    after = last.id;
  }
}

function report(what: string, rows: number): void {
  process.stdout.write(`${what}: ${rows} rows re-encrypted\n`);
}
