import pg from 'pg';

/** Milliseconds after which a server that does not answer is asked again. */
const ASK_MS = 2_000;

/**
 * Milliseconds for a server that has answered. They pass as well while this process loads its modules and reads no
 * socket, which takes seconds on a busy machine.
 */
const CONNECT_MS = 60_000;

/**
 * Whether a server answers at `url`. Returns false while it is starting, stopping or absent.
 * Throws when it answers with a permanent refusal, such as a wrong password.
 */
export async function isAnswering(url: string): Promise<boolean> {
  const client = clientOf(url, ASK_MS);
  try {
    await client.connect();
    await client.query('SELECT 1');
    return true;
  } catch (error) {
    // Class 28 is a refused login.
    if (codeOf(error).startsWith('28')) throw error;
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Creates the database unless it exists; concurrent calls are safe. */
export async function ensureDatabase(adminUrl: string, name: string): Promise<void> {
  const client = clientOf(adminUrl, CONNECT_MS);
  try {
    await client.connect();
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${client.escapeIdentifier(name)}`);
  } catch (error) {
    // duplicate_database, or the unique index behind it: another process has just created it.
    if (!['42P04', '23505'].includes(codeOf(error))) throw error;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Creates a role that may log in and nothing else, or reduces an existing role to that. */
export async function ensurePlainRole(adminUrl: string, role: { name: string; password: string }): Promise<void> {
  const client = clientOf(adminUrl, CONNECT_MS);
  try {
    await client.connect();
    const name = client.escapeIdentifier(role.name);
    const { rowCount } = await client.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [role.name]);
    if (rowCount === 0) await client.query(`CREATE ROLE ${name}`);
    await client.query(
      `ALTER ROLE ${name} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS
        PASSWORD ${client.escapeLiteral(role.password)}`,
    );
  } finally {
    await client.end().catch(() => undefined);
  }
}

function clientOf(connectionString: string, connectionTimeoutMillis: number): pg.Client {
  // `ssl` is explicit; otherwise PGSSLMODE of the environment would decide.
  const client = new pg.Client({ connectionString, connectionTimeoutMillis, ssl: false });
  // A server that stops ends its sessions (57P01), which must not end the process.
  client.on('error', () => undefined);
  return client;
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
