import { expect, it } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import pg from 'pg';
import { DurablePostgres } from '../support/durable-postgres.ts';
import { POSTGRES_15 } from '../support/programs.ts';
import { TestService } from '../support/service.ts';

/** The statements that the guide tells operators to run. */
async function statementsOfGuide(): Promise<string> {
  const guide = await readFile('src/developers/guide/operation.md', 'utf8');
  return /```sql\n([^`]*CREATE ROLE[^`]*)```/.exec(guide)?.[1] ?? '';
}

function urlAs(server: DurablePostgres, role: string, password: string): string {
  const url = new URL(server.url);
  Object.assign(url, { username: role, password, pathname: '/pushguard_guide' });
  return url.href;
}

/** Starts a server of the programs in a directory, or of those that npm installed. */
async function serverOf(directory: string | undefined): Promise<DurablePostgres> {
  const before = process.env['EMBEDDED_PG_BIN'];
  if (directory !== undefined) process.env['EMBEDDED_PG_BIN'] = directory;
  try {
    return await DurablePostgres.start();
  } finally {
    if (before === undefined) delete process.env['EMBEDDED_PG_BIN'];
    else process.env['EMBEDDED_PG_BIN'] = before;
  }
}

async function expectRolesToWork(directory: string | undefined): Promise<string> {
  const server = await serverOf(directory);
  // The embedded server has a database and a role of the names in the guide already.
  await server.pool.query('DROP ROLE pushguard_service');
  const sql = (await statementsOfGuide()).replace('CREATE DATABASE pushguard ', 'CREATE DATABASE pushguard_guide ');
  for (const statement of sql.split(';').filter((one) => one.trim())) await server.pool.query(statement);
  const service = await TestService.start(
    {
      DATABASE_URL: urlAs(server, 'pushguard_service', 'choose another'),
      MIGRATION_DATABASE_URL: urlAs(server, 'pushguard_owner', 'choose one'),
    },
    server,
  );
  try {
    const person = service.process.announcement.lines[0]!;
    const started = await service.start(person);
    expect(started.status).toBe(201);
    expect((await service.verify(started.body.id, await service.textedCode(person.phoneNumber))).status).toBe(200);
    const client = new pg.Client({ connectionString: urlAs(server, 'pushguard_service', 'choose another') });
    await client.connect();
    await expect(client.query('DELETE FROM audit_entries')).rejects.toMatchObject({ code: '42501' });
    const { rows } = await client.query<{ server_version: string }>('SHOW server_version');
    await client.end();
    return rows[0]?.server_version ?? '';
  } finally {
    await service.stop();
  }
}

it.each([
  { version: 'that npm installs', directory: undefined, expected: /^1[89]/ },
  // The oldest supported version, on a machine that has it.
  ...(POSTGRES_15 === undefined ? [] : [{ version: '15', directory: POSTGRES_15, expected: /^15\./ }]),
])('the two roles of the guide start as written on the PostgreSQL $version', async ({ directory, expected }) => {
  expect(await expectRolesToWork(directory)).toMatch(expected);
});
