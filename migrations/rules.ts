import type { QueryRunner } from 'typeorm';
import { briefly } from './briefly.ts';

/** What must be true of each row of a table, as one function decides it. */
export interface Rules {
  table: string;
  /** The columns that the rules name, with their types. */
  columns: Readonly<Record<string, string>>;
  /** SQL by the name of the constraint that a broken rule is reported as. As with any constraint, NULL breaks none. */
  rules: Readonly<Record<string, string>>;
}

/**
 * Has one constraint, `<table>_rules`, keep all rules by a function, instead of a constraint each. PostgreSQL reads and plans
 * every CHECK constraint of a table anew in each statement that writes to it, which took longer than the write; a function it
 * keeps for the life of a connection. A broken rule is reported with its name, as its own constraint would report it.
 * Rows are read beside reads and writes. For a migration without a transaction; one that was interrupted begins anew.
 */
export async function keepByFunction(runner: QueryRunner, kept: Rules): Promise<void> {
  const { table, columns, rules } = kept;
  const names = Object.keys(rules);
  const broken = names.map((name) => `WHEN NOT (${rules[name] ?? ''}) THEN '${name}'`).join('\n          ');
  const parameters = Object.entries(columns).map(([column, type]) => `${column} ${type}`);
  await runner.query(`
    CREATE OR REPLACE FUNCTION keep_rules_of_${table}(${parameters.join(', ')}) RETURNS boolean
      LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
      DECLARE
        broken text := CASE
          ${broken} END;
      BEGIN
        IF broken IS NULL THEN RETURN true; END IF;
        RAISE check_violation USING TABLE = '${table}', CONSTRAINT = broken,
          MESSAGE = format('new row for relation "%s" violates check constraint "%s"', '${table}', broken);
      END $$`);
  await briefly(
    runner,
    `ALTER TABLE ${table} DROP CONSTRAINT IF EXISTS ${table}_rules,
       ADD CONSTRAINT ${table}_rules CHECK (keep_rules_of_${table}(${Object.keys(columns).join(', ')})) NOT VALID`,
  );
  await runner.query(`ALTER TABLE ${table} VALIDATE CONSTRAINT ${table}_rules`);
  const each = names.map((name) => `DROP CONSTRAINT IF EXISTS ${name}`);
  await briefly(runner, `ALTER TABLE ${table} ${each.join(', ')}`);
}

/** Has each rule be a constraint again. */
export async function keepByConstraints(runner: QueryRunner, { table, rules }: Rules): Promise<void> {
  const each = Object.entries(rules).map(([name, condition]) => `ADD CONSTRAINT ${name} CHECK (${condition})`);
  await runner.query(`ALTER TABLE ${table} ${each.join(', ')}, DROP CONSTRAINT ${table}_rules`);
  await runner.query(`DROP FUNCTION keep_rules_of_${table}`);
}
