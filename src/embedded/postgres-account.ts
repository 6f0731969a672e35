import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { chown, lchown, readdir, stat } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';

/** The account under which a program runs: arguments to put before it, and the ids to change to. */
export interface PostgresAccount {
  prefix: readonly string[];
  uid?: number;
  gid?: number;
}

interface Account {
  uid: number;
  gid: number;
}

/**
 * Chooses an account that can run `program` and write `directory`, and makes it the owner of `directory`.
 *
 * PostgreSQL refuses to run as root. As root, the candidates are the present owner of the directory, then `postgres`
 * and `nobody`, if they can reach both paths. If none can, for example because the project lies under /root, a user
 * namespace maps root to an unprivileged user.
 * A user that /etc/passwd does not know (containers run as any number) needs the namespace too.
 * Throws an error that asks for DATABASE_URL when nothing works.
 */
export async function choosePostgresAccount(program: string, directory: string): Promise<PostgresAccount> {
  const runs = ({ prefix, ...account }: PostgresAccount): boolean => {
    const [command, ...args] = [...prefix, program, '--version'] as const;
    return spawnSync(command, args, { ...account, cwd: '/', windowsHide: true }).status === 0;
  };
  const isRoot = process.getuid?.() === 0;
  if (!isRoot && isKnownUser()) {
    if (runs({ prefix: [] })) return { prefix: [] };
    throw new Error(cannotRun(`${program} does not run on this machine (musl libc, or a missing library)`));
  }

  if (isRoot) {
    const owner = await stat(directory);
    const accounts = passwd();
    const candidates = [owner.uid === 0 ? undefined : owner, accounts.get('postgres'), accounts.get('nobody')];
    for (const candidate of candidates) {
      if (!candidate) continue;
      const { uid, gid } = candidate;
      if (!runs({ prefix: [], uid, gid })) continue;
      if (!isReachable(directory, { uid, gid })) continue;
      await changeOwner(directory, { uid, gid });
      return { prefix: [], uid, gid };
    }
  }
  // initdb asks for the name of its user, so the id inside the namespace must have a name.
  const { uid, gid } = passwd().get('nobody') ?? { uid: 65534, gid: 65534 };
  const prefix = ['unshare', '--user', `--map-user=${uid}`, `--map-group=${gid}`, '--'];
  if (process.platform === 'linux' && runs({ prefix })) {
    if (isRoot) await changeOwner(directory, { uid: 0, gid: 0 });
    return { prefix };
  }
  throw new Error(
    cannotRun(`no unprivileged account can reach ${program} and ${directory}, and there are no user namespaces`),
  );
}

function cannotRun(why: string): string {
  return (
    `embedded PostgreSQL cannot run here: ${why}. Set DATABASE_URL to a PostgreSQL server; or run as a normal user, ` +
    'in a directory that other accounts can reach; or set EMBEDDED_PG_BIN to the programs of an installed PostgreSQL'
  );
}

/** On Windows every user is known. */
function isKnownUser(): boolean {
  try {
    userInfo();
    return true;
  } catch {
    return false;
  }
}

function passwd(): Map<string, Account> {
  const rows = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  return new Map(rows.map(([name = '', , uid, gid]) => [name, { uid: Number(uid), gid: Number(gid) }]));
}

/** Whether the account can enter the parent, so that the directory can be given to it. */
function isReachable(directory: string, account: Account): boolean {
  const parent = join(directory, '..');
  return spawnSync('/bin/sh', ['-c', 'cd "$0"', parent], { ...account, cwd: '/' }).status === 0;
}

async function changeOwner(path: string, account: Account): Promise<void> {
  const { uid } = await stat(path);
  if (uid === account.uid) return;
  for (const entry of await readdir(path, { recursive: true }))
    await lchown(join(path, entry), account.uid, account.gid);
  await chown(path, account.uid, account.gid);
}
