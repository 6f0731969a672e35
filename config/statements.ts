import 'reflect-metadata';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { STATEMENTS, type Statement } from '../src/database/statement.ts';
import { withMigratedDatabase } from './migrated-database.ts';
import { readSource, type DeclaredType, type Source } from './statement-source.ts';

/**
 * Checks every literal statement against the migrated database and against the TypeScript around it:
 *
 * - PostgreSQL prepares the statement, so a renamed column is found without running the code;
 * - its result columns and parameters have the types that the calls of `rows<Row>(STATEMENT, values)` declare;
 * - it writes no table of another room, unless it declares the table with a reason.
 *
 * The tables that each statement reads and writes go to `test/contract/statements.md`. With `--check`, the check fails
 * if that file differs.
 */
const CONTRACT = 'test/contract/statements.md';

/** One statement as PostgreSQL sees it. */
interface Prepared {
  statement: Statement;
  /** PostgreSQL's type of each parameter. */
  parameters: string[];
  columns: { name: string; type: string }[];
  reads: Set<string>;
  writes: Set<string>;
}

const root = join(import.meta.dirname, '../..');
const source = readSource(root);
for (const file of source.filesWithStatements) await import(join(root, 'dist', file.replace(/\.ts$/, '.js')));

const prepared = await withMigratedDatabase(prepareAll);
const faults = prepared.flatMap((one) => [...typeFaults(one, source), ...ownerFaults(one, source)]);
faults.push(...source.faults);
const contract = contractOf(prepared, source);
if (!process.argv.includes('--check')) await writeFile(CONTRACT, contract);
else if ((await readFile(CONTRACT, 'utf8').catch(() => '')) !== contract) {
  faults.push(`${CONTRACT} is not what the code says; look at the change, then run: npm run snapshots`);
}
for (const fault of faults) process.stderr.write(`${fault}\n`);
process.exitCode = faults.length > 0 ? 1 : 0;

/** Creates the temporary tables first, because other statements refer to them. */
async function prepareAll(client: pg.Client): Promise<Prepared[]> {
  const all = [...STATEMENTS.values()].sort((one, other) => one.name.localeCompare(other.name, 'en'));
  for (const { text } of all) if (text.startsWith('CREATE TEMP TABLE')) await client.query(text);
  const done: Prepared[] = [];
  for (const statement of all) {
    if (/^(CREATE TEMP TABLE|ANALYZE)/.test(statement.text)) continue;
    try {
      done.push(await prepare(client, statement));
    } catch (error) {
      source.faults.push(`${statement.name}: PostgreSQL refuses it: ${(error as Error).message}`);
    }
  }
  return done;
}

async function prepare(client: pg.Client, statement: Statement): Promise<Prepared> {
  const name = pg.escapeIdentifier(statement.name);
  await client.query(`PREPARE ${name} AS ${statement.text}`);
  const { rows } = await client.query<{ parameters: string[]; results: string[] | null }>(
    `SELECT parameter_types::text[] AS parameters, result_types::text[] AS results
      FROM pg_prepared_statements WHERE name = $1`,
    [statement.name],
  );
  const [{ parameters, results } = { parameters: [], results: null }] = rows;
  const names = await columnNames(client, statement.text);
  const columns = (results ?? []).map((type, at) => ({ name: names[at] ?? '', type }));
  const plan = await client.query<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>(
    `EXPLAIN (GENERIC_PLAN, FORMAT JSON) ${statement.text}`,
  );
  const tables = { reads: new Set<string>(), writes: new Set<string>() };
  for (const row of plan.rows) walkPlan(row['QUERY PLAN'][0].Plan, tables);
  const partitions = await partitionedTables(client);
  const tablesOf = (names: Set<string>) => new Set([...names].map((name) => partitions.get(name) ?? name));
  return { statement, parameters, columns, reads: tablesOf(tables.reads), writes: tablesOf(tables.writes) };
}

/** The table of each partition. A plan names the partitions that a statement may read. */
async function partitionedTables(client: pg.Client): Promise<Map<string, string>> {
  const { rows } = await client.query<{ name: string; table: string }>(
    `SELECT relname AS name, pg_partition_root(oid)::regclass::text AS "table" FROM pg_class WHERE relispartition AND relkind = 'r'`,
  );
  return new Map(rows.map(({ name, table }) => [name, table]));
}

interface PlanNode {
  'Node Type': string;
  'Relation Name'?: string;
  Plans?: PlanNode[];
}

function walkPlan(node: PlanNode, tables: { reads: Set<string>; writes: Set<string> }): void {
  const table = node['Relation Name'];
  if (table !== undefined) tables[node['Node Type'] === 'ModifyTable' ? 'writes' : 'reads'].add(table);
  for (const child of node.Plans ?? []) walkPlan(child, tables);
}

/**
 * Returns the column names of a statement’s result. A Describe message asks PostgreSQL for them, so the statement does
 * not run.
 */
function columnNames(client: pg.Client, text: string): Promise<string[]> {
  return new Promise((resolve, reject) => {
    let names: string[] = [];
    let failure: Error | undefined;
    const description = {
      submit(connection: pg.Connection) {
        connection.parse({ name: '', text, types: [] }, true);
        connection.describe({ type: 'S', name: '' }, true);
        connection.sync();
      },
      handleRowDescription({ fields }: { fields: { name: string }[] }) {
        names = fields.map(({ name }) => name);
      },
      handleError(error: Error) {
        failure = error;
      },
      handleReadyForQuery() {
        if (failure) reject(failure);
        else resolve(names);
      },
    };
    client.query(description as unknown as pg.Submittable);
  });
}

/** Compares the types that each call declares with those of PostgreSQL. */
function typeFaults({ statement, columns, parameters }: Prepared, { calls }: Source): string[] {
  const found: string[] = [];
  for (const call of calls.get(statement.name) ?? []) {
    const at = `${statement.name} (${call.place})`;
    if (call.values === undefined) found.push(`${at}: the values are no list that can be read here`);
    else if (call.values.length !== parameters.length) {
      found.push(`${at}: ${call.values.length} values for ${parameters.length} parameters`);
    } else {
      for (const [place, type] of parameters.entries()) {
        const value = call.values[place];
        if (value && !value.mayBecome(type)) found.push(`${at}: $${place + 1} is ${type}, the value is ${value.text}`);
      }
    }
    if (call.row === undefined) continue;
    for (const { name, type } of columns) {
      const member = call.row.get(name);
      if (!member) found.push(`${at}: the row type has no ${name}`);
      else if (!member.mayHold(type)) found.push(`${at}: ${name} is ${type}, the row type says ${member.text}`);
    }
    for (const name of missing(call.row, columns)) found.push(`${at}: the row type has ${name}, the statement has not`);
  }
  if (!calls.has(statement.name)) found.push(`${statement.name}: no call names it`);
  return found;
}

function missing(row: ReadonlyMap<string, DeclaredType>, columns: readonly { name: string }[]): string[] {
  const names = new Set(columns.map(({ name }) => name));
  return [...row.keys()].filter((name) => !names.has(name));
}

/** Finds writes into tables of other rooms that are not declared, and declarations without such a write. */
function ownerFaults({ statement, writes }: Prepared, { owners, rooms }: Source): string[] {
  const room = rooms.get(statement.name);
  const declared = new Set(Object.keys(statement.writes ?? {}));
  const foreign = [...writes].filter((table) => owners.has(table) && owners.get(table) !== room);
  return [
    ...foreign
      .filter((table) => !declared.has(table))
      .map((table) => `${statement.name}: writes ${table} of ${owners.get(table)}/ without declaring it`),
    ...[...declared]
      .filter((table) => !foreign.includes(table))
      .map((table) => `${statement.name}: declares a write into ${table}, which is its own room’s or not written`),
  ];
}

function contractOf(all: readonly Prepared[], { owners, rooms }: Source): string {
  const list = (tables: Iterable<string>) => [...tables].sort().join(', ') || '–';
  const lines = all.map(({ statement, reads, writes }) => {
    const own = [...writes].filter((table) => owners.get(table) === rooms.get(statement.name));
    const foreign = Object.entries(statement.writes ?? {}).map(
      ([table, reason]) => `${table} of ${owners.get(table)} (${reason})`,
    );
    const read = [...reads].filter((table) => !writes.has(table));
    const cells = [statement.name, rooms.get(statement.name), list(read), list(own), foreign.sort().join('; ') || '–'];
    return `| ${cells.join(' | ')} |`;
  });
  return `# Statements

Written by \`npm run snapshots\` and compared by \`npm run check:statements\`: what each literal statement reads and writes on
the migrated database, as PostgreSQL plans it. A write into a table of another room names its reason.

| statement | room | reads | writes | writes of other rooms |
| --- | --- | --- | --- | --- |
${lines.join('\n')}

${owners.size} tables, ${all.length} statements, ${all.filter(({ statement }) => statement.writes).length} that write another room’s table.

| table | room |
| --- | --- |
${[...owners]
  .sort(([one], [other]) => one.localeCompare(other, 'en'))
  .map(([table, room]) => `| ${table} | ${room} |`)
  .join('\n')}
`;
}
