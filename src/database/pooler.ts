import { namingVariable } from '../process/variable-at-fault.ts';
import { connectTo, ORDINARY, type DatabaseClient } from './database-client.ts';

/** Other clients that take turns with the first one, to see whether they are given its session. */
const OTHERS = 3;

/**
 * True if the URL leads to a pooler that gives its clients another session for each transaction, as PgBouncer in
 * transaction mode does. A pooler is found by the number of the server process, which it does not pass on; its mode by
 * two clients that are given the same process, or one that is given two.
 */
export async function sharesSessions(url: string): Promise<boolean> {
  const first = await connectTo(url, ORDINARY);
  const others: DatabaseClient[] = [];
  try {
    const own = await processOf(first);
    if ((first as unknown as { processID: number | null }).processID === own) return false;
    while (others.length < OTHERS) {
      const other = await connectTo(url, ORDINARY);
      others.push(other);
      // The transaction holds the session that the pooler gives it.
      await other.query('BEGIN');
      if ((await processOf(other)) === own || (await processOf(first)) !== own) return true;
    }
    return false;
  } catch (error) {
    // In session mode, a small pool is full with the first client alone.
    if (others.length > 0) return false;
    throw error;
  } finally {
    for (const client of [first, ...others]) void client.end().catch(() => undefined);
  }
}

async function processOf(client: DatabaseClient): Promise<number | undefined> {
  return (await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')).rows[0]?.pid;
}

/** The addresses of the environment that lead to the same database. */
export interface DatabaseUrls {
  DATABASE_URL?: string;
  QUEUE_DATABASE_URL?: string;
  MIGRATION_DATABASE_URL?: string;
}

/**
 * Checks that what needs a session has one: the queue, LISTEN, advisory locks, temporary tables and migrations. Throws
 * an error of one line that names the variable. Returns the URL for migrations: the owner’s, at the direct address if
 * its own leads to such a pooler too.
 */
export async function requireSessions(urls: DatabaseUrls): Promise<{ owner: string | undefined }> {
  const { DATABASE_URL = '', QUEUE_DATABASE_URL, MIGRATION_DATABASE_URL: owner } = urls;
  const shares = (name: keyof DatabaseUrls, url: string) => namingVariable(name, () => sharesSessions(url));
  if (QUEUE_DATABASE_URL === undefined) {
    if (!(await shares('DATABASE_URL', DATABASE_URL))) return { owner };
    throw new Error(
      'QUEUE_DATABASE_URL: is required, because DATABASE_URL leads to a pooler in transaction mode. ' +
        'Give the address of PostgreSQL itself',
    );
  }
  if (await shares('QUEUE_DATABASE_URL', QUEUE_DATABASE_URL)) {
    throw new Error('QUEUE_DATABASE_URL: leads to a pooler in transaction mode. Give the address of PostgreSQL itself');
  }
  if (owner === undefined) return { owner: undefined };
  return { owner: (await shares('MIGRATION_DATABASE_URL', owner)) ? atAddressOf(QUEUE_DATABASE_URL, owner) : owner };
}

/** The direct address, with the login of another URL. */
function atAddressOf(direct: string, loginOf: string): string {
  const login = /^[a-z]+:\/\/(?:([^/?]*)@)?/i.exec(loginOf)?.[1];
  if (login === undefined) return loginOf;
  return direct.replace(/^([a-z]+:\/\/)(?:[^/?]*@)?/i, `$1${login.replace(/\$/g, '$$$$')}@`);
}
