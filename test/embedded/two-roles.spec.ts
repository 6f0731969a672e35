import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { runMigrations } from 'bullmq';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../../config/data-source.ts';
import { migrate } from '../../config/migrate.ts';
import { startEmbeddedPostgres } from '../../src/embedded/embedded-postgres.ts';
import { eventually } from '../support/eventually.ts';
import { packed, startProcess, type ServiceProcess } from '../support/service.ts';

const SERVICE = 'pushguard_service';
let dataDir: string;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'pushguard-two-roles-'));
  // Under root, the server runs as another account, which needs access to the directory.
  await chmod(dataDir, 0o755);
});
afterEach(async () => {
  await rm(dataDir, { recursive: true, force: true });
});

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

/** The URL of the running service's own PostgreSQL, as either role. */
async function embeddedUrl(role: 'pushguard' | typeof SERVICE): Promise<string> {
  const home = join(dataDir, 'postgres');
  const port = (await readFile(join(home, 'cluster', 'postmaster.pid'), 'utf8')).split('\n')[3] ?? '';
  const password = await readFile(join(home, role === SERVICE ? 'service-password' : 'password'), 'utf8');
  return `postgres://${role}:${password.trim()}@127.0.0.1:${port}/pushguard`;
}

/** Makes an operator's call that the audit records; returns the status. */
async function operatorCall({ announcement: { issuer, clients } }: ServiceProcess): Promise<number> {
  const operator = clients.find(({ scope }) => scope === 'operator');
  const basic = Buffer.from(`${operator?.clientId}:${operator?.clientSecret}`).toString('base64');
  const granted = await fetch(`${issuer}/oauth2/token`, {
    method: 'POST',
    headers: { Authorization: `Basic ${basic}` },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  });
  const { access_token: token } = (await granted.json()) as { access_token: string };
  const answer = await fetch(`${issuer}/operator/v1/eligibility?phoneNumber=010-9999-0000`, {
    headers: { Authorization: `Bearer ${token}`, 'Audit-Reason': 'inquiry' },
  });
  await answer.text();
  return answer.status;
}

const auditEntries = async () =>
  query(await embeddedUrl('pushguard'), 'SELECT number, operator, reason FROM audit_entries ORDER BY id');

async function expectPlainService(): Promise<void> {
  const owner = await embeddedUrl('pushguard');
  const sessions = `SELECT DISTINCT usename FROM pg_stat_activity
    WHERE datname = 'pushguard' AND backend_type = 'client backend' AND pid <> pg_backend_pid()`;
  expect(await query(owner, sessions)).toEqual([{ usename: SERVICE }]);
  const rights = `SELECT rolsuper, rolcreaterole, rolcreatedb, rolbypassrls, rolreplication FROM pg_roles
    WHERE rolname = '${SERVICE}'`;
  const none = {
    rolsuper: false,
    rolcreaterole: false,
    rolcreatedb: false,
    rolbypassrls: false,
    rolreplication: false,
  };
  expect(await query(owner, rights)).toEqual([none]);
  const service = await embeddedUrl(SERVICE);
  // It keeps the months of authentications by functions of the owner.
  const may = `SELECT has_table_privilege('authentication_records', 'SELECT') AS records,
    has_table_privilege('past_authentications', 'SELECT, INSERT, UPDATE, DELETE') AS past,
    has_function_privilege('add_partition(text, timestamptz, text)', 'EXECUTE') AS "add",
    has_function_privilege('drop_partition(text, text)', 'EXECUTE') AS "drop"`;
  expect(await query(service, may)).toEqual([{ records: true, past: true, add: true, drop: true }]);
  await expect(query(service, 'DROP TABLE past_authentications')).rejects.toMatchObject({ code: '42501' });
  await expect(query(service, 'DELETE FROM audit_entries')).rejects.toMatchObject({ code: '42501' });
  await expect(query(service, `UPDATE audit_entries SET reason = ''`)).rejects.toMatchObject({ code: '42501' });
}

/** Checks that the queue delivers a text message and that the sweeper then finds nothing left. */
async function expectQueueToWork(service: ServiceProcess, number: string): Promise<void> {
  const { issuer, smsOutbox } = service.announcement;
  const texts = async () => ((await (await fetch(smsOutbox)).json()) as unknown[]).length;
  const before = await texts();
  const body = JSON.stringify({ lineId: `demo-${number}` });
  await fetch(`${issuer}/local/enrolments`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body });
  await eventually('the notice of joining', async () => (await texts()) > before);
  expect(service.log()).not.toContain('wait for the sweep');
}

/** Runs `npm run client` with the DATA_DIR of the running service alone. */
async function admitClient(clientId: string): Promise<unknown> {
  const words = ['add', '상점', '--scope=authentications', `--id=${clientId}`, '--json'];
  const env = { PATH: process.env['PATH'], HOME: process.env['HOME'], DATA_DIR: dataDir };
  const { stdout } = await promisify(execFile)(process.execPath, [packed('commands/clients'), ...words], { env });
  return JSON.parse(stdout);
}

describe('npm start', () => {
  it('npm start gives its service a plain role, and uses that role the next time, also for the commands that find it by DATA_DIR', async () => {
    for (const number of ['1', '2']) {
      const service = await startProcess({ DATA_DIR: dataDir });
      try {
        expect(await operatorCall(service)).toBe(200);
        await expectPlainService();
        expect((await auditEntries()).at(-1)).toMatchObject({ number });
        await expectQueueToWork(service, number);
        if (number === '2') expect(await admitClient('a-shop')).toMatchObject({ clientId: 'a-shop' });
      } finally {
        await service.stop();
      }
    }
  });

  it('npm start upgrades a data directory that has one role and an audit without a chain', async () => {
    const older = await startEmbeddedPostgres({ dataDir, database: 'pushguard' });
    await query(older.url, `DROP ROLE ${SERVICE}`);
    await rm(join(dataDir, 'postgres', 'service-password'));
    await migrate(older.url);
    const source = await new DataSource(dataSourceOptions(older.url)).initialize();
    while (await hasChain(source)) await source.undoLastMigration();
    await source.destroy();
    const client = new pg.Client({ connectionString: older.url });
    await client.connect();
    await runMigrations(client, 'bullmq');
    await client.query(`INSERT INTO audit_entries (operator, action, reason, outcome, address)
      VALUES ('call-centre', 'cancel', 'of old', 'done', '203.0.113.7')`);
    await client.end();
    await older.stop();

    const service = await startProcess({ DATA_DIR: dataDir });
    try {
      expect(await operatorCall(service)).toBe(200);
      await expectPlainService();
      expect(await auditEntries()).toEqual([
        { number: null, operator: 'call-centre', reason: 'of old' },
        expect.objectContaining({ number: '1', reason: 'inquiry' }),
      ]);
      const head = await query(await embeddedUrl(SERVICE), 'SELECT before_chain, number FROM audit_head');
      expect(head).toEqual([{ before_chain: '1', number: '1' }]);
    } finally {
      await service.stop();
    }
  });
});

async function hasChain(source: DataSource): Promise<boolean> {
  const [found] = await source.query<{ chain: boolean }[]>(`SELECT to_regclass('audit_head') IS NOT NULL AS chain`);
  return found?.chain === true;
}
