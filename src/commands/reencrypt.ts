import 'reflect-metadata';
import pg from 'pg';
import type { DeviceSecret } from '../crypto/device-cipher.ts';
import { parseKeyring } from '../crypto/keyring.ts';
import { ServiceKeys } from '../crypto/service-keys.ts';
import { deviceBond } from '../database/statement-parts.ts';
import { poolOptions, UNLIMITED } from '../database/database-client.ts';
import { readCommandEnvironment } from './command-environment.ts';
import { LONG_LIVED_COLUMNS, type EncryptedColumn } from './keys/encrypted-columns.ts';
import { readOptions } from './terminal.ts';

/**
 * Re-encrypts personal data under the keyring's present keys, while the service runs: `npm run reencrypt`.
 * First insert the new key before the old one in the keyring and restart every process; afterwards remove the old key.
 * A row is rewritten only if it still equals what was read, so that a concurrent change is never undone. A second run
 * changes nothing.
 * It also carries over what older versions stored in another form: texts that were not encrypted, and secrets of
 * devices that were not bound to subscription and keys.
 * Data that lives for minutes (codes, end users of open authentications) is left to expire.
 */

/** Rows read at a time. */
const BATCH = 500;

/** A text that older versions stored in plain form. */
interface PlainText {
  table: string;
  plain: string;
  cipher: string;
  /** What its cipher is bound to, beside the id of the row. */
  place: string;
  /** The text in its present form; as it is when left out. */
  form?: (text: string) => string;
}

/** A secret of a device, bound to its subscription and keys; older versions bound it to its row alone. */
interface BoundColumn {
  table: string;
  column: string;
  secret: (id: string) => DeviceSecret;
  /** The table, as `t`, with its device as `d`. */
  from: string;
}

const PLAIN_TEXTS: readonly PlainText[] = [
  { table: 'devices', plain: 'name', cipher: 'name_cipher', place: 'devices:name' },
  {
    table: 'authentications',
    plain: 'purpose',
    cipher: 'texts',
    place: 'authentications:texts',
    form: (purpose) => JSON.stringify({ purpose }),
  },
  {
    table: 'past_authentications',
    plain: 'purpose',
    cipher: 'texts',
    place: 'authentications:texts',
    form: (purpose) => JSON.stringify({ purpose }),
  },
  { table: 'windows', plain: 'purpose', cipher: 'purpose_cipher', place: 'windows:purpose' },
];

const BOUND_COLUMNS: readonly BoundColumn[] = [
  {
    table: 'devices',
    column: 'knowledge_key',
    secret: () => 'devices:knowledge_key',
    from: 'devices t JOIN devices d ON d.id = t.id',
  },
  {
    table: 'devices',
    column: 'push_token',
    secret: () => 'devices:push_token',
    from: 'devices t JOIN devices d ON d.id = t.id',
  },
  {
    table: 'authenticators',
    column: 'secret',
    secret: (id) => `authenticators:secret:${id}`,
    from: 'authenticators t JOIN devices d ON d.id = t.device_id',
  },
];

const TEXT_IDS = new Set(['lines', 'carrier_events']);

const USAGE = `npm run reencrypt

Rewrites personal data under the present keys of the keyring and in the present form, while the service runs, and prints the
rows of each column. Safe at any time; run again, it does nothing.

Reads DATABASE_URL and KEYRING; without DATABASE_URL it takes the database that npm start runs in DATA_DIR.
Exit code: 0 done, 1 failed, 2 wrong use.
`;

readOptions({}, USAGE);
const environment = await readCommandEnvironment();
const keys = new ServiceKeys(parseKeyring(environment.KEYRING));
const pool = new pg.Pool({ ...poolOptions(environment.DATABASE_URL, UNLIMITED), max: 2 });
try {
  for (const text of PLAIN_TEXTS) report(`${text.table}.${text.plain}`, await encryptText(text));
  for (const column of BOUND_COLUMNS) report(`${column.table}.${column.column}`, await bind(column));
  for (const column of LONG_LIVED_COLUMNS) report(`${column.table}.${column.column}`, await reencrypt(column));
  report('lines.phone_index', (await reindex('phone_index')) + (await reindex('awaited_index')));
} finally {
  await pool.end();
}

/** Encrypts texts of older versions. */
async function encryptText({ table, plain, cipher, place, form = (text) => text }: PlainText): Promise<number> {
  let rewritten = 0;
  for await (const row of rowsOf<{ id: string; value: string }>(table, `${plain} AS value`, `${plain} IS NOT NULL`)) {
    const fresh = keys.fields.encrypt(form(row.value), `${place}:${row.id}`);
    const sql = `UPDATE ${table} SET ${cipher} = $1, ${plain} = NULL WHERE id = $2 AND ${plain} = $3`;
    rewritten += (await pool.query(sql, [fresh, row.id, row.value])).rowCount ?? 0;
  }
  return rewritten;
}

/** Binds the secrets of devices to subscription and keys, under the present key. A row that was moved stays as it is. */
async function bind({ table, column, secret, from }: BoundColumn): Promise<number> {
  type Row = { id: string; value: Buffer; bond: string | null };
  let rewritten = 0;
  const columns = `t.${column} AS value, ${deviceBond('d')} AS bond`;
  for await (const row of rowsOf<Row>(table, columns, `t.${column} IS NOT NULL`, from)) {
    const { id, value, bond } = row;
    const isBound = bond === null || keys.devices.decryptBound(secret(id), value, bond) !== null;
    if (bond === null || (isBound && !keys.fields.isStale(value))) continue;
    const plaintext = keys.devices.decrypt(secret(id), value, bond);
    if (!plaintext) {
      process.stderr.write(`${table}.${column} of ${id}: the row was changed outside the service\n`);
      continue;
    }
    const sql = `UPDATE ${table} SET ${column} = $1 WHERE id = $2 AND ${column} = $3`;
    const fresh = keys.devices.encrypt(secret(id), plaintext, bond);
    rewritten += (await pool.query(sql, [fresh, id, value])).rowCount ?? 0;
  }
  return rewritten;
}

async function reencrypt({ table, column, place: bound = `${table}:${column}` }: EncryptedColumn): Promise<number> {
  let rewritten = 0;
  for await (const row of rowsOf<{ id: string; value: Buffer }>(table, `${column} AS value`, `${column} IS NOT NULL`)) {
    if (!keys.fields.isStale(row.value)) continue;
    const place = `${bound}:${row.id}`;
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
async function* rowsOf<Row extends { id: string }>(
  table: string,
  columns: string,
  where: string,
  from = `${table} t`,
): AsyncGenerator<Row> {
  let after: string | null = null;
  for (;;) {
    const type = TEXT_IDS.has(table) ? 'text' : 'uuid';
    const sql = `SELECT t.id, ${columns} FROM ${from}
      WHERE ${where} AND ($1::text IS NULL OR t.id > $1::${type}) ORDER BY t.id LIMIT ${BATCH}`;
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
