import { readFile, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import type { Environment } from '../../config/environment.ts';
import { ROLE, SERVICE_ROLE } from './postgres-cluster.ts';
import { isRunning, readPostmaster } from './postgres-process.ts';

/**
 * Completes the environment of a command by what `npm start` runs in `DATA_DIR`: its database and its keys. Settings that
 * are given stay. Throws when neither a database is given nor one runs there.
 */
export async function joinRunning(environment: Environment): Promise<void> {
  const { DATA_DIR, hostInUrl, PORT } = environment;
  if (!environment.DATABASE_URL) {
    environment.DATABASE_URL = (await runningDatabase(DATA_DIR)).serviceUrl;
    environment.KEYRING ??= await readFile(join(DATA_DIR, 'keyring.json'), 'utf8');
  }
  if (!environment.KEYRING) throw new Error('Set KEYRING: the keys of the service whose database this is.');
  environment.ISSUER ||= `http://${hostInUrl}:${PORT}`;
}

/** The URLs of the database that `npm start` runs in a directory, as the owner of the tables and as the service. */
export async function runningDatabase(dataDir: string): Promise<{ ownerUrl: string; serviceUrl: string }> {
  const running = await readRunning(dataDir);
  if (running) return running;
  throw new Error(`Set DATABASE_URL, or run npm start first: no database runs in ${dataDir}.`);
}

async function readRunning(dataDir: string): Promise<{ ownerUrl: string; serviceUrl: string } | undefined> {
  try {
    const home = join(await realpath(dataDir), 'postgres');
    const postmaster = readPostmaster(join(home, 'cluster'));
    if (!postmaster || !isRunning(postmaster)) return undefined;
    const urlOf = async (role: string, file: string) => {
      const password = await readFile(join(home, file), 'utf8');
      return `postgres://${role}:${password.trim()}@127.0.0.1:${postmaster.port}/pushguard`;
    };
    return { ownerUrl: await urlOf(ROLE, 'password'), serviceUrl: await urlOf(SERVICE_ROLE, 'service-password') };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
