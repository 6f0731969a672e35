import type { Sql } from './sql.ts';

/** Reads monthly charges. */
export class ChargeRows {
  constructor(private readonly sql: Sql) {}

  /** The closed months, oldest first. */
  async closedMonths(): Promise<string[]> {
    const rows = await this.sql<{ month: string }>('SELECT month FROM closed_months ORDER BY month');
    return rows.map(({ month }) => month);
  }

  /** Number of subscriptions that were charged more than once for one month. */
  async chargedTwice(): Promise<number> {
    return (await this.sql('SELECT 1 FROM charges GROUP BY subscription_id, month HAVING count(*) > 1')).length;
  }
}
