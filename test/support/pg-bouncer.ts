import { spawn, type ChildProcess } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { eventually } from './eventually.ts';
import { freePort } from './free-port.ts';
import { PGBOUNCER } from './programs.ts';

/** A PgBouncer in front of the PostgreSQL of the tests, with the settings that its package has. */
export class PgBouncer {
  private constructor(
    private readonly child: ChildProcess,
    private readonly directory: string,
    private readonly port: number,
  ) {}

  /** Starts a PgBouncer for these URLs, which differ in role and database alone. */
  static async start(poolMode: 'transaction' | 'session', ...urls: readonly string[]): Promise<PgBouncer> {
    if (PGBOUNCER === undefined) throw new Error('This needs pgbouncer on the PATH: apt-get install pgbouncer.');
    const directory = await mkdtemp(join(tmpdir(), 'pushguard-bouncer-'));
    // Under root, PgBouncer runs as another account, which needs access to the directory.
    await chmod(directory, 0o755);
    const [port, first] = [await freePort(), new URL(urls[0] ?? '')];
    const logins = urls.map((url) => new URL(url));
    const users = join(directory, 'users.txt');
    await writeFile(users, logins.map(({ username, password }) => `"${username}" "${password}"\n`).join(''));
    const settings = {
      listen_addr: '127.0.0.1',
      listen_port: port,
      unix_socket_dir: '',
      auth_type: 'scram-sha-256',
      auth_file: users,
      pool_mode: poolMode,
      // Fewer sessions than clients, where sessions are shared; in session mode every client keeps one.
      default_pool_size: poolMode === 'transaction' ? 8 : 60,
    };
    const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}`);
    const config = join(directory, 'pgbouncer.ini');
    await writeFile(
      config,
      `[databases]\n* = host=${first.hostname} port=${first.port}\n[pgbouncer]\n${lines.join('\n')}\n`,
    );
    const asRoot = process.getuid?.() === 0 ? ['-u', 'nobody'] : [];
    const child = spawn(PGBOUNCER, ['-q', ...asRoot, config], { stdio: 'ignore' });
    const bouncer = new PgBouncer(child, directory, port);
    await eventually('PgBouncer answering', () => isAnswering(bouncer.before(urls[0] ?? '')));
    return bouncer;
  }

  /** The URL of PostgreSQL, by way of PgBouncer. */
  before(url: string): string {
    const through = new URL(url);
    through.host = `127.0.0.1:${this.port}`;
    return through.href;
  }

  async stop(): Promise<void> {
    const gone = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill('SIGKILL');
    await gone;
    await rm(this.directory, { recursive: true, force: true });
  }
}

async function isAnswering(connectionString: string): Promise<boolean> {
  const client = new pg.Client({ connectionString });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('SELECT 1');
    return true;
  } catch {
    return false;
  } finally {
    void client.end();
  }
}
