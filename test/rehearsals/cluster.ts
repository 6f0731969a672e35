import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, openSync, readFileSync, writeSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { isRunning, readPostmaster } from '../../src/embedded/postgres-process.ts';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';
import { ownDirectory, ownFile, Program } from './program.ts';
import type { Tools } from './tools.ts';

/** Seconds after which a primary that does not answer has lost its place. Patroni’s own default is 30. */
const TTL_SECONDS = 20;
/** Seconds between two rounds of Patroni, and for which it asks etcd or PostgreSQL again: half of its defaults. */
const ROUND_SECONDS = 5;

/**
 * The longest time without a start while a member loses its place: the time after which it has, and as long again for the
 * rounds of Patroni, the checks of HAProxy, the connections that are given up and the callers that repeat.
 */
export const LONGEST_OUTAGE_SECONDS = 2 * TTL_SECONDS;

/** One PostgreSQL of the cluster with the Patroni that runs it. */
export interface Member {
  name: string;
  port: number;
  /** The port of Patroni’s REST interface, which HAProxy asks who the primary is. */
  rest: number;
  /** The data directory. */
  data: string;
  /** The directory of its socket and settings. */
  home: string;
  patroni: Program | undefined;
}

/** What a rebuilt cluster begins with, in place of an empty one: a command that fills the data directory, and its archive. */
interface Archive {
  /** Stores one segment of the log; `%p` is its path. */
  archiveCommand: (member: Member) => string;
  /** Restores the data directory of the member, with the settings of the recovery. */
  restoreCommand: (member: Member) => string;
}

interface ClusterOptions {
  archive?: Archive | undefined;
  /** Megabytes of the file system of its own that each member has. */
  disk?: number | undefined;
  onStrike: (stop: () => Promise<unknown>) => void;
}

/** The file that takes what is free of a disk. */
const BALLOON = 'balloon';

/**
 * Two PostgreSQL servers under Patroni, with synchronous replication, and the etcd that they agree by. All of it listens
 * on the loopback.
 */
export class Cluster {
  readonly members: readonly Member[];
  readonly #password = randomBytes(16).toString('hex');
  readonly #servicePassword = randomBytes(16).toString('hex');
  /** The name of the cluster in etcd. A rebuilt one has another. */
  #scope = 'pushguard';
  #restored = false;

  private constructor(
    private readonly directory: string,
    private readonly tools: Tools,
    private readonly etcd: { program: Program; port: number },
    members: readonly Omit<Member, 'patroni'>[],
    private readonly archive: Archive | undefined,
  ) {
    this.members = members.map((member) => ({ ...member, patroni: undefined }));
  }

  /** Starts both members, and resolves when one is the primary and the other its synchronous standby. */
  static async start(directory: string, tools: Tools, { archive, disk, onStrike }: ClusterOptions): Promise<Cluster> {
    const [client, peer] = [await freePort(), await freePort()];
    const urls = { client: `http://127.0.0.1:${client}`, peer: `http://127.0.0.1:${peer}` };
    const flags = {
      // Patroni 3.0.2 of Debian 12 writes the leader’s key without a condition through version 3 of this interface: a member that was
      // stopped in its place takes the lead back from its successor. Through version 2 it compares first.
      'enable-v2': 'true',
      'data-dir': ownDirectory(join(directory, 'etcd'), undefined),
      'listen-client-urls': urls.client,
      'advertise-client-urls': urls.client,
      'listen-peer-urls': urls.peer,
      'initial-advertise-peer-urls': urls.peer,
      'initial-cluster': `default=${urls.peer}`,
    };
    const args = Object.entries(flags).map(([name, value]) => `--${name}=${value}`);
    const program = Program.start('etcd', tools.etcd, args, { directory });
    onStrike(() => program.stop());
    await eventually('etcd', async () => (await status(client, '/health')) === 200);
    const members: Omit<Member, 'patroni'>[] = [];
    for (const name of ['one', 'two']) {
      const home = ownDirectory(join(directory, name), tools.account);
      if (disk !== undefined) {
        mountDisk(home, disk, tools.account);
        onStrike(() => Promise.resolve(execFileSync('umount', ['--lazy', home])));
      }
      members.push({ name, home, data: join(home, 'data'), port: await freePort(), rest: await freePort() });
    }
    const cluster = new Cluster(directory, tools, { program, port: client }, members, archive);
    onStrike(() => cluster.strike());
    for (const member of cluster.members) cluster.startMember(member);
    await cluster.settled();
    await cluster.createDatabase();
    return cluster;
  }

  /** The database of the service as its owner, at this port of the proxy. */
  urlAt(port: number): string {
    return `postgres://pushguard:${this.#servicePassword}@127.0.0.1:${port}/pushguard`;
  }

  /** Starts the Patroni of a member, which starts its PostgreSQL: as a new one, or on its data. */
  startMember(member: Member): void {
    const file = ownFile(join(member.home, 'patroni.yml'), this.#settingsOf(member), this.tools.account);
    member.patroni = Program.start(`patroni-${member.name}`, this.tools.patroni, [file], {
      directory: this.directory,
      account: this.tools.account,
      env: { HOME: member.home },
    });
  }

  /** The member that Patroni says is the primary; undefined while there is none. */
  async primary(): Promise<Member | undefined> {
    for (const member of this.members) if ((await status(member.rest, '/primary')) === 200) return member;
    return undefined;
  }

  other(member: Member): Member {
    const other = this.members.find((one) => one !== member);
    if (!other) throw new Error('the cluster has two members');
    return other;
  }

  /** Resolves with the primary when the other member is its synchronous standby. */
  async settled(): Promise<Member> {
    return eventually(
      'a primary with a synchronous standby',
      async () => {
        for (const { name, patroni } of this.members) {
          if (patroni?.running === false) throw new Error(`Patroni of ${name} ended: …${await patroni.lastWords()}`);
        }
        const primary = await this.primary();
        if (!primary) return undefined;
        return (await status(this.other(primary).rest, '/synchronous')) === 200 ? primary : undefined;
      },
      SETTLED_SECONDS,
    );
  }

  /** Kills a member as a machine that loses its power: Patroni, PostgreSQL and every process of it, at once. */
  async kill(member: Member): Promise<void> {
    this.#signal(member, 'SIGKILL');
    await member.patroni?.kill();
    const postmaster = readPostmaster(member.data);
    await eventually(`the end of ${member.name}`, () => !postmaster || !isRunning(postmaster));
  }

  /** Stops every process of a member in its place: its connections stay open, and nothing answers. */
  freeze(member: Member): void {
    this.#signal(member, 'SIGSTOP');
  }

  thaw(member: Member): void {
    this.#signal(member, 'SIGCONT');
  }

  /** Leaves no byte of a member’s disk free. */
  fill({ home }: Member): void {
    const file = openSync(join(home, BALLOON), 'w');
    const zeros = Buffer.alloc(1 << 16);
    try {
      for (;;) writeSync(file, zeros);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    } finally {
      closeSync(file);
    }
  }

  /** Gives a member its disk back. */
  async empty({ home }: Member): Promise<void> {
    await rm(join(home, BALLOON));
  }

  /** Destroys both members with their data, and builds the cluster again from the archive, by its restore command. */
  async rebuild(): Promise<void> {
    await this.strike();
    for (const { data } of this.members) await rm(data, { recursive: true });
    this.#scope = 'restored';
    this.#restored = true;
    const [first, second] = this.members;
    if (!first || !second) throw new Error('the cluster has two members');
    this.startMember(first);
    await eventually('the restored primary', async () => (await this.primary()) === first, SETTLED_SECONDS);
    this.startMember(second);
    await this.settled();
  }

  /** Runs statements at a member as its superuser; returns the rows of the last one. */
  async sql<Row>(member: Member, ...statements: string[]): Promise<Row[]> {
    const client = new pg.Client({ connectionString: this.#adminUrl(member) });
    await client.connect();
    try {
      let rows: Row[] = [];
      for (const statement of statements) ({ rows } = (await client.query(statement)) as unknown as { rows: Row[] });
      return rows;
    } finally {
      await client.end();
    }
  }

  /** Kills every process of the members. */
  async strike(): Promise<void> {
    for (const member of this.members) await this.kill(member);
  }

  private async createDatabase(): Promise<void> {
    const primary = await this.settled();
    await this.sql(
      primary,
      `CREATE ROLE pushguard LOGIN PASSWORD '${this.#servicePassword}'`,
      'CREATE DATABASE pushguard OWNER pushguard',
    );
  }

  #adminUrl({ port }: Member): string {
    return `postgres://postgres:${this.#password}@127.0.0.1:${port}/postgres`;
  }

  /** Patroni first, so that it does not act on what becomes of its PostgreSQL. */
  #signal(member: Member, name: NodeJS.Signals): void {
    member.patroni?.signal(name);
    const postmaster = readPostmaster(member.data);
    if (!postmaster || !isRunning(postmaster)) return;
    send(postmaster.pid, name === 'SIGKILL' ? 'SIGSTOP' : name);
    // A stopped parent starts no process beside those that are listed.
    const processes = childrenOf(postmaster.pid);
    for (const pid of processes) send(pid, name);
    if (name === 'SIGKILL') send(postmaster.pid, name);
  }

  /** JSON is YAML. */
  #settingsOf(member: Member): string {
    const { name, port, rest, home, data } = member;
    const { archive } = this;
    const parameters = {
      max_connections: 200,
      unix_socket_directories: home,
      unix_socket_permissions: '0700',
      ...(archive && { archive_mode: 'on', archive_command: archive.archiveCommand(member), archive_timeout: 60 }),
    };
    const restoring = archive &&
      this.#restored && {
        method: 'restore',
        restore: { command: archive.restoreCommand(member), keep_existing_recovery_conf: true, no_params: true },
      };
    return JSON.stringify({
      scope: this.#scope,
      name,
      restapi: { listen: `127.0.0.1:${rest}`, connect_address: `127.0.0.1:${rest}` },
      etcd: { host: `127.0.0.1:${this.etcd.port}` },
      bootstrap: {
        ...restoring,
        dcs: {
          ttl: TTL_SECONDS,
          loop_wait: ROUND_SECONDS,
          retry_timeout: ROUND_SECONDS,
          synchronous_mode: true,
          postgresql: { use_pg_rewind: true, use_slots: true },
        },
        initdb: ['data-checksums', { encoding: 'UTF8' }, { locale: 'C.UTF-8' }],
      },
      postgresql: {
        listen: `127.0.0.1:${port}`,
        connect_address: `127.0.0.1:${port}`,
        data_dir: data,
        bin_dir: this.tools.postgres,
        pgpass: join(home, 'pgpass'),
        authentication: {
          superuser: { username: 'postgres', password: this.#password },
          replication: { username: 'replicator', password: this.#password },
        },
        parameters,
        pg_hba: [
          // The socket lies in a directory that only the account of the server enters. pgBackRest uses it.
          'local all all trust',
          'host all all 127.0.0.1/32 scram-sha-256',
          'host replication replicator 127.0.0.1/32 scram-sha-256',
        ],
      },
    });
  }
}

/** Long enough for two servers to be made on a busy machine. */
const SETTLED_SECONDS = 180;
/** Milliseconds in which Patroni or etcd answer on the loopback, unless they are stopped. */
const ANSWER_MS = 2_000;

/** The status of an answer; undefined without one. */
export async function status(port: number, path: string): Promise<number | undefined> {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, { signal: AbortSignal.timeout(ANSWER_MS) });
    await answer.body?.cancel();
    return answer.status;
  } catch {
    return undefined;
  }
}

/** A small file system in memory. */
function mountDisk(path: string, megabytes: number, account: Tools['account']): void {
  const owner = account ? `,uid=${account.uid},gid=${account.gid}` : '';
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=0700${owner}`, 'tmpfs', path]);
}

function childrenOf(pid: number): number[] {
  const file = `/proc/${pid}/task/${pid}/children`;
  return existsSync(file) ? readFileSync(file, 'utf8').split(' ').filter(Boolean).map(Number) : [];
}

function send(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
