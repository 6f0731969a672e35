import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from './eventually.ts';
import { freePort } from './free-port.ts';
import { REDIS_SERVER } from './on-path.ts';

/** The value of each setting, or its values. */
type Settings = Readonly<Record<string, string | readonly string[]>>;

/** A separate Redis server for one test file, which can be killed and restarted on the same port and data. */
export class RedisServer {
  private child: ChildProcess | undefined;

  private constructor(
    readonly port: number,
    private readonly directory: string,
    private readonly settings: Settings,
  ) {}

  /** Starts a server with these settings in addition to those that the queue needs. */
  static async start(settings: Settings = {}): Promise<RedisServer> {
    const server = new RedisServer(await freePort(), await mkdtemp(join(tmpdir(), 'pushguard-redis-')), settings);
    await server.start();
    return server;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** Starts the server on its existing data, and resolves when it answers. */
  async start(): Promise<void> {
    const settings = {
      bind: '127.0.0.1',
      port: String(this.port),
      dir: this.directory,
      appendonly: 'yes',
      ...this.settings,
    };
    const flags = Object.entries({ ...settings, save: '', 'maxmemory-policy': 'noeviction' });
    if (REDIS_SERVER === undefined) {
      throw new Error('This needs redis-server or valkey-server on the PATH: apt-get install redis-server.');
    }
    const args = flags.flatMap(([name, value]) => [`--${name}`, ...[value].flat()]);
    this.child = spawn(REDIS_SERVER, args, { stdio: 'ignore' });
    await eventually('Redis answering', async () => (await this.ask('PING')).startsWith('+PONG'));
  }

  /** Kills the server with SIGKILL, and resolves when it has exited. */
  async kill(): Promise<void> {
    const { child } = this;
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
  }

  async remove(): Promise<void> {
    await this.kill();
    await rm(this.directory, { recursive: true, force: true });
  }

  /** Returns the first chunk of the answer to an inline command; an empty text without an answer. */
  ask(command: string): Promise<string> {
    return new Promise((resolve) => {
      const socket = connect(this.port, '127.0.0.1', () => socket.write(`${command}\r\n`));
      socket.once('data', (data) => {
        resolve(data.toString());
        socket.destroy();
      });
      socket.once('error', () => resolve(''));
      socket.once('close', () => resolve(''));
    });
  }
}
