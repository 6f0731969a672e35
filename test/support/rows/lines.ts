import type pg from 'pg';
import type { LineFacts } from '../../../src/domain/line.ts';
import { withRowLock, type Sql } from './sql.ts';

/** A line as it is stored: number and owner are encrypted. */
export interface LineRow {
  id: string;
  phone_number: Buffer;
  owner: Buffer;
  carrier: string;
  status: LineFacts['status'];
  holder: LineFacts['holder'];
  plan: LineFacts['plan'];
  handset: LineFacts['handset'];
}

/** Reads and changes lines and of the events that carriers sent. */
export class LineRows {
  constructor(
    private readonly sql: Sql,
    private readonly pool: pg.Pool,
  ) {}

  async of(lineId: string): Promise<LineRow | undefined> {
    const [row] = await this.sql<LineRow>('SELECT * FROM lines WHERE id = $1', [lineId]);
    return row;
  }

  /** The line that has a number and has not ended. */
  async withNumber(phoneIndex: Buffer): Promise<LineRow | undefined> {
    const [row] = await this.sql<LineRow>(`SELECT * FROM lines WHERE phone_index = $1 AND status <> 'terminated'`, [
      phoneIndex,
    ]);
    return row;
  }

  /** Every line that has not ended. */
  current(): Promise<LineRow[]> {
    return this.sql(`SELECT * FROM lines WHERE status <> 'terminated' ORDER BY id`);
  }

  /** Every line but these. */
  allBut(lineIds: readonly string[]): Promise<LineRow[]> {
    return this.sql('SELECT * FROM lines WHERE NOT id = ANY($1) ORDER BY id', [lineIds]);
  }

  async count(): Promise<number> {
    return (await this.sql<{ count: number }>('SELECT count(*)::int AS count FROM lines'))[0]!.count;
  }

  /** How many of these lines each carrier has. */
  carriersOf(lineIds: readonly string[]): Promise<{ carrier: string; count: number }[]> {
    return this.sql('SELECT carrier, count(*)::int AS count FROM lines WHERE id = ANY($1) GROUP BY carrier', [lineIds]);
  }

  /** How many lines whose id begins so have each plan. */
  plansOf(prefix: string): Promise<{ plan: string; count: number }[]> {
    return this.sql(
      `SELECT plan, count(*)::int AS count FROM lines WHERE id LIKE $1 || '%' GROUP BY plan ORDER BY plan`,
      [prefix],
    );
  }

  /** The active lines that have the number of this one. */
  activeWithNumberOf(lineId: string): Promise<{ id: string }[]> {
    return this.sql(
      `SELECT l.id FROM lines l, lines o WHERE o.id = $1 AND l.phone_index = o.phone_index AND l.status = 'active'`,
      [lineId],
    );
  }

  /** Changes the version of a line, as an event does that changes its owner. */
  bumpVersion(lineId: string): Promise<unknown> {
    return this.sql('UPDATE lines SET version = version + 1 WHERE id = $1', [lineId]);
  }

  /** Moves the last change of a line into the past. */
  age(lineId: string, days: number): Promise<unknown> {
    return this.sql('UPDATE lines SET updated_at = now() - make_interval(days => $2) WHERE id = $1', [lineId, days]);
  }

  /** Makes a subscription's line one that changed now. */
  touchOf(subscriptionId: string): Promise<unknown> {
    return this.sql(
      'UPDATE lines SET updated_at = now() WHERE id = (SELECT line_id FROM subscriptions WHERE id = $1)',
      [subscriptionId],
    );
  }

  /** Every row that an import may change, by its table. */
  async changedByImports(): Promise<unknown> {
    const tables = {
      lines: 'SELECT * FROM lines ORDER BY id',
      subscriptions: 'SELECT * FROM subscriptions ORDER BY id',
      transitions: 'SELECT * FROM subscription_links ORDER BY subscription_id, number',
      devices: 'SELECT id, state, revoked_at FROM devices ORDER BY id',
      authentications: 'SELECT id, state FROM authentications ORDER BY id',
      notices: 'SELECT id FROM notices ORDER BY id',
    };
    const rows: Record<string, unknown> = {};
    for (const [name, text] of Object.entries(tables)) rows[name] = await this.sql(text);
    return rows;
  }

  /** Holds the lock of a line while `work` runs, which may wait until another transaction waits for the line. */
  whileLocked<T>(lineId: string, work: (untilWaitedFor: () => Promise<unknown>) => Promise<T>): Promise<T> {
    return withRowLock(this.pool, 'lines', lineId, ({ untilWaitedFor }) => work(untilWaitedFor));
  }

  /** The stored columns of an event that was kept aside. */
  async keptEvent(eventId: string): Promise<{ outcome: string; reason: string; kept: Buffer } | undefined> {
    const [row] = await this.sql<{ outcome: string; reason: string; kept: Buffer }>(
      'SELECT outcome, reason, kept FROM carrier_events WHERE event_id = $1',
      [eventId],
    );
    return row;
  }
}
