import { isBehind, migrationState, rightsTo, type MigrationTarget } from '../../../config/migrate.ts';
import type { Environment } from '../../../config/environment.ts';
import { connectTo, ORDINARY } from '../../database/database-client.ts';
import { namingVariable } from '../../process/variable-at-fault.ts';
import { note, ok, reasonOf, unknown, wrong, type Line } from './line.ts';

/** What grants the service's role its rights, as the beginning of a sentence. */
export function howToGrant({ MIGRATE_ON_START }: Environment): string {
  return MIGRATE_ON_START
    ? 'Start the service once with MIGRATION_DATABASE_URL'
    : 'Run npm run migrate -- up with MIGRATION_DATABASE_URL';
}

/** Makes the comparison of a start, with the same login: whether this version can run on the database. */
export async function migrationLines(environment: Environment, target: MigrationTarget | undefined): Promise<Line[]> {
  if (!target) return [unknown('migrations', 'were not compared', 'Correct first what the line of the poolers says.')];
  const { MIGRATE_ON_START } = environment;
  let state: Awaited<ReturnType<typeof migrationState>>;
  try {
    const { owner, service, variable } = target;
    state = await namingVariable(variable, () => migrationState(MIGRATE_ON_START ? owner : service, target));
  } catch (error) {
    const todo = 'A start fails alike. Correct the address and login, or run the version that the other processes run.';
    return [wrong('migrations', `cannot be read: ${reasonOf(error)}`, todo)];
  }
  const { applied, waiting, newer, queue, denied } = state;
  if (isBehind(state)) {
    const all = applied.length + waiting.length;
    const parts = [
      ...(waiting.length > 0 ? [`${waiting.length} of ${all}`] : []),
      ...(queue !== null && queue.present < queue.needed ? ['the tables of the queue'] : []),
      ...(denied.length > 0 ? [rightsTo(denied)] : []),
    ];
    const says = `${parts.join(' and ')} wait`;
    if (!MIGRATE_ON_START) {
      const todo =
        'MIGRATE_ON_START is false, so no process starts. Run npm run migrate -- up as the owner of the tables.';
      return [wrong('migrations', says, todo)];
    }
    const { role = '', lacking } = (await lookAt(target.owner, target)) ?? {};
    return lacking == null
      ? [note('migrations', says, 'The next start of a process applies them.')]
      : [
          wrong(
            'migrations',
            `${says}, and ${role} ${lacking}`,
            'Give the owner of the tables to MIGRATION_DATABASE_URL.',
          ),
        ];
  }
  if (newer.length > 0) {
    const says = `${newer.length} are of a newer version than this one`;
    return [note('migrations', says, 'Run the version that the other processes run.')];
  }
  return [ok('migrations', `all ${applied.length} are applied`)];
}

interface Place {
  role: string;
  place: string;
  isReadOnly: boolean;
  lacking: string | null;
}

/** Two addresses lead to one place if server and database are the same. */
export const PLACE = `current_database() || ' ' || extract(epoch FROM pg_postmaster_start_time())`;

/** Whose tables a migration changes, and where BullMQ creates its schema. */
const LOOK = `SELECT current_user AS role, ${PLACE} AS place, current_setting('transaction_read_only') = 'on' AS "isReadOnly",
    (SELECT CASE
        WHEN min(c.relname) IS NOT NULL THEN 'does not own ' || min(c.relname)
        WHEN NOT has_schema_privilege('public', 'CREATE') THEN 'may not create tables in the schema public'
        WHEN $1 AND to_regnamespace('bullmq') IS NULL AND NOT has_database_privilege(current_database(), 'CREATE')
          THEN 'may not create the schema bullmq in the database' END
      FROM pg_class c
      WHERE c.relnamespace IN ('public'::regnamespace, CASE WHEN $1 THEN to_regnamespace('bullmq') END)
        AND c.relkind IN ('r', 'p') AND NOT pg_has_role(c.relowner, 'USAGE')
        AND NOT EXISTS (SELECT FROM pg_depend d
          WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')) AS lacking`;

/** The addresses beside `DATABASE_URL` that lead to the same database. */
type Variable = 'QUEUE_DATABASE_URL' | 'MIGRATION_DATABASE_URL';

/**
 * Tries an address that has to lead to the database of `DATABASE_URL`. `owns`: its role migrates; `hasQueue`: the tables of the
 * queue too.
 */
export async function addressLine(
  variable: Variable,
  url: string,
  { place, owns, hasQueue }: { place: string; owns: boolean; hasQueue: boolean },
): Promise<Line> {
  let found: Place | undefined;
  try {
    found = await lookAt(url, { hasQueue });
  } catch (error) {
    return wrong(variable, `cannot be used: ${reasonOf(error)}`, `Correct ${variable}, or start PostgreSQL.`);
  }
  if (found?.place !== place)
    return wrong(variable, 'leads to another server or database than DATABASE_URL', `Correct ${variable}.`);
  if (found.isReadOnly)
    return wrong(variable, 'leads to a standby, or writes are switched off', `Let ${variable} lead to the primary.`);
  if (!owns) return ok(variable, 'leads to the database');
  if (found.lacking !== null)
    return wrong(variable, `${found.role} ${found.lacking}`, `Give ${variable} the role that owns the tables.`);
  return ok(variable, `${found.role} can migrate the database`);
}

async function lookAt(url: string, { hasQueue }: { hasQueue: boolean }): Promise<Place | undefined> {
  const client = await connectTo(url, ORDINARY);
  try {
    return (await client.query<Place>(LOOK, [hasQueue])).rows[0];
  } finally {
    void client.end().catch(() => undefined);
  }
}
