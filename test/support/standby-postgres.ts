import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { chmod, mkdtemp, realpath, rm, writeFile, appendFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { choosePostgresAccount } from '../../src/embedded/postgres-account.ts';
import { locatePostgres } from '../../src/embedded/postgres-binaries.ts';
import { postgresEnvironment } from '../../src/embedded/postgres-environment.ts';
import { guardPostmaster } from '../../src/embedded/postgres-guard.ts';
import { eventually } from './eventually.ts';
import { freePort } from './free-port.ts';

const run = promisify(execFile);

/** A standby that follows a server of this machine by streaming. It begins as a copy of the server’s files. */
export class StandbyPostgres {
  private constructor(
    readonly url: string,
    readonly pool: pg.Pool,
    private readonly child: ChildProcess,
    private readonly directory: string,
    private readonly endGuard: () => void,
  ) {}

  /** Copies the server at `url`, whose files are in `dataDir`, and follows it. */
  static async of({ url, dataDir }: { url: string; dataDir: string }): Promise<StandbyPostgres> {
    const directory = await realpath(await mkdtemp(join(tmpdir(), 'pushguard-standby-')));
    await chmod(directory, 0o755);
    const [cluster, port] = [join(directory, 'cluster'), await freePort()];
    await copy(url, join(await realpath(dataDir), 'postgres', 'cluster'), cluster);
    const { hostname, port: primaryPort, username, password } = new URL(url);
    const from = `host=${hostname} port=${primaryPort} user=${username} password=${password}`;
    await appendFile(join(cluster, 'postgresql.auto.conf'), `\nprimary_conninfo = '${from}'\n`);
    await writeFile(join(cluster, 'standby.signal'), '');

    const { postgres } = await locatePostgres();
    const { prefix, ...identity } = await choosePostgresAccount(postgres, directory);
    const settings = [
      'listen_addresses=127.0.0.1',
      'unix_socket_directories=',
      'shared_buffers=32MB',
      'max_connections=200',
    ];
    const args = ['-D', cluster, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])];
    const [command = postgres, ...rest] = [...prefix, postgres, ...args];
    const child = spawn(command, rest, { ...identity, cwd: directory, env: postgresEnvironment(), stdio: 'ignore' });
    const own = new URL(url);
    own.port = String(port);
    const pool = new pg.Pool({ connectionString: own.href, max: 2 });
    pool.on('error', () => undefined);
    const guard = guardPostmaster(child.pid ?? 0);
    await eventually('the standby', () => pool.query('SELECT 1').then(Boolean, () => false));
    return new StandbyPostgres(own.href, pool, child, directory, guard);
  }

  /** Shows nothing newer than what it has now. */
  async pause(): Promise<void> {
    await this.pool.query('SELECT pg_wal_replay_pause()');
    await eventually(
      'a pause',
      async () => (await this.pool.query('SELECT pg_get_wal_replay_pause_state() AS state')).rows[0].state === 'paused',
    );
  }

  async resume(): Promise<void> {
    await this.pool.query('SELECT pg_wal_replay_resume()');
  }

  /** Makes it a primary, which follows nobody. */
  async promote(): Promise<void> {
    await this.pool.query('SELECT pg_promote()');
  }

  async kill(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = new Promise((resolve) => this.child.once('exit', resolve));
    // Immediate shutdown: its other processes end too.
    this.child.kill('SIGQUIT');
    await ended;
  }

  async stop(): Promise<void> {
    await this.pool.end();
    this.endGuard();
    await this.kill();
    await rm(this.directory, { recursive: true, force: true });
  }
}

/** A base backup, without `pg_basebackup`, which the embedded server does not have. */
async function copy(url: string, from: string, to: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(`SELECT pg_backup_start('standby', true)`);
    await run('cp', ['-a', from, to]);
    await rm(join(to, 'postmaster.pid'), { force: true });
    const { rows } = await client.query<{ labelfile: string }>('SELECT labelfile FROM pg_backup_stop(false)');
    await writeFile(join(to, 'backup_label'), rows[0]?.labelfile ?? '');
  } finally {
    await client.end();
  }
}
