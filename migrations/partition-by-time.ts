import type { QueryRunner } from 'typeorm';
import { briefly } from './briefly.ts';
import { grantAs } from './grant-as.ts';

/** A table with ascending ids from an identity, which is to be partitioned by a time of its rows. */
export interface ByTime {
  table: string;
  /** The column with the time; it has a default and is never empty. */
  time: string;
  /** SQL: the time before which all rows are in the first partition. Later than any that is written until the task runs. */
  bound: string;
  /** The indexes besides the key: what comes after the name of the table, and what they are on. */
  indexes: readonly { name: string; on: string }[];
  /** The foreign keys of the table: column, and what it references. */
  references?: readonly { column: string; to: string }[];
}

/**
 * Makes a table the first partition of a new one of its name. No row is copied: an index and a constraint are prepared
 * beside reads and writes, and what is left is one transaction, which holds ACCESS EXCLUSIVE for milliseconds. Statements that wait
 * behind it go on with the new table. For a migration without a transaction; one that was interrupted begins anew.
 */
export async function partitionByTime(runner: QueryRunner, by: ByTime): Promise<void> {
  const { table, time } = by;
  const [found] = (await runner.query(`
    SELECT (${by.bound})::text AS bound, EXISTS (
      SELECT FROM pg_partitioned_table WHERE partrelid = '${table}'::regclass) AS "isDone"`)) as {
    bound: string;
    isDone: boolean;
  }[];
  if (!found || found.isDone) return;
  await briefly(
    runner,
    `ALTER TABLE ${table} DROP CONSTRAINT IF EXISTS ${table}_bound;
     ALTER TABLE ${table} ADD CONSTRAINT ${table}_bound CHECK (${time} < '${found.bound}') NOT VALID`,
  );
  // Reads every row once, and holds up no statement of the service. With the constraint, attaching reads none.
  await runner.query(`ALTER TABLE ${table} VALIDATE CONSTRAINT ${table}_bound`);
  await runner.query(`DROP INDEX CONCURRENTLY IF EXISTS ${table}_key`);
  await runner.query(`CREATE UNIQUE INDEX CONCURRENTLY ${table}_key ON ${table} (id, ${time})`);
  await briefly(runner, split(by, found.bound));
  await runner.query(`ANALYZE ${table}`);
}

/**
 * An identity is for a table without partitions before PostgreSQL 17, so a sequence gives the ids, which goes on where the
 * identity was. The key of a partitioned table has the column by which it is partitioned.
 */
function split({ table, time, indexes, references = [] }: ByTime, bound: string): string {
  return `
    LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE;
    ALTER TABLE ${table} RENAME TO ${table}_first;
    ALTER TABLE ${table}_first DROP CONSTRAINT ${table}_pkey,
      ADD CONSTRAINT ${table}_first_pkey PRIMARY KEY USING INDEX ${table}_key;
    ${indexes.map(({ name }) => `ALTER INDEX ${table}_${name} RENAME TO ${table}_first_${name};`).join('\n    ')}

    DO $do$
    DECLARE
      next_id bigint := last_value + 1 FROM ${table}_id_seq;
    BEGIN
      ALTER TABLE ${table}_first ALTER COLUMN id DROP IDENTITY;
      EXECUTE format('CREATE SEQUENCE ${table}_id_seq START %s', next_id);
    END $do$;

    CREATE TABLE ${table} (LIKE ${table}_first INCLUDING DEFAULTS INCLUDING CONSTRAINTS, PRIMARY KEY (id, ${time}))
      PARTITION BY RANGE (${time});
    ALTER TABLE ${table} DROP CONSTRAINT ${table}_bound;
    ALTER TABLE ${table} ALTER COLUMN id SET DEFAULT nextval('${table}_id_seq');
    ALTER SEQUENCE ${table}_id_seq OWNED BY ${table}.id;
    ${indexes.map(({ name, on }) => `CREATE INDEX ${table}_${name} ON ${table} ${on};`).join('\n    ')}
    ${references.map(({ column, to }) => `ALTER TABLE ${table} ADD CONSTRAINT ${table}_${column}_fkey FOREIGN KEY (${column}) REFERENCES ${to};`).join('\n    ')}
    ALTER TABLE ${table} ATTACH PARTITION ${table}_first FOR VALUES FROM (MINVALUE) TO ('${bound}');
    ALTER TABLE ${table}_first DROP CONSTRAINT ${table}_bound;
    ${grantAs(`${table}_first`, [table], [`${table}_id_seq`])}`;
}

/** Makes one table of it again, with a copy of every row. */
export async function unpartition(runner: QueryRunner, by: ByTime): Promise<void> {
  const { table, time, indexes, references = [] } = by;
  await runner.query(`
    CREATE TABLE all_${table} (LIKE ${table} INCLUDING CONSTRAINTS, CONSTRAINT all_${table}_pkey PRIMARY KEY (id));
    INSERT INTO all_${table} SELECT * FROM ${table};
    DROP TABLE ${table};
    ALTER TABLE all_${table} RENAME TO ${table};
    ALTER INDEX all_${table}_pkey RENAME TO ${table}_pkey;
    ALTER TABLE ${table} ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY, ALTER COLUMN ${time} SET DEFAULT now();
    SELECT setval('${table}_id_seq', coalesce((SELECT max(id) FROM ${table}), 0) + 1, false);
    ${indexes.map(({ name, on }) => `CREATE INDEX ${table}_${name} ON ${table} ${on};`).join('\n    ')}
    ${references.map(({ column, to }) => `ALTER TABLE ${table} ADD CONSTRAINT ${table}_${column}_fkey FOREIGN KEY (${column}) REFERENCES ${to};`).join('\n    ')}`);
}
