import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { onPath, REDIS_SERVER } from '../support/on-path.ts';

/** The programs of a rehearsal, each an absolute path. */
export interface Tools {
  etcd: string;
  haproxy: string;
  patroni: string;
  pgbackrest: string;
  redis: string;
  /** The library that gives a process another clock. */
  faketime: string;
  /** The directory with `postgres`, `initdb` and the others of the newest PostgreSQL. */
  postgres: string;
  /** The account that runs PostgreSQL, Patroni and pgBackRest: PostgreSQL refuses root. Undefined: the present one. */
  account: { uid: number; gid: number } | undefined;
}

/** The packages of Debian that bring the programs. */
const PACKAGES: Readonly<Record<keyof Tools, string>> = {
  etcd: 'etcd-server',
  haproxy: 'haproxy',
  patroni: 'patroni',
  pgbackrest: 'pgbackrest',
  redis: 'redis-server',
  faketime: 'libfaketime',
  postgres: 'postgresql',
  // The account comes with the server.
  account: 'postgresql',
};

/** Finds what a rehearsal needs. Throws an error that names the packages of Debian with what is missing. */
export function findTools(optional: { backup: boolean; redis: boolean; clock: boolean }): Tools {
  const found = {
    etcd: onPath('etcd'),
    haproxy: onPath('haproxy'),
    patroni: onPath('patroni'),
    postgres: newestPostgres(),
    account: process.getuid?.() === 0 ? accountOf('postgres') : null,
    pgbackrest: optional.backup ? onPath('pgbackrest') : '',
    redis: optional.redis ? REDIS_SERVER : '',
    faketime: optional.clock ? libraryOf('faketime/libfaketime.so.1') : '',
  };
  const packages = Object.entries(found).flatMap(([name, path]) =>
    path === undefined ? [PACKAGES[name as keyof Tools]] : [],
  );
  if (packages.length > 0) {
    const missing = [...new Set(packages)].join(' ');
    throw new Error(
      `This rehearsal needs programs of Debian that are not installed: apt-get install -y --no-install-recommends ${missing}`,
    );
  }
  return { ...found, account: found.account ?? undefined } as Tools;
}

function newestPostgres(): string | undefined {
  const root = '/usr/lib/postgresql';
  const versions = existsSync(root) ? readdirSync(root).map(Number) : [];
  const packaged = versions
    .sort((one, other) => other - one)
    .map((version) => join(root, String(version), 'bin'))
    .find((directory) => existsSync(join(directory, 'postgres')));
  const other = onPath('postgres');
  return packaged ?? (other && dirname(other));
}

/** A library in the folder of this machine’s architecture. */
function libraryOf(path: string): string | undefined {
  const root = '/usr/lib';
  return readdirSync(root)
    .map((folder) => join(root, folder, path))
    .find((file) => existsSync(file));
}

function accountOf(name: string): { uid: number; gid: number } | undefined {
  const ask = (flag: string): number =>
    Number(execFileSync('id', [flag, name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
  try {
    return { uid: ask('-u'), gid: ask('-g') };
  } catch {
    return undefined;
  }
}
