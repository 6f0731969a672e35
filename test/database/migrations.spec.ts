import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../../config/data-source.ts';
import { migrate } from '../../config/migrate.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';

/** Indexes on tables that callers write to all the time, and the migration that builds each. */
const BESIDE_WRITES = [
  ['audit_entries', 'audit_entries_at', 'AuditByTime1763974000000'],
  ['authentications', 'authentications_line', 'AuthenticationsByLine1763981000000'],
] as const;

let database: TestDatabase;
let writer: pg.Client;

beforeAll(async () => {
  database = await createTestDatabase();
  writer = new pg.Client({ connectionString: database.url });
  await writer.connect();
});
afterAll(async () => {
  await writer.end();
  await database.drop();
});

const isWaiting = async (statement: string) => {
  const { rows } = await database.pool.query(
    `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE $1`,
    [`%${statement}%`],
  );
  return rows.length > 0;
};

describe.each(BESIDE_WRITES)('a version that gives %s an index', (table, index, migration) => {
  it('does not stop writes while it builds the index, also when an earlier build was interrupted and two processes start', async () => {
    await database.pool.query('DELETE FROM migrations WHERE name = $1', [migration]);
    await database.pool.query('UPDATE pg_index SET indisvalid = false WHERE indexrelid = $1::regclass', [index]);
    await writer.query('BEGIN');
    await writer.query(`LOCK TABLE ${table} IN ROW EXCLUSIVE MODE`);
    const starts = Promise.all([migrate(database.url), migrate(database.url)]);
    try {
      await eventually('the migration to wait for a transaction', () => isWaiting('INDEX CONCURRENTLY'));
      // What an INSERT takes. It fails at once where it would have to wait behind the migration.
      const other = await database.pool.connect();
      await other.query('BEGIN');
      await other.query(`LOCK TABLE ${table} IN ROW EXCLUSIVE MODE NOWAIT`);
      await other.query('COMMIT');
      other.release();
    } finally {
      await writer.query('COMMIT');
      await starts;
    }
    const { rows } = await database.pool.query<{ indisvalid: boolean }>(
      'SELECT indisvalid FROM pg_index WHERE indexrelid = $1::regclass',
      [index],
    );
    expect(rows).toEqual([{ indisvalid: true }]);
  });
});

describe('a version that changes tables which callers use all the time', () => {
  it('lets their statements run while it waits for a long one, resumes after an interruption, and reads older consents', async () => {
    const names = ['WebPush1764130000000', 'PushAnswers1764160000000', 'ConsentsByDocument1764170000001'];
    await database.pool.query('DELETE FROM migrations WHERE name = ANY($1)', [names]);
    await writer.query('BEGIN');
    await writer.query('LOCK TABLE devices, deliveries, consents IN ROW EXCLUSIVE MODE');
    const start = migrate(database.url);
    try {
      await eventually('the migration to wait for a transaction', () => isWaiting('ALTER TABLE'));
      const other = await database.pool.connect();
      // The migration gives up after a second; without that, this would wait for the long transaction.
      await other.query(`BEGIN; SET LOCAL lock_timeout = '10s'`);
      await other.query('LOCK TABLE devices, deliveries, consents IN ROW EXCLUSIVE MODE');
      await other.query('COMMIT');
      other.release();
    } finally {
      await writer.query('COMMIT');
      await start;
    }
    // What a process of the release before writes while this one is rolled out.
    const { rows } = await database.pool
      .query(
        `BEGIN; SET LOCAL session_replication_role = replica;
       INSERT INTO consents (subscription_id, terms, locale) VALUES (gen_random_uuid(), '2026-11', 'ko');
       COMMIT; SELECT document, channel FROM consents`,
      )
      .then((results) => (results as unknown as pg.QueryResult[]).at(-1)!);
    expect(rows).toEqual([{ document: 'required', channel: 'website' }]);
  });
});

describe('a version that gives accounts a realm', () => {
  it('keeps operators, their sessions and their familiar addresses, and goes back without the people of the console', async () => {
    const own = await createTestDatabase();
    const source = await new DataSource(dataSourceOptions(own.url, 2)).initialize();
    const isThere = async (table: string) =>
      (await own.pool.query('SELECT FROM pg_tables WHERE tablename = $1', [table])).rows.length > 0;
    const back = async () => {
      while (!(await isThere('operators'))) await source.undoLastMigration();
    };
    try {
      await back();
      const id = randomUUID();
      await own.pool.query(
        `INSERT INTO operators (id, login, name, role, password, password_is_initial, totp_secret)
           VALUES ($1, 'kim', 'x', 'agent', 'x', false, 'x')`,
        [id],
      );
      await own.pool.query(`INSERT INTO operator_sessions (digest, operator_id) VALUES ('x', $1)`, [id]);
      await own.pool.query(`INSERT INTO operator_addresses (operator_id, network) VALUES ($1, 'x')`, [id]);
      await own.pool.query(`INSERT INTO operator_looks (session_digest, about, reason) VALUES ('x', 'x', 'x')`);
      await migrate(own.url);
      const { rows } = await own.pool.query(
        `SELECT a.id, a.realm, a.role, l.reason FROM accounts a JOIN account_sessions s ON s.account_id = a.id
           JOIN account_addresses d ON d.account_id = a.id JOIN operator_looks l ON l.session_digest = s.digest`,
      );
      expect(rows).toEqual([{ id, realm: 'desk', role: 'agent', reason: 'x' }]);

      await own.pool.query(
        `INSERT INTO accounts (id, realm, login, name, password, password_is_initial, totp_secret)
           VALUES ($1, 'console', 'kim', 'x', 'x', false, 'x')`,
        [randomUUID()],
      );
      await back();
      expect((await own.pool.query('SELECT id FROM operators')).rows).toEqual([{ id }]);
      await migrate(own.url);
    } finally {
      await source.destroy();
      await own.drop();
    }
  });
});
