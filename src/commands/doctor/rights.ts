import { PARTITION_FUNCTIONS, RESTRICTED_TABLES } from '../../../config/migrate.ts';
import type { Environment } from '../../../config/environment.ts';
import type { DatabaseClient } from '../../database/database-client.ts';
import { TABLE_RIGHTS } from '../../database/grant-use.ts';
import { howToGrant } from './migrations.ts';
import { note, ok, wrong, type Line } from './line.ts';

interface Right {
  name: string;
  lacks: boolean;
  mayChangeAudit: boolean;
}

/**
 * What a start grants to the service's role: the tables, and the functions that keep the partitions. A partition is used by
 * way of its table, and the tables of an extension are not the service's.
 */
const RIGHTS = `SELECT c.relname AS name,
    NOT (SELECT bool_and(has_table_privilege(c.oid, needed))
      FROM unnest(string_to_array(coalesce($1::jsonb ->> c.relname, $2), ', ')) needed) AS lacks,
    c.relname = 'audit_entries' AND (pg_has_role(c.relowner, 'MEMBER') OR has_any_column_privilege(c.oid, 'UPDATE')
      OR has_table_privilege(c.oid, 'DELETE, TRUNCATE, TRIGGER')) AS "mayChangeAudit"
  FROM pg_class c
  WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
    AND NOT EXISTS (SELECT FROM pg_depend d
      WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
  UNION ALL
  SELECT p.proname, NOT has_function_privilege(p.oid, 'EXECUTE'), false FROM pg_proc p
  WHERE p.pronamespace = 'public'::regnamespace AND p.proname = ANY($3)
  ORDER BY 1`;

/** Whether the role of the service may do its work, and no more. */
export async function rightsLines(
  client: DatabaseClient,
  { role, isSuperuser }: { role: string; isSuperuser: boolean },
  environment: Environment,
): Promise<Line[]> {
  const { MIGRATION_DATABASE_URL: owner, MIGRATE_ON_START } = environment;
  const { rows } = await client.query<Right>(RIGHTS, [
    JSON.stringify(RESTRICTED_TABLES),
    TABLE_RIGHTS,
    PARTITION_FUNCTIONS,
  ]);
  // There are no tables yet, of which the line of the migrations says what to do.
  if (rows.length === 0) return [];
  const lacking = rows.filter(({ lacks }) => lacks).map(({ name }) => name);
  if (lacking.length > 0) {
    const some = lacking.slice(0, 3).join(', ') + (lacking.length > 3 ? ` and ${lacking.length - 3} more` : '');
    const says = `${role} may not use ${some}`;
    return [
      MIGRATE_ON_START && owner !== undefined
        ? note('database rights', says, 'The next start of a process grants them.')
        : wrong('database rights', says, `${howToGrant(environment)}, or grant them.`),
    ];
  }
  if (!isSuperuser && !rows.some(({ mayChangeAudit }) => mayChangeAudit))
    return [ok('database rights', `${role} uses the tables, and cannot change the audit`)];
  const says = isSuperuser
    ? `${role} is a superuser`
    : `${role} owns the tables or was granted more, and could change the audit`;
  const todo = 'Give DATABASE_URL a plain role, and the owner to MIGRATION_DATABASE_URL.';
  return [owner === undefined ? note('database rights', says, todo) : wrong('database rights', says, todo)];
}
