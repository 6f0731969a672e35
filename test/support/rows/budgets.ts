import type { Sql } from './sql.ts';

/** Changes the budgets of persons and of addresses. */
export class BudgetRows {
  constructor(private readonly sql: Sql) {}

  /** Restores the full budget of starts for every person. */
  clearStarts(): Promise<unknown> {
    return this.sql('DELETE FROM start_budgets');
  }

  /** Uses up every budget that a start was spent from. */
  exhaustStarts(): Promise<unknown> {
    return this.sql('UPDATE start_budgets SET starts = array_fill(now(), ARRAY[200])');
  }

  /** Restores the full budget of forms for every address. */
  clearForms(): Promise<unknown> {
    return this.sql('DELETE FROM form_budgets');
  }

  /** Uses up the budget of every address that has sent a form. */
  exhaustForms(): Promise<unknown> {
    return this.sql('UPDATE form_budgets SET sent = array_fill(now(), ARRAY[200])');
  }

  /** Moves all starts into the past by an interval. */
  ageStarts(by: string): Promise<unknown> {
    return this.sql('UPDATE start_budgets SET starts = ARRAY(SELECT s - $1::interval FROM unnest(starts) s)', [by]);
  }

  /** Ends the hour in which a relying party does not ring a person who answered that it was not them. */
  endQuiet(): Promise<unknown> {
    return this.sql('UPDATE start_budgets SET quiet_until = now() WHERE quiet_until IS NOT NULL');
  }
}
