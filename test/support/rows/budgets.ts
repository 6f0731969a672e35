import type { Sql } from './sql.ts';

/** Changes the budgets of persons and of addresses. */
export class BudgetRows {
  constructor(private readonly sql: Sql) {}

  /** Restores the full budget of starts for every person. */
  clearStarts(): Promise<unknown> {
    return this.sql('DELETE FROM start_budgets');
  }

  /** Restores the full budget of forms for every address. */
  clearForms(): Promise<unknown> {
    return this.sql('DELETE FROM form_budgets');
  }

  /** Uses up the budget of every address that has sent a form. */
  exhaustForms(): Promise<unknown> {
    return this.sql('UPDATE form_budgets SET sent = array_fill(now(), ARRAY[100])');
  }

  /** Moves the starts of a person into the past by an interval. */
  ageStarts(personIndex: Buffer, by: string): Promise<unknown> {
    return this.sql(
      'UPDATE start_budgets SET starts = ARRAY(SELECT s - $2::interval FROM unnest(starts) s) WHERE person_index = $1',
      [personIndex, by],
    );
  }

  /** Adds starts of a person, all at one time in the past. */
  addStarts(personIndex: Buffer, count: number, ago: string): Promise<unknown> {
    return this.sql(
      'INSERT INTO start_budgets (person_index, starts) VALUES ($1, array_fill(now() - $3::interval, ARRAY[$2::int]))',
      [personIndex, count, ago],
    );
  }
}
