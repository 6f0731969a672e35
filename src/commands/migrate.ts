import 'reflect-metadata';
import { parseArgs } from 'node:util';
import { timestampOf } from '../../config/data-source.ts';
import { type Environment, readProcessEnvironment } from '../../config/environment.ts';
import {
  isBehind,
  type KnownMigration,
  migrate,
  type MigrationState,
  migrationState,
  migrationTarget,
  rightsTo,
} from '../../config/migrate.ts';
import { runningDatabase } from '../embedded/running-embedded.ts';
import { namingVariable } from '../process/variable-at-fault.ts';

/** Brings the database to the schema of this version, apart from the start of the service. */

const USAGE = `npm run migrate -- status    what is applied, and what waits
npm run migrate -- plan      what waits, which tables it locks, and whether the running version goes on beside it
npm run migrate -- up        applies what waits, one migration after the other, and grants the service the use of the tables

A change waits for a table for a second at most. It then gives up what it holds, lets the statements behind it run, and is
tried again, for ten minutes. What was applied stays applied; a run that was interrupted is repeated. Several runs at once
wait for one another, and for processes that migrate at their start.

Reads DATABASE_URL, MIGRATION_DATABASE_URL, QUEUE_DATABASE_URL and REDIS_URL; without DATABASE_URL it takes the database that
npm start runs in DATA_DIR. status and plan need the rights of the service alone, up those of the owner of the tables.
Exit code of status and plan: 0 nothing waits, 1 something waits, 2 wrong use or no answer. Exit code of up: 0 done,
1 a migration failed, 2 wrong use or no answer.
`;

const NO_ANSWER = 2;

// Neither keys nor gateways are needed here, which production must have elsewhere.
delete process.env['NODE_ENV'];
const command = readCommand();
const environment = readProcessEnvironment();
try {
  await joinDatabase(environment);
  await run(command);
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = NO_ANSWER;
}

async function run(wanted: 'status' | 'plan' | 'up'): Promise<void> {
  const { owner, service, users, hasQueue, variable } = await migrationTarget(environment);
  const state = await namingVariable(variable, () => migrationState(wanted === 'up' ? owner : service, { hasQueue }));
  if (wanted !== 'up') {
    process.stdout.write(wanted === 'status' ? statusOf(state) : planOf(state));
    process.exitCode = isBehind(state) ? 1 : 0;
    return;
  }
  try {
    const tell = (step: string): void => void process.stdout.write(`${step}\n`);
    await migrate(owner, { users, hasQueue, tell, tellEach: tell });
    process.stdout.write('The database has the schema of this version.\n');
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    process.exitCode = 1;
  }
}

function statusOf({ applied, waiting, newer, queue, denied }: MigrationState): string {
  const lines = [
    ...applied.map((one) => `applied  ${one.name}`),
    ...waiting.map((one) => `waits    ${one.name}`),
    ...newer.map((name) => `newer    ${name} is not of this version`),
  ];
  if (queue) {
    const state = queue.present < queue.needed ? 'waits  ' : 'applied';
    lines.push(`${state}  tables of the queue: version ${queue.present}, needed ${queue.needed}`);
  }
  if (denied.length > 0) lines.push(`waits    ${rightsTo(denied)}`);
  return `${lines.join('\n')}\n`;
}

function planOf(state: MigrationState): string {
  const { waiting, queue } = state;
  if (!isBehind(state)) return 'Nothing waits.\n';
  const isNew = state.applied.length === 0;
  const parts = waiting.map((one) => [one.name, ...(isNew ? [] : describe(one))].join('\n  '));
  if (queue && queue.present < queue.needed) {
    parts.push(`tables of the queue\n  version ${queue.present} becomes ${queue.needed}, in one transaction of BullMQ`);
  }
  if (state.denied.length > 0)
    parts.push(`${rightsTo(state.denied)}\n  granted in one transaction, and no lock is held`);
  return `${isNew ? 'The database is empty: nothing is in use yet.\n' : ''}${parts.join('\n')}\n`;
}

/** Migrations before the first declared one belong to versions whose guide says what they need. */
function describe(one: KnownMigration): string[] {
  const { locks, removes, meanwhile } = one;
  if (!locks) {
    const at = new Date(timestampOf(one)).toISOString().slice(0, 10);
    return [`declares no locks (written ${at}): read “Upgrading” in the guide before it runs beside an older version`];
  }
  return [
    ...locks.map(({ table, mode, because }) => `${mode} on ${table}: ${because}`),
    ...(locks.length === 0 ? ['locks no table that exists'] : []),
    removes === undefined
      ? `the running version goes on beside it${meanwhile === undefined ? '' : `, but ${meanwhile}`}`
      : `the running version must be newer: ${removes}`,
  ];
}

/** Without a DATABASE_URL, the database of a running `npm start`. */
async function joinDatabase(given: Environment): Promise<void> {
  if (given.DATABASE_URL) return;
  const { ownerUrl, serviceUrl } = await runningDatabase(given.DATA_DIR);
  given.DATABASE_URL = serviceUrl;
  given.MIGRATION_DATABASE_URL ??= ownerUrl;
}

function readCommand(): 'status' | 'plan' | 'up' {
  const fail = (message: string): never => {
    process.stderr.write(`${message}\n\n${USAGE}`);
    process.exit(NO_ANSWER);
  };
  try {
    const { values, positionals } = parseArgs({
      options: { help: { type: 'boolean', short: 'h' } },
      allowPositionals: true,
    });
    if (values.help) {
      process.stdout.write(USAGE);
      process.exit(0);
    }
    const [first, ...more] = positionals;
    if (more.length === 0 && (first === 'status' || first === 'plan' || first === 'up')) return first;
    return fail('Give one of status, plan and up.');
  } catch (error) {
    return fail((error as Error).message);
  }
}
