import pg from 'pg';
import { connectTo, ORDINARY } from './database-client.ts';

/** Runs SQL as the role that owns the tables. */
type Query = <Row>(sql: string, values?: unknown[]) => Promise<Row[]>;

/** What a role may do with the rows of a table that is not restricted. */
export const TABLE_RIGHTS = 'SELECT, INSERT, UPDATE, DELETE';

export interface Grants {
  schema: string;
  /** The role that receives the rights. */
  role: string;
  /** Tables whose rows the role may not change freely, with the rights that it gets instead. */
  restrictedTables?: Readonly<Record<string, string>>;
  /** Functions that the role may call. */
  functions?: readonly string[];
  /** The role also creates objects in the schema. */
  mayCreate?: boolean;
}

interface Owned {
  name: string;
  isSequence: boolean;
  /** The role could grant itself any right: it is a superuser, the owner or a member of the owner role. */
  isItsOwn: boolean;
}

const OWNED = `SELECT c.relname AS name, c.relkind = 'S' AS "isSequence", pg_has_role($2, c.relowner, 'MEMBER') AS "isItsOwn"
  FROM pg_class c WHERE c.relnamespace = $1::regnamespace AND c.relkind IN ('r', 'p', 'v', 'S') AND NOT c.relispartition
    AND pg_has_role(c.relowner, 'USAGE')`;

const MAY_CHANGE = `SELECT has_any_column_privilege($1, t.oid, 'UPDATE')
    OR has_table_privilege($1, t.oid, 'DELETE, TRUNCATE, TRIGGER') AS "mayChange"
  FROM pg_class t WHERE t.oid = $2::regclass`;

/**
 * Grants a role the use of all tables, views and sequences that the current role owns in a schema, with fewer rights on the
 * restricted tables. A partition is used by way of its table.
 * Throws when the restriction would have no effect, because the role already has more rights.
 */
export async function grantUse(
  query: Query,
  { schema, role, restrictedTables = {}, functions = [], mayCreate = false }: Grants,
): Promise<void> {
  const all = await query<Owned>(OWNED, [schema, role]);
  const owned = all.filter(({ isItsOwn }) => !isItsOwn);
  if (!mayCreate && owned.length < all.length) throw new Error(excessRights(role));
  const [inSchema, to] = [pg.escapeIdentifier(schema), pg.escapeIdentifier(role)];
  const grants = owned.map(({ name, isSequence }) => {
    const what = `${isSequence ? 'SEQUENCE' : 'TABLE'} ${inSchema}.${pg.escapeIdentifier(name)}`;
    const rights = isSequence ? 'USAGE, SELECT' : TABLE_RIGHTS;
    return `REVOKE ALL ON ${what} FROM ${to}; GRANT ${restrictedTables[name] ?? rights} ON ${what} TO ${to};`;
  });
  for (const name of functions) {
    grants.push(`GRANT EXECUTE ON FUNCTION ${inSchema}.${pg.escapeIdentifier(name)} TO ${to};`);
  }
  // Statements sent as one text form one transaction, so a running service never lacks a right in between.
  await query(`GRANT ${mayCreate ? 'USAGE, CREATE' : 'USAGE'} ON SCHEMA ${inSchema} TO ${to}; ${grants.join('\n')}`);
  for (const [table, rights] of Object.entries(restrictedTables)) {
    if (rights.includes('UPDATE')) continue;
    const [found] = await query<{ mayChange: boolean }>(MAY_CHANGE, [
      role,
      `${inSchema}.${pg.escapeIdentifier(table)}`,
    ]);
    if (found?.mayChange) throw new Error(excessRights(role));
  }
}

/**
 * Returns the role that a URL logs in as. It asks the database, because a URL may leave the role to the environment.
 */
export async function roleOf(url: string): Promise<string> {
  const client = await connectTo(url, ORDINARY);
  try {
    const { rows } = await client.query<{ role: string }>('SELECT current_user AS role');
    return rows[0]?.role ?? '';
  } finally {
    await client.end();
  }
}

function excessRights(role: string): string {
  return (
    `The role of DATABASE_URL (${role}) could change the audit: it is a superuser, belongs to the role of ` +
    'MIGRATION_DATABASE_URL, or was granted more elsewhere. Give DATABASE_URL a plain role of its own'
  );
}
