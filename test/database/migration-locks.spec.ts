import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import pg from 'pg';
import type { QueryRunner } from 'typeorm';
import { dataSourceOptions, timestampOf } from '../../config/data-source.ts';
import { briefly } from '../../migrations/briefly.ts';
import { BUSY_TABLES, SMALL_TABLES, type DeclaredMigration, type LockDeclaration } from '../../migrations/locks.ts';
import { eventually } from '../support/eventually.ts';
import { faultsOf } from '../support/observed-migration.ts';
import { packed, startProcess, TestService } from '../support/service.ts';
import { createDatabaseOfTwoRoles, type DatabaseOfTwoRoles } from '../support/two-roles.ts';

type OlderMigration = Omit<DeclaredMigration, 'locks'> & Partial<DeclaredMigration>;

/** The first migration that declares its locks. */
const FIRST_DECLARED = 1764230000000;

const MIGRATIONS = dataSourceOptions('postgres://nowhere/none').migrations as (new () => OlderMigration)[];

describe('a migration', () => {
  let database: DatabaseOfTwoRoles;
  let client: pg.Client;

  beforeAll(async () => {
    database = await createDatabaseOfTwoRoles();
    client = new pg.Client({ connectionString: database.ownerUrl });
    await client.connect();
  });
  afterAll(async () => {
    await client.end();
    await database.drop();
  });

  it('declares the locks that it takes, and holds no writers of a busy table up while it reads or rewrites rows', async () => {
    const faults: string[] = [];
    for (const Known of MIGRATIONS) {
      const migration = new Known();
      if (timestampOf(Known) < FIRST_DECLARED) {
        await migration.up({ query: async (sql: string) => (await client.query(sql)).rows } as unknown as QueryRunner);
        continue;
      }
      const { locks } = migration;
      if (!locks) faults.push(`${Known.name}: declares no locks (see migrations/locks.ts)`);
      const found = await faultsOf(Object.assign(migration, { locks: locks ?? [] }), client);
      faults.push(...found.map((fault) => `${Known.name}: ${fault}`));
    }
    expect(faults).toEqual([]);
  });

  it('finds each table once in the lists of busy and of small ones, and whatever has partitions among the busy ones', async () => {
    const tables = await client.query<{ name: string; partitioned: boolean }>(
      `SELECT relname AS name, relkind = 'p' AS partitioned FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
          AND relname <> 'migrations' ORDER BY relname`,
    );
    const listed = [...BUSY_TABLES, ...Object.keys(SMALL_TABLES)].sort();
    expect(listed).toEqual(tables.rows.map(({ name }) => name));
    const partitioned = tables.rows.filter((table) => table.partitioned).map(({ name }) => name);
    expect(partitioned).toContain('disclosures');
    expect(partitioned.filter((name) => !BUSY_TABLES.has(name))).toEqual([]);
  });

  const on = (table: string, mode: LockDeclaration['mode'] = 'ACCESS EXCLUSIVE'): LockDeclaration[] => [
    { table, mode, because: 'a test' },
  ];
  /** A migration of these statements; with `each`, every statement runs by itself. */
  const written = (
    locks: LockDeclaration[],
    sql: string[],
    { each = false, isBrief = false, removes }: { each?: boolean; isBrief?: boolean; removes?: string } = {},
  ): DeclaredMigration => ({
    locks,
    ...(removes !== undefined && { removes }),
    ...(each && { transaction: false }),
    up: async (runner) => {
      for (const one of sql) await (isBrief ? briefly(runner, one) : runner.query(one));
    },
    down: () => Promise.resolve(),
  });
  const CHECK = `ADD CONSTRAINT a_check CHECK (name <> '')`;

  it.each([
    [
      'locks a table without a word',
      written([], ['ALTER TABLE devices ADD COLUMN a1 text']),
      'devices: takes ACCESS EXCLUSIVE, declares no lock',
    ],
    [
      'declares a lock that it does not take',
      written(on('lines'), ['SELECT 1']),
      'lines: takes no lock, declares ACCESS EXCLUSIVE',
    ],
    [
      'builds an index while writers wait',
      written(on('devices', 'SHARE'), ['CREATE INDEX a2 ON devices (name)']),
      'devices: SHARE is held while the rows of devices are read or rewritten',
    ],
    [
      'rewrites a table',
      written(on('devices'), ['ALTER TABLE devices ADD COLUMN a3 uuid DEFAULT gen_random_uuid()']),
      'devices: ACCESS EXCLUSIVE is held while the rows of devices are read or rewritten',
    ],
    [
      'validates a constraint at once',
      written(on('devices'), [`ALTER TABLE devices ${CHECK}`]),
      'devices: ACCESS EXCLUSIVE is held while the rows of devices are read or rewritten',
    ],
    [
      'reads one busy table while it holds another',
      written(on('lines'), ['ALTER TABLE lines ADD COLUMN a4 text', 'SELECT * FROM subscriptions']),
      'lines: ACCESS EXCLUSIVE is held while the rows of subscriptions are read or rewritten',
    ],
    [
      'waits without an end, outside of a transaction',
      written(on('devices'), ['ALTER TABLE devices ADD COLUMN a5 text'], { each: true }),
      'devices: waits for ACCESS EXCLUSIVE without lock_timeout; use briefly()',
    ],
    [
      'takes a column from the release before',
      written(on('devices'), ['ALTER TABLE devices DROP COLUMN a5']),
      'devices.a5: is gone, and the migration does not say in which release it was used last',
    ],
    [
      'renames one',
      written(on('devices'), ['ALTER TABLE devices RENAME a1 TO a6']),
      'devices.a1: is gone, and the migration does not say in which release it was used last',
    ],
    [
      'requires what the release before does not write',
      written(on('corrections'), ['ALTER TABLE corrections ADD COLUMN a7 text NOT NULL']),
      'corrections.a7: is required, and the release before does not write it',
    ],
  ])('that %s is refused', async (_what, migration, fault) => {
    expect(await faultsOf(migration, client)).toEqual([fault]);
  });

  it.each([
    ['adds a column', written(on('devices'), ['ALTER TABLE devices ADD COLUMN b1 text'])],
    [
      'adds a constraint in two steps and an index beside writes',
      written(
        on('devices'),
        [
          'ALTER TABLE devices DROP CONSTRAINT a_check',
          `ALTER TABLE devices ${CHECK} NOT VALID`,
          'ALTER TABLE devices VALIDATE CONSTRAINT a_check',
        ],
        { each: true, isBrief: true },
      ),
    ],
    [
      'builds an index beside writes',
      written(on('lines', 'SHARE UPDATE EXCLUSIVE'), ['CREATE INDEX CONCURRENTLY b2 ON lines (carrier)'], {
        each: true,
      }),
    ],
    [
      'takes away what no release uses any more',
      written(on('devices'), ['ALTER TABLE devices DROP COLUMN b1'], { removes: 'a test' }),
    ],
  ])('that %s passes', async (_what, migration) => {
    expect(await faultsOf(migration, client)).toEqual([]);
  });
});

describe('npm run migrate', () => {
  let database: DatabaseOfTwoRoles;
  let running: TestService | undefined;
  let owner: Record<string, string>;
  let service: Record<string, string>;

  beforeAll(async () => {
    database = await createDatabaseOfTwoRoles();
    service = { DATABASE_URL: database.serviceUrl };
    owner = { ...service, MIGRATION_DATABASE_URL: database.ownerUrl };
  });
  afterAll(() => running?.stop() ?? database.drop());

  /** Runs a program of the service until it ends. As in an image, it is told that this is production. */
  const run = (program: string, words: string[], env: Record<string, string>): Promise<[number, string]> =>
    new Promise((resolve) => {
      const { PATH = '', HOME = '' } = process.env;
      const all = { PATH, HOME, NODE_ENV: 'production', ...env };
      execFile(process.execPath, [packed(program), ...words], { env: all }, (error, stdout, stderr) => {
        resolve([typeof error?.code === 'number' ? error.code : 0, stdout + stderr]);
      });
    });

  it('says what waits, applies it as the owner, and then finds nothing to do', async () => {
    const [code, plan] = await run('commands/migrate', ['plan'], service);
    expect([code, plan]).toEqual([1, expect.stringContaining('The database is empty')]);
    expect(plan).toMatch(/tables of the queue\n {2}version 0 becomes \d+/);
    const [failed, refused] = await run('commands/migrate', ['up'], service);
    expect([failed, refused]).toEqual([1, expect.stringContaining('permission denied')]);
    const [done, told] = await run('commands/migrate', ['up'], owner);
    expect([done, told]).toEqual([0, expect.stringMatching(/^VerifiedApplications1764262000000: applied in \d/m)]);
    const [left, last] = await run('commands/migrate', ['status'], service);
    expect([left, last]).toEqual([0, expect.not.stringContaining('waits')]);
  });

  it('plans with the declared locks, and gives a table back while another program uses it for long', async () => {
    await database.pool.query(`DELETE FROM migrations WHERE name = 'DeviceConsent1764250000000';
      INSERT INTO migrations (timestamp, name) VALUES (9, 'OfTomorrow9999999999999')`);
    const [code, plan] = await run('commands/migrate', ['plan'], service);
    expect([code, plan]).toEqual([
      1,
      'DeviceConsent1764250000000\n  ACCESS EXCLUSIVE on devices: adds a column that may be empty\n' +
        '  the running version goes on beside it\n',
    ]);
    expect((await run('commands/migrate', ['status'], service))[1]).toContain('newer    OfTomorrow9999999999999');

    const long = await database.pool.connect();
    await long.query('BEGIN; LOCK TABLE devices IN ACCESS SHARE MODE');
    const up = run('commands/migrate', ['up'], owner);
    const waits = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
    const isWaiting = async () => (await database.pool.query(waits)).rows.length > 0;
    await eventually('the migration to wait', isWaiting);
    await eventually('the migration to give up', async () => !(await isWaiting()));
    await long.query('COMMIT');
    long.release();
    const [done, told] = await up;
    expect(done).toBe(0);
    expect(told).toContain('DeviceConsent1764250000000: a table is in use and was not had within 1000 ms');
  });

  it('is what a process asks for that does not migrate, which else serves with the rights of the service alone', async () => {
    running = await TestService.start({ ...service, MIGRATE_ON_START: 'false' }, database);
    const [person] = running.process.announcement.lines;
    const { status, body } = await running.start(person!);
    expect(status).toBe(201);
    const code = await running.textedCode(person!.phoneNumber);
    expect((await running.verify(body.id, code)).status).toBe(200);

    await database.pool.query(`DELETE FROM migrations WHERE name = 'DataReads1764230000001'`);
    await expect(startProcess(running.env)).rejects.toThrow(
      /ended with 1 [^]*MIGRATE_ON_START is false.*: DataReads1764230000001 wait\. Run npm run migrate -- up/,
    );
  });
});
