import type { Sql } from './sql.ts';

/** Reads and writes monthly charges. */
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

  /** Closes a month with one charge, as a worker does: in one transaction. */
  async close(month: string, { subscriptionId, amount }: { subscriptionId: string; amount: number }): Promise<void> {
    await this.sql(
      `WITH closed AS (INSERT INTO closed_months (month, monthly_fee) VALUES ($1, 1100) RETURNING month)
        INSERT INTO charges (charged_in, subscription_id, month, days, amount, monthly_fee)
        SELECT month, $2, month, 20, $3, 1100 FROM closed`,
      [month, subscriptionId, amount],
    );
  }
}
