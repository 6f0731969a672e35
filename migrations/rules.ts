import type { QueryRunner } from 'typeorm';
import { briefly } from './briefly.ts';

/** What must be true of each row of a table, as one function decides it. */
export interface Rules {
  table: string;
  /** The number of the migration, with which the name of the function ends: another set of rules is another function. */
  since: string;
  /** The columns that the rules name, with their types. */
  columns: Readonly<Record<string, string>>;
  /** SQL by the name of the constraint that a broken rule is reported as. As with any constraint, NULL breaks none. */
  rules: Readonly<Record<string, string>>;
}

/**
 * Has one constraint, `<table>_rules`, keep all rules by a function, instead of a constraint each. PostgreSQL reads and plans
 * every CHECK constraint of a table anew in each statement that writes to it, which took longer than the write; a function it
 * keeps for the life of a connection. A broken rule is reported with its name, as its own constraint would report it.
 * The function has a search path of its own, so that no operator of another schema decides, and everybody may execute it, because
 * it runs as the role that writes.
 * Rows are read beside reads and writes. For a migration without a transaction; one that was interrupted begins anew. Who drops
 * a column that the rules name calls it again with the others in the same release: the constraint goes with the column.
 */
export async function keepByFunction(runner: QueryRunner, kept: Rules): Promise<void> {
  const { table, columns, rules } = kept;
  const keeper = keeperOf(kept);
  const names = Object.keys(rules);
  const broken = names.map((name) => `WHEN NOT (${rules[name] ?? ''}) THEN '${name}'`).join('\n          ');
  const parameters = Object.entries(columns).map(([column, type]) => `${column} ${type}`);
  await runner.query(`
    CREATE OR REPLACE FUNCTION ${keeper}(${parameters.join(', ')}) RETURNS boolean
      LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
      DECLARE
        broken text := CASE
          ${broken} END;
      BEGIN
        IF broken IS NULL THEN RETURN true; END IF;
        RAISE check_violation USING TABLE = '${table}', CONSTRAINT = broken,
          MESSAGE = format('new row for relation "%s" violates check constraint "%s"', '${table}', broken);
      END $$;
    GRANT EXECUTE ON FUNCTION ${keeper} TO PUBLIC`);
  await briefly(
    runner,
    `ALTER TABLE ${table} DROP CONSTRAINT IF EXISTS ${table}_rules,
       ADD CONSTRAINT ${table}_rules CHECK (${keeper}(${Object.keys(columns).join(', ')})) NOT VALID`,
  );
  await runner.query(`ALTER TABLE ${table} VALIDATE CONSTRAINT ${table}_rules`);
  const each = names.map((name) => `DROP CONSTRAINT IF EXISTS ${name}`);
  await briefly(runner, `ALTER TABLE ${table} ${each.join(', ')}`);
}

function keeperOf({ table, since }: Rules): string {
  return `keep_rules_of_${table}_${since}`;
}

/** Has each rule be a constraint again. */
export async function keepByConstraints(runner: QueryRunner, kept: Rules): Promise<void> {
  const { table, rules } = kept;
  const each = Object.entries(rules).map(([name, condition]) => `ADD CONSTRAINT ${name} CHECK (${condition})`);
  await runner.query(`ALTER TABLE ${table} ${each.join(', ')}, DROP CONSTRAINT ${table}_rules`);
  await runner.query(`DROP FUNCTION ${keeperOf(kept)}`);
}
