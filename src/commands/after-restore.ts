import 'reflect-metadata';
import { readProcessEnvironment } from '../../config/environment.ts';
import { migrateOnStart } from '../../config/migrate.ts';
import { readJournal, requireJournal } from '../journal/read-journal.ts';
import { journalIsAhead } from '../journal/require-unrestored.ts';
import { AfterRestore, type Restored } from '../restore/after-restore.ts';
import { joinedOrEnded } from './command-environment.ts';
import { readOptions } from './terminal.ts';
import { withService } from './with-service.ts';

/** Makes a restored database safe before the service runs on it. */

const USAGE = `npm run after-restore -- --journal=FILE [--journal=FILE …] [--dry-run]
npm run after-restore -- --no-journal [--dry-run]
npm run after-restore -- --moved

Run it after a backup was put back, while no process of the service runs; the service refuses to start before.

  --journal=FILE  a file of the journal (also .gz), a directory of such files, the JOURNAL_FILE itself for all files of
                  that name, or - for standard input. Give the files of every process since the backup, in any order.
  --no-journal    there is no journal: only what lives for a short time is voided.
  --dry-run       changes nothing and prints what would change.
  --moved         the database moved to another PostgreSQL cluster as planned (pg_upgrade, logical replication), with
                  all that it had. Voids and closes nothing.

It voids what lives for a short time (open authentications, codes, sessions, requests that wait), closes again what was
closed after the backup, opens nothing, and writes the gap into the audit. A run that was interrupted is repeated; a
further run changes nothing more than a first one would.
Reads DATABASE_URL, KEYRING and, with --moved, JOURNAL_FILE. Exit code: 0 done, 1 failed, 2 wrong use.
`;

interface Wanted {
  journal: string[];
  dryRun: boolean;
  moved: boolean;
}

const wanted = readArguments();
// The database of npm start runs only while the service does, which this command must not meet.
const environment = await joinedOrEnded(readProcessEnvironment(['DATABASE_URL', 'KEYRING']));
const { DATABASE_URL, QUEUE_DATABASE_URL = DATABASE_URL, JOURNAL_FILE } = environment;
// What is closed here stands in the journal already.
delete environment.JOURNAL_FILE;
try {
  // A path that is no journal is refused before anything is done.
  await requireJournal(wanted.journal);
  // An older backup may lack the tables of this version.
  await migrateOnStart(environment);
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exit(1);
}
await withService(environment, async (app) => {
  const afterRestore = app.get(AfterRestore);
  try {
    if (wanted.moved) await recordMove(afterRestore);
    else report(await afterRestore.run(readJournal(wanted.journal), { dryRun: wanted.dryRun }));
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    process.exitCode = 1;
  }
});

async function recordMove(afterRestore: AfterRestore): Promise<void> {
  const ahead = await journalIsAhead(QUEUE_DATABASE_URL, JOURNAL_FILE);
  if (ahead !== undefined) throw new Error(ahead);
  const moved = await afterRestore.moved();
  process.stdout.write(moved ? 'The move is recorded; the service may start.\n' : 'Nothing moved.\n');
}

function report({ voided, closed, lines, from, until }: Restored): void {
  const print = (line: string): void => void process.stdout.write(`${line}\n`);
  print(`lines of the journal that are newer than the database: ${lines}`);
  if (from !== null) print(`from ${from} until ${until ?? from}`);
  for (const [what, count] of closed) print(`closed again: ${count} ${what}`);
  for (const [what, count] of voided) print(`voided: ${count} ${what}`);
  print(wanted.dryRun ? 'Nothing was changed.' : 'The service may start.');
}

function readArguments(): Wanted {
  const fail = (message: string): never => {
    process.stderr.write(`${message}\n\n${USAGE}`);
    process.exit(2);
  };
  const values = readOptions(
    {
      journal: { type: 'string', multiple: true },
      'no-journal': { type: 'boolean' },
      'dry-run': { type: 'boolean' },
      moved: { type: 'boolean' },
    },
    USAGE,
  );
  const { journal = [], moved = false } = values;
  const ways = [journal.length > 0, values['no-journal'] ?? false, moved].filter(Boolean).length;
  if (ways !== 1) return fail('Give one of --journal, --no-journal and --moved.');
  if (moved && values['dry-run']) return fail('--moved has no dry run.');
  return { journal, moved, dryRun: values['dry-run'] ?? false };
}
