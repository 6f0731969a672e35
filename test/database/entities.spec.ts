import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DataSource, type EntityMetadata } from 'typeorm';
import { dataSourceOptions } from '../../config/data-source.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;
let source: DataSource;

beforeAll(async () => {
  database = await createTestDatabase();
  source = await new DataSource(dataSourceOptions(database.url, 2)).initialize();
});
afterAll(async () => {
  await source.destroy();
  await database.drop();
});

/** A column as one line: `charges.month text not null, key`. */
function line(table: string, name: string, type: string, facts: { nullable: boolean; key: boolean }): string {
  return `${table}.${name} ${type}${facts.nullable ? '' : ' not null'}${facts.key ? ', key' : ''}`;
}

/** PostgreSQL's spelling of TypeORM's type names. */
const SPELLED: Record<string, string> = { timestamptz: 'timestamp with time zone' };

function columnsOf({ tableName, columns }: EntityMetadata): string[] {
  return columns.map(({ databaseName, type, isArray, isNullable, isPrimary }) => {
    const name = String(type);
    const spelled = (SPELLED[name] ?? name) + (isArray ? '[]' : '');
    return line(tableName, databaseName, spelled, { nullable: isNullable, key: isPrimary });
  });
}

describe('entities and the migrated schema', () => {
  it('name the same tables, columns, types, nullability and keys, with nothing left over on either side', async () => {
    const { rows } = await database.pool.query<{
      table: string;
      name: string;
      type: string;
      nullable: boolean;
      key: boolean;
    }>(`SELECT c.relname AS table, a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type,
        NOT a.attnotnull AS nullable, coalesce(a.attnum = ANY(k.conkey), false) AS key
      FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        LEFT JOIN pg_constraint k ON k.conrelid = c.oid AND k.contype = 'p'
      WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
        AND c.relname <> 'migrations'`);
    const held = rows.map(({ table, name, type, nullable, key }) => line(table, name, type, { nullable, key }));
    const described = source.entityMetadatas.flatMap(columnsOf);
    expect(described.sort()).toEqual(held.sort());
  });

  it('give a default to the same columns', async () => {
    const { rows } = await database.pool.query<{ column: string }>(
      `SELECT table_name || '.' || column_name AS column FROM information_schema.columns
        WHERE table_schema = 'public' AND table_name <> 'migrations'
          AND NOT (SELECT relispartition FROM pg_class WHERE oid = format('%I', table_name)::regclass)
          AND (column_default IS NOT NULL OR is_identity = 'YES')`,
    );
    const described = source.entityMetadatas.flatMap(({ tableName, columns }) =>
      columns
        .filter(({ default: value, isGenerated }) => value !== undefined || isGenerated)
        .map(({ databaseName }) => `${tableName}.${databaseName}`),
    );
    expect(described.sort()).toEqual(rows.map(({ column }) => column).sort());
  });

  it('let every entity be read from the table that it describes', async () => {
    for (const { target } of source.entityMetadatas) await expect(source.manager.find(target)).resolves.toBeDefined();
  });
});
