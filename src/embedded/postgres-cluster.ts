import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chown, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { choosePostgresAccount, type PostgresAccount } from './postgres-account.ts';
import type { PostgresBinaries } from './postgres-binaries.ts';
import { postgresEnvironment } from './postgres-environment.ts';

/** The role that owns the database. */
export const ROLE = 'pushguard';
/** The role that may use the owner's tables. */
export const SERVICE_ROLE = 'pushguard_service';

/**
 * The account that runs the cluster in `home`. Creates `home/cluster` and `home/password` if `home` does not exist.
 *
 * The cluster is created under another name and renamed when it is complete, so that a crash leaves nothing half done.
 * The caller must hold the process lock.
 */
export async function prepareCluster(home: string, binaries: PostgresBinaries): Promise<PostgresAccount> {
  if (existsSync(home)) return choosePostgresAccount(binaries.postgres, home);

  const prefix = `${basename(home)}.new-`;
  for (const left of await readdir(dirname(home))) {
    if (left.startsWith(prefix)) await rm(join(dirname(home), left), { recursive: true, force: true });
  }
  const draft = await mkdtemp(join(dirname(home), prefix));
  const account = await choosePostgresAccount(binaries.postgres, draft);
  await initialise(draft, binaries.initdb, account);
  await rename(draft, home);
  return account;
}

async function initialise(home: string, initdb: string, { prefix, ...account }: PostgresAccount): Promise<void> {
  const cluster = join(home, 'cluster');
  const passwordFile = join(home, 'password');
  await mkdir(cluster, { mode: 0o700 });
  await writeFile(passwordFile, randomBytes(24).toString('base64url'), { mode: 0o600 });
  if (account.uid !== undefined && account.gid !== undefined) {
    await chown(cluster, account.uid, account.gid);
    await chown(passwordFile, account.uid, account.gid);
  }
  const options = ['--encoding=UTF8', '--locale=C', '--auth=scram-sha-256', `--username=${ROLE}`];
  const [command = initdb, ...args] = [
    ...[...prefix, initdb, ...options],
    // A file and not a pipe: Node's pipes are sockets, which /dev/stdin cannot open.
    ...['--pgdata', cluster, '--pwfile', passwordFile],
  ];
  const settings = { ...account, cwd: home, env: postgresEnvironment(), windowsHide: true };
  // It takes a second, in which this process loads the service.
  await promisify(execFile)(command, args, settings).catch((error: unknown) => {
    const { message, stderr } = error as Error & { stderr?: string };
    throw new Error(`initdb failed: ${stderr || message}`);
  });
}

/** The password of the service role, created at the first start that needs it: older clusters have one role only. */
export async function servicePassword(home: string): Promise<string> {
  const file = join(home, 'service-password');
  const stored = await readFile(file, 'utf8').catch(() => '');
  if (stored !== '') return stored;
  const password = randomBytes(24).toString('base64url');
  await writeFile(file, password, { mode: 0o600 });
  return password;
}
