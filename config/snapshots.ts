import 'reflect-metadata';
import { readFile, writeFile } from 'node:fs/promises';
import { NestFactory } from '@nestjs/core';
import openapiTS, { astToString } from 'openapi-typescript';
import { format } from 'prettier';
import { AppModule } from '../src/app.module.ts';
import { generateKeyring } from '../src/crypto/keyring.ts';
// No module of the app imports the demonstration. This import fails while it has no texts in one of the languages.
import '../src/demo/words/words.ts';
import { createFastifyAdapter } from '../src/http/fastify.ts';
import { openApiDocument } from '../src/developers/openapi/document.ts';
import { readEnvironment } from './environment.ts';
import { withMigratedDatabase } from './migrated-database.ts';

/**
 * Writes the contract with callers and the database schema to `test/contract`: `openapi.json`, the types of a client
 * that openapi-typescript generates from it, and `schema.sql`. With `--check` it fails if they differ from the committed
 * files.
 */
const SNAPSHOTS: Record<string, () => Promise<string>> = {
  'test/contract/openapi.json': async () => {
    return format(JSON.stringify(await openApi()), { parser: 'json', printWidth: 120 });
  },
  'test/contract/openapi-client.ts': async () => astToString(await openapiTS(JSON.stringify(await openApi()))),
  'test/contract/schema.sql': schema,
};

const ISSUER = 'https://pushguard.example';

/** Generated from the controllers, without any connection. */
async function openApi(): Promise<object> {
  const environment = readEnvironment({ ISSUER, KEYRING: generateKeyring(), DATABASE_URL: 'postgres://nowhere/none' });
  const outside = { send: () => Promise.reject(new Error('a preview sends nothing')) };
  const foundation = { environment, push: outside, sms: outside };
  const app = await NestFactory.create(
    AppModule.register(foundation),
    createFastifyAdapter({ trustProxy: [], issuer: ISSUER }),
    {
      preview: true,
      logger: false,
    },
  );
  return openApiDocument(app, ISSUER);
}

/**
 * Tables with their columns, constraints, indexes and triggers, views and functions, as PostgreSQL itself spells them. Partitions, which
 * come and go by the month, are left out.
 */
async function schema(): Promise<string> {
  return withMigratedDatabase(async (client) => {
    const { rows } = await client.query<{ line: string }>(DESCRIBE);
    return `${rows.map(({ line }) => line).join('\n')}\n`;
  });
}

const DESCRIBE = `
  SELECT line FROM (
    SELECT c.relname AS relation, 1 AS part, a.attnum::text AS place,
      format('%s.%s %s%s%s', c.relname, a.attname, format_type(a.atttypid, a.atttypmod),
        CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END,
        coalesce(' DEFAULT ' || pg_get_expr(d.adbin, d.adrelid), '')) AS line, a.attnum
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
      LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
    UNION ALL
    SELECT c.relname, 2, k.conname, format('%s CONSTRAINT %s %s', c.relname, k.conname, pg_get_constraintdef(k.oid)), 0
    FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
    WHERE c.relnamespace = 'public'::regnamespace AND k.contype <> 'n' AND NOT c.relispartition
    UNION ALL
    SELECT i.tablename, 3, i.indexname, i.indexdef, 0
    FROM pg_indexes i JOIN pg_class c ON c.relname = i.tablename AND c.relnamespace = 'public'::regnamespace
    WHERE i.schemaname = 'public' AND NOT c.relispartition
    UNION ALL
    SELECT c.relname, 4, t.tgname, pg_get_triggerdef(t.oid), 0
    FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
    WHERE c.relnamespace = 'public'::regnamespace AND NOT t.tgisinternal AND NOT c.relispartition
    UNION ALL
    SELECT c.relname, 1, c.relname, format('VIEW %s AS%s', c.relname, regexp_replace(pg_get_viewdef(c.oid), '\\s+', ' ', 'g')), 0
    FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'v'
    UNION ALL
    SELECT c.relname, 0, '', format('%s PARTITION BY %s', c.relname, pg_get_partkeydef(c.oid)), 0
    FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'p' AND NOT c.relispartition
    UNION ALL
    SELECT c.relname, 5, '', format('%s WITH (%s)', c.relname, array_to_string(c.reloptions, ', ')), 0
    FROM pg_class c
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.reloptions IS NOT NULL AND NOT c.relispartition
    UNION ALL
    SELECT p.proname, 6, '', trim(regexp_replace(pg_get_functiondef(p.oid), '\\s+', ' ', 'g')), 0
    FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace
  ) described ORDER BY relation, part, attnum, place`;

const check = process.argv.includes('--check');
let stale = 0;
for (const [path, make] of Object.entries(SNAPSHOTS)) {
  const current = await make();
  if (!check) {
    await writeFile(path, current);
  } else if ((await readFile(path, 'utf8').catch(() => '')) !== current) {
    stale += 1;
    process.stderr.write(`${path} differs from the code. Review the change, then run: npm run snapshots\n`);
  }
}
process.exitCode = stale > 0 ? 1 : 0;
