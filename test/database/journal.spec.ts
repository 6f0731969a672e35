import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { createHash } from 'node:crypto';
import { access, chmod, chown, mkdir, mkdtemp, readdir, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../../config/data-source.ts';
import { Database } from '../../src/database/database.ts';
import { writeJournalLine, type JournalLine } from '../../src/journal/journal-line.ts';
import { JournalFile } from '../../src/journal/journal-files.ts';
import { Journal } from '../../src/journal/journal.ts';
import { MissingDoors } from '../../src/journal/missing-doors.ts';
import { readJournal } from '../../src/journal/read-journal.ts';
import { runProgram } from '../support/commands.ts';
import { createTestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { startProcess, TestService } from '../support/service.ts';

let service: TestService;
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'pushguard-journal-'));
  await mkdir(join(directory, 'kept'));
  service = await TestService.start({ JOURNAL_FILE: join(directory, 'kept', 'journal.ndjson') });
});
afterAll(async () => {
  await service.stop();
  await rm(directory, { recursive: true, force: true });
});

const doorsIn = async (folder: string): Promise<JournalLine[]> => {
  const lines: JournalLine[] = [];
  for await (const line of readJournal([folder])) lines.push(line);
  return lines;
};
const ready = async () =>
  (await (await fetch(`${service.process.announcement.management}/health/ready`)).json()) as { failing?: string[] };

describe('the journal of a running service', () => {
  it('is required where it is configured: without its directory the service does not start', async () => {
    const env = { ...service.env, JOURNAL_FILE: join(directory, 'missing', 'journal.ndjson') };
    await expect(startProcess(env)).rejects.toThrow(/JOURNAL_FILE: cannot be written: ENOENT/);
  });

  it('with a file that cannot be read stops the start in one line that names the variable, the file and what to do', async () => {
    const folder = join(directory, 'unreadable');
    const file = join(folder, 'journal-2026-11-28-host-1.ndjson');
    await mkdir(file, { recursive: true });
    const env = { ...service.env, JOURNAL_FILE: join(folder, 'journal.ndjson') };
    const line = `JOURNAL_FILE: ${file} cannot be read (EISDIR). Give it to the account of the service (chown)`;
    await expect(startProcess(env)).rejects.toThrow(line);
  });

  it.each([
    { what: 'other files', account: { uid: 1001, gid: 1002 }, mode: 0o640 },
    { what: 'folder', account: { uid: 1001, gid: 1002 }, mode: 0o600 },
    { what: 'folder of a group', account: { uid: 0, gid: 1002 }, mode: 0o660 },
  ])('has the owner of its $what also in files that a command of root begins', async ({ what, account, mode }) => {
    const folder = join(directory, what);
    const JOURNAL_FILE = join(folder, 'journal.ndjson');
    await mkdir(folder);
    const owned = join(folder, what === 'other files' ? 'journal-2026-11-28-host-1.ndjson' : '');
    if (what === 'other files') await writeFile(owned, '', { mode });
    if (what === 'folder of a group') await chmod(folder, 0o770);
    // As another user than root, everything is this user's in any case.
    const isRoot = process.getuid?.() === 0;
    if (isRoot) await chown(owned, account.uid, account.gid);
    const env = { ...service.env, JOURNAL_FILE };
    const clientId = `shop-of-${what.replaceAll(' ', '-')}`;
    await runProgram('commands/clients', ['add', '상점', '--scope=authentications', `--id=${clientId}`], env);
    const { code } = await runProgram('commands/clients', ['disable', clientId], env);
    const [begun = ''] = (await readdir(folder)).filter((name) => !name.includes('-host-1.'));
    const { uid, gid, ...found } = await stat(join(folder, begun));
    expect({ code, begun, mode: found.mode & 0o777 }).toEqual({
      code: 0,
      begun: expect.stringMatching(/^journal-.*\.ndjson$/),
      mode: isRoot ? mode : 0o600,
    });
    expect({ uid, gid }).toEqual(isRoot ? account : { uid: process.getuid?.(), gid: process.getgid?.() });
  });

  it('follows no link that bears the name of its file', async () => {
    const folder = await mkdtemp(join(directory, 'links-'));
    const target = join(folder, 'target');
    const at = new Date('2026-11-28T00:00:00Z');
    await symlink(
      target,
      join(folder, `journal-2026-11-28-${hostname().replace(/[^\w.-]/g, '_')}-${process.pid}.ndjson`),
    );
    await expect(new JournalFile(join(folder, 'journal.ndjson')).append('a line\n', at)).rejects.toThrow('ELOOP');
    await expect(access(target)).rejects.toThrow('ENOENT');
  });

  it('has what closed before the caller has the answer', async () => {
    const { subscriptionId } = await service.subscriber();
    await service.operate(subscriptionId, 'cancel');
    expect((await doorsIn(join(directory, 'kept'))).map(({ closed }) => closed)).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          door: 'subscription',
          id: subscriptionId,
          state: 'cancelled',
          reason: 'call_centre',
        }),
        expect.objectContaining({ door: 'device_revoked' }),
      ]),
    );
  });

  it('keeps no caller waiting who comes right after another one', async () => {
    const journal = new Journal(join(directory, 'kept', 'turns.ndjson'), service.database.url);
    await journal.open();
    try {
      // A door that missed its round would wait for the next one, or for the two seconds of a broken journal.
      for (let turn = 0; turn < 50; turn += 1) {
        await journal.record([{ door: 'code_spent', id: randomUUID() }]);
        expect(journal.left).toBe(0);
      }
    } finally {
      await journal.close();
    }
  });

  it('that cannot be written makes the process unready, refuses no closing, and is written when it can', async () => {
    const { subscriptionId } = await service.subscriber();
    await rename(join(directory, 'kept'), join(directory, 'away'));
    await rm(join(directory, 'away'), { recursive: true });
    expect((await service.operate(subscriptionId, 'cancel')).status).toBeLessThan(300);
    await eventually('the process to be unready', async () => (await ready()).failing?.includes('journal'));
    const metrics = await (await fetch(`${service.process.announcement.management}/metrics`)).text();
    expect(metrics).toMatch(/^pushguard_journal_failing 1$/m);
    await mkdir(join(directory, 'kept'));
    await eventually('the process to be ready', async () => !(await ready()).failing);
    expect((await doorsIn(join(directory, 'kept'))).map(({ closed }) => closed.id)).toContain(subscriptionId);
  });

  it('is completed from the tables with what a process closed that died before it could write', async () => {
    const { subscriptionId, phone } = await service.subscriber();
    await service.operate(subscriptionId, 'cancel');
    // As a client whose secret gave way to another one has it. It still serves, so no purge removes it meanwhile.
    const clientId = await service.rows.clients.register({ clientId: 'keyed-since', jwks: { keys: [] } });
    await service.database.pool.query(
      `INSERT INTO client_secrets (client_id, digest, ends_at, replaced_at)
        VALUES ($1, sha256('former'), '2099-01-01T00:00:00.123456Z', now())`,
      [clientId],
    );
    const [file] = await readdir(join(directory, 'kept'));
    await writeFile(join(directory, 'kept', file!), '');
    const source = await new DataSource(dataSourceOptions(service.database.url, 2)).initialize();
    const journal = new Journal(join(directory, 'kept', 'other.ndjson'), service.database.url);
    try {
      const missing = new MissingDoors(new Database(source, { sessionUrl: '', sharesSessions: false }), journal);
      await missing.record();
      await missing.record();
    } finally {
      await journal.close();
      await source.destroy();
    }
    const doors = (await doorsIn(join(directory, 'kept'))).map(({ closed }) => closed);
    expect(doors.filter(({ id }) => id === phone.deviceId)).toEqual([{ door: 'device_revoked', id: phone.deviceId }]);
    expect(doors.filter(({ id }) => id === clientId)).toEqual([
      {
        door: 'client_secret_ended',
        id: clientId,
        digest: createHash('sha256').update('former').digest('hex'),
        until: Date.parse('2099-01-01T00:00:00.123Z'),
      },
    ]);
    const standings = doors.filter(({ id }) => id === subscriptionId);
    expect(standings).toEqual([expect.objectContaining({ door: 'subscription', state: 'cancelled' })]);
  });
});

describe('a database that was put back under a running process', () => {
  it('adds nothing to the journal from its tables, and everything that closes in it', async () => {
    const database = await createTestDatabase();
    const folder = join(directory, 'put-back');
    await mkdir(folder);
    const source = await new DataSource(dataSourceOptions(database.url, 2)).initialize();
    let stopped = 0;
    const journal = new Journal(join(folder, 'journal.ndjson'), database.url, () => (stopped += 1));
    const [before, after] = [randomUUID(), randomUUID()];
    try {
      await journal.open();
      await journal.record([{ door: 'device_revoked', id: before }]);
      await database.pool.query(`UPDATE journal_mark SET value = 0; DELETE FROM journal_writers`);
      const clients = `INSERT INTO clients (id, client_id, name, scopes, token_endpoint_auth_method, secret_digest, disabled_at)
        VALUES (gen_random_uuid(), 'of-the-backup', '쇼핑', '{authentications}', 'client_secret_basic', sha256('x'), now())`;
      await database.pool.query(clients);
      const missing = new MissingDoors(new Database(source, { sessionUrl: '', sharesSessions: false }), journal);
      await expect(missing.record()).rejects.toThrow('the journal cannot be written');
      await journal.record([{ door: 'device_revoked', id: after }]);
      const { rows } = await database.pool.query('SELECT compared_until AS until FROM journal_mark');
      expect(rows).toEqual([{ until: null }]);
    } finally {
      await journal.close();
      await source.destroy();
      await database.drop();
    }
    expect(stopped).toBe(1);
    const found = (await doorsIn(folder)).map(({ mark, closed }) => [mark, closed.id]);
    expect(found).toEqual([
      [1, before],
      [null, after],
    ]);
  });
});

describe('the files of a journal', () => {
  const line = (mark: number): JournalLine => ({
    at: '2026-11-28T00:00:00.000Z',
    installation: '11111111-1111-4111-8111-111111111111',
    epoch: 0,
    mark,
    closed: { door: 'device_revoked', id: '22222222-2222-4222-8222-222222222222' },
  });

  it('are read whole or compressed, with torn lines, lines of others and what a collector put in front', async () => {
    const folder = join(directory, 'files');
    await mkdir(folder);
    const [first, second, third] = [1, 2, 3].map((mark) => writeJournalLine(line(mark)));
    await writeFile(
      join(folder, 'a.ndjson'),
      `{"level":"warn"}\n{"v":1,"at"\n${first}2026-11-28 stdout F ${second}${third!.slice(0, 40)}`,
    );
    await writeFile(join(folder, 'b.ndjson.gz'), gzipSync(third!));
    expect((await doorsIn(folder)).map(({ mark }) => mark)).toEqual([1, 2, 3]);
    expect(await doorsIn(folder)).toContainEqual(line(3));
  });

  it.each([
    { what: 'another version', text: writeJournalLine(line(1)).replace('"v":1', '"v":2') },
    { what: 'an id that is none', text: writeJournalLine(line(1)).replace(/2{8}/, "'; DROP") },
    { what: 'an unknown door', text: writeJournalLine(line(1)).replace('device_revoked', 'constructor') },
    { what: 'a mark that is no number', text: writeJournalLine(line(1)).replace('"mark":1', '"mark":"1"') },
    { what: 'a time that is none', text: writeJournalLine(line(1)).replace('2026-11', 'x') },
  ])('say nothing by a line with $what', async ({ text }) => {
    const file = join(directory, 'line.ndjson');
    await writeFile(file, text);
    expect(await doorsIn(file)).toEqual([]);
  });

  it('that are missing are named', async () => {
    await expect(doorsIn(join(directory, 'nothing'))).rejects.toThrow(/nothing: there is no such file/);
  });
});
