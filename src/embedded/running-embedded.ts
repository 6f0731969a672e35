import { readFile, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import type { Environment } from '../../config/environment.ts';
import { SERVICE_ROLE } from './postgres-cluster.ts';
import { isRunning, readPostmaster } from './postgres-process.ts';

/**
 * Completes the environment of a command by what `npm start` runs in `DATA_DIR`: its database and its keys. Settings that
 * are given stay. Throws when neither a database is given nor one runs there.
 */
export async function joinRunning(environment: Environment): Promise<void> {
  const { DATA_DIR, hostInUrl, PORT } = environment;
  if (!environment.DATABASE_URL) {
    const url = await runningUrl(DATA_DIR);
    if (url === undefined) {
      throw new Error(`Set DATABASE_URL, or run npm start first: no database runs in ${DATA_DIR}.`);
    }
    environment.DATABASE_URL = url;
    environment.KEYRING ??= await readFile(join(DATA_DIR, 'keyring.json'), 'utf8');
  }
  if (!environment.KEYRING) throw new Error('Set KEYRING: the keys of the service whose database this is.');
  environment.ISSUER ||= `http://${hostInUrl}:${PORT}`;
}

async function runningUrl(dataDir: string): Promise<string | undefined> {
  try {
    const home = join(await realpath(dataDir), 'postgres');
    const postmaster = readPostmaster(join(home, 'cluster'));
    if (!postmaster || !isRunning(postmaster)) return undefined;
    const password = await readFile(join(home, 'service-password'), 'utf8');
    return `postgres://${SERVICE_ROLE}:${password.trim()}@127.0.0.1:${postmaster.port}/pushguard`;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
