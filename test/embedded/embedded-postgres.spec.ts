import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { startEmbeddedPostgres } from '../../src/embedded/embedded-postgres.ts';
import { ensureDatabase, ensurePlainRole } from '../../src/embedded/postgres-connection.ts';
import { freePort } from '../support/free-port.ts';

const root = join(import.meta.dirname, '..', '..');
/** Inside the project, so that the bundle finds its packages. */
const bundleDir = join(root, 'node_modules', '.cache', `embedded-postgres-spec-${process.pid}`);
const bundle = join(bundleDir, 'embedded-postgres.mjs');
let scratch: string;
let directories = 0;

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'embedded-postgres-spec-'));
  // The account that runs the server needs search permission on this directory.
  spawnSync('chmod', ['755', scratch]);
  await mkdir(bundleDir, { recursive: true });
  const { status, stderr } = spawnSync(
    join(root, 'node_modules', '.bin', 'esbuild'),
    [
      join(root, 'src', 'embedded', 'embedded-postgres.ts'),
      ...['--bundle', '--packages=external', '--format=esm', '--platform=node', `--outfile=${bundle}`],
    ],
    { encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(stderr);
});
afterAll(async () => {
  await rm(scratch, { recursive: true, force: true });
  await rm(bundleDir, { recursive: true, force: true });
});

const freshDir = () => {
  directories += 1;
  return join(scratch, `data-${directories}`);
};

const query = async (url: string, text: string): Promise<Record<string, unknown>[]> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
};

/** Starts a process that starts the server, prints its URL, and lives until it is killed. */
const startParent = async (dataDir: string, options: { guard?: boolean } = {}) => {
  const program = `
    const { startEmbeddedPostgres } = await import(${JSON.stringify(bundle)});
    const { url } = await startEmbeddedPostgres(${JSON.stringify({ dataDir, ...options })});
    console.log(url);
    setInterval(() => undefined, 1000);
  `;
  const parent = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(parent.stdout, 'data')) as [Buffer];
  return {
    url: line.toString().trim(),
    async kill() {
      parent.kill('SIGKILL');
      await once(parent, 'exit');
    },
  };
};

const answers = (url: string) =>
  query(url, 'SELECT 1').then(
    () => true,
    () => false,
  );

/** Polls until `holds` returns true, within the test's own timeout. */
const until = async (holds: () => Promise<boolean>) => {
  while (!(await holds())) await delay(20);
};

describe('startEmbeddedPostgres', () => {
  it('the embedded PostgreSQL starts on an empty directory, keeps what was committed, and has ended when stop() resolves', async () => {
    const dataDir = freshDir();
    const first = await startEmbeddedPostgres({ dataDir, database: 'shop' });
    expect(first.adopted).toBe(false);
    expect(await query(first.url, 'CREATE TABLE kept AS SELECT 42 AS answer')).toEqual([]);
    await first.stop();
    expect(await answers(first.url)).toBe(false);

    const second = await startEmbeddedPostgres({ dataDir, database: 'shop' });
    expect(second.adopted).toBe(false);
    expect(await query(second.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
    await second.stop();
  });

  it('the embedded PostgreSQL is durable by default, listens on the loopback alone, and asks for a password', async () => {
    const server = await startEmbeddedPostgres({ dataDir: freshDir(), settings: { work_mem: '8MB' } });
    const names = ['fsync', 'synchronous_commit', 'full_page_writes', 'listen_addresses', 'jit', 'work_mem'];
    const settings = await query(
      server.url,
      `SELECT ${names.map((name) => `current_setting('${name}') AS ${name}`).join(', ')}`,
    );
    expect(settings).toEqual([
      {
        fsync: 'on',
        synchronous_commit: 'on',
        full_page_writes: 'on',
        listen_addresses: '127.0.0.1',
        jit: 'off',
        work_mem: '8MB',
      },
    ]);
    const withoutPassword = server.url.replace(/:[^:@]+@/, ':guess@');
    await expect(query(withoutPassword, 'SELECT 1')).rejects.toMatchObject({ code: '28P01' });
    await server.stop();
  });

  it('a second start adopts the server that a killed process left, with all that it committed', async () => {
    const dataDir = freshDir();
    const parent = await startParent(dataDir);
    await query(parent.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
    await parent.kill();

    const server = await startEmbeddedPostgres({ dataDir });
    expect(server).toMatchObject({ adopted: true, url: parent.url });
    expect(await query(server.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
    await server.stop();
    expect(await answers(server.url)).toBe(false);
  });

  it('a start replaces a server that was left on another port than the requested one', async () => {
    const dataDir = freshDir();
    const parent = await startParent(dataDir);
    await parent.kill();
    const port = await freePort();
    const server = await startEmbeddedPostgres({ dataDir, port });
    expect(server).toMatchObject({ adopted: false, port });
    expect(await answers(parent.url)).toBe(false);
    await server.stop();
  });

  it('the embedded PostgreSQL with a guard stops when its process is killed', async () => {
    const parent = await startParent(freshDir(), { guard: true });
    expect(await answers(parent.url)).toBe(true);
    await parent.kill();
    await until(async () => !(await answers(parent.url)));
  });

  it('the embedded PostgreSQL recovers after the server itself was killed', async () => {
    const dataDir = freshDir();
    const parent = await startParent(dataDir);
    await query(parent.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
    await parent.kill();
    const [pid] = readFileSync(join(dataDir, 'postgres', 'cluster', 'postmaster.pid'), 'utf8').split('\n');
    process.kill(Number(pid), 'SIGKILL');

    const server = await startEmbeddedPostgres({ dataDir });
    expect(server.adopted).toBe(false);
    expect(await query(server.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
    await server.stop();
  });

  it.each([
    ['a process that is gone', () => ({ pid: 2 ** 22 - 1, end: () => undefined })],
    [
      'another process of the same account',
      (cluster: string) => {
        const { uid, gid } = statSync(cluster);
        const stranger = spawn('sleep', ['60'], process.getuid?.() === 0 ? { uid, gid } : {});
        return { pid: stranger.pid!, end: () => stranger.kill() };
      },
    ],
  ])('a start ignores a pid file that names %s', async (_case, stranger) => {
    const dataDir = freshDir();
    const first = await startEmbeddedPostgres({ dataDir });
    const cluster = join(dataDir, 'postgres', 'cluster');
    const pidFile = join(cluster, 'postmaster.pid');
    const [, ...rest] = readFileSync(pidFile, 'utf8').split('\n');
    await first.stop();
    const { pid, end } = stranger(cluster);
    writeFileSync(pidFile, [pid, ...rest].join('\n'));

    const second = await startEmbeddedPostgres({ dataDir });
    expect(second.adopted).toBe(false);
    expect(await answers(second.url)).toBe(true);
    await second.stop();
    end();
  });

  it('one of many starts at once gets the data directory, and the others are told so', async () => {
    const dataDir = freshDir();
    const starts = await Promise.allSettled(Array.from({ length: 5 }, () => startEmbeddedPostgres({ dataDir })));
    const started = starts.filter((start) => start.status === 'fulfilled');
    expect(started).toHaveLength(1);
    for (const start of starts) {
      if (start.status === 'rejected') expect(String(start.reason)).toContain('in use by another running process');
    }
    await started[0]!.value.stop();
  });

  it('a start refuses a directory that another process uses, and takes it when that process has died', async () => {
    const dataDir = freshDir();
    const parent = await startParent(dataDir);
    await expect(startEmbeddedPostgres({ dataDir })).rejects.toThrow('in use by another running process');
    await parent.kill();
    const server = await startEmbeddedPostgres({ dataDir });
    expect(server.adopted).toBe(true);
    await server.stop();
  });

  it('a start that fails says why, and releases the directory', async () => {
    const dataDir = freshDir();
    await expect(startEmbeddedPostgres({ dataDir, settings: { no_such_setting: '1' } })).rejects.toThrow(
      'unrecognized configuration parameter "no_such_setting"',
    );
    const server = await startEmbeddedPostgres({ dataDir });
    expect(await answers(server.url)).toBe(true);
    await server.stop();
  });

  it('a start on a busy machine, which loads its modules for seconds while it connects, goes on', async () => {
    const url = process.env['TEST_TEMPLATE_URL']!;
    const started = [ensureDatabase(url, 'template'), ensurePlainRole(url, { name: 'beside_loading', password: 'x' })];
    // Nothing of this process runs meanwhile, as when modules are loaded.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2_100);
    await Promise.all(started);
    await query(url, 'DROP ROLE beside_loading');
  });

  it('a start on a platform without a build asks for DATABASE_URL', async () => {
    const before = process.env['EMBEDDED_PG_BIN'];
    process.env['EMBEDDED_PG_BIN'] = '/nonexistent';
    try {
      await expect(startEmbeddedPostgres({ dataDir: freshDir() })).rejects.toThrow('DATABASE_URL');
    } finally {
      if (before === undefined) delete process.env['EMBEDDED_PG_BIN'];
      else process.env['EMBEDDED_PG_BIN'] = before;
    }
  });
});
