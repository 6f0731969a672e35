import { Injectable } from '@nestjs/common';
import { Database, type Session } from '../database/database.ts';
import { statement } from '../database/statement.ts';
import { STARTS_PER_TEN_MINUTES } from '../domain/authentication.ts';
import { Problem } from '../domain/problem.ts';
import { NUMBER_BUDGET, PERSON_BUDGET, secondsUntilNextStart, type Allowance } from '../domain/start-budget.ts';

/**
 * SQL for the `WITH` of a statement that starts something: spends one start of the person's budget, then one of the
 * number's budget at one relying party. `tries` has a row when both had one left. `person` and `number` are the
 * parameters that hold the indexes; `when` is the FROM clause and condition of the person's row. The rows of the
 * budgets serialise starts for one person.
 */
export function spendStart({ person, number, when = '' }: { person: string; number: string; when?: string }): string {
  return `budget AS (
      ${spend(`SELECT ${person}, ARRAY[now()] ${when}`, PERSON_BUDGET)}
    ), tries AS (
      ${spend(`SELECT ${number}, ARRAY[now()] FROM budget`, NUMBER_BUDGET)}
    )`;
}

/** The reason for which statements of other rooms write the budgets, for `writes` of `statement()`. */
export const BUDGETS = { start_budgets: 'the budget is spent only if something starts, and only once' } as const;

function spend(values: string, budget: readonly Allowance[]): string {
  const left = budget.map(
    ({ starts, seconds }) =>
      `(SELECT count(*) FROM unnest(b.starts) s WHERE s > now() - interval '${seconds} seconds') < ${starts}`,
  );
  return `INSERT INTO start_budgets AS b (person_index, starts) ${values}
      ON CONFLICT (person_index) DO UPDATE SET
        starts = ARRAY(SELECT s FROM unnest(b.starts) s WHERE s > now() - interval '1 day') || now()
      WHERE ${left.join('\n        AND ')}
      RETURNING 1`;
}

const SPEND = statement(
  'start_budget_spend',
  `WITH ${spendStart({ person: '$1', number: '$2' })} SELECT now() AS now FROM tries`,
);

const STARTS = statement(
  'start_budget_starts',
  `SELECT person_index = $1 AS "ofPerson", starts, now() AS now FROM start_budgets WHERE person_index IN ($1, $2)`,
);

/** The maximum number of budgets that one statement deletes. */
const PURGE_BATCH = 5_000;

/**
 * Removes budgets older than a day from a hundredth of the table at a time, which needs no index that every start would
 * update.
 */
const PURGE = statement(
  'start_budget_purge',
  `DELETE FROM start_budgets WHERE ctid = ANY(ARRAY(SELECT ctid FROM start_budgets TABLESAMPLE SYSTEM (1)
    WHERE starts[cardinality(starts)] < now() - interval '1 day' LIMIT ${PURGE_BATCH}))
    AND starts[cardinality(starts)] < now() - interval '1 day'`,
);

const FORGET = statement('start_budget_forget', 'DELETE FROM start_budgets');

/** Limits of starts for one person, and for one number at one relying party. */
@Injectable()
export class StartBudgets {
  constructor(private readonly database: Database) {}

  /** Spends a start of both budgets in a transaction. Returns its instant, or undefined when a budget was spent already. */
  async spend(session: Session, personIndex: Buffer, numberIndex: Buffer): Promise<Date | undefined> {
    return (await session.rows<{ now: Date }>(SPEND, [personIndex, numberIndex]))[0]?.now;
  }

  /** Returns `too_many_requests` for a start beyond a budget, with the seconds until the next start is allowed. */
  async tooMany(personIndex: Buffer, numberIndex: Buffer): Promise<Problem> {
    type Row = { ofPerson: boolean; starts: Date[]; now: Date };
    const spent = await this.database.rows<Row>(STARTS, [personIndex, numberIndex]);
    const waits = spent.map(({ ofPerson, starts, now }) =>
      secondsUntilNextStart(starts, now, ofPerson ? PERSON_BUDGET : NUMBER_BUDGET),
    );
    const detail =
      'A person can be asked at most five times in ten minutes and twenty times a day. Wait before starting again.';
    const limit = { name: 'starts', quota: STARTS_PER_TEN_MINUTES, seconds: 600 };
    return new Problem('too_many_requests', detail, { retryAfterSeconds: Math.max(1, ...waits), limit });
  }

  /** Gives everyone a full budget again. For the demonstration alone, where the same few people start all day. */
  async forget(): Promise<void> {
    await this.database.changed(FORGET, []);
  }

  /** Deletes a batch of budgets without a start within the last day. Returns true if more may remain. */
  async purge(): Promise<boolean> {
    return (await this.database.changed(PURGE, [])) === PURGE_BATCH;
  }
}
