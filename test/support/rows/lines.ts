import type pg from 'pg';
import type { LineFacts } from '../../../src/domain/line.ts';
import { withRowLock, type Sql } from './sql.ts';

/** A line as stored: number and owner are encrypted. */
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

/** Reads and changes lines and the events that carriers sent. */
export class LineRows {
  constructor(
    private readonly sql: Sql,
    private readonly pool: pg.Pool,
  ) {}

  async of(lineId: string): Promise<LineRow | undefined> {
    const [row] = await this.sql<LineRow>('SELECT * FROM lines WHERE id = $1', [lineId]);
    return row;
  }

  /** Makes the encrypted number of a line unreadable. */
  spoilNumber(lineId: string): Promise<unknown> {
    return this.sql(`UPDATE lines SET phone_number = 'spoiled' WHERE id = $1`, [lineId]);
  }

  /** The line with this number that has not ended. */
  async withNumber(phoneIndex: Buffer): Promise<LineRow | undefined> {
    const [row] = await this.sql<LineRow>(`SELECT * FROM lines WHERE phone_index = $1 AND status <> 'terminated'`, [
      phoneIndex,
    ]);
    return row;
  }

  /** All lines that have not ended and have a number. */
  current(): Promise<LineRow[]> {
    return this.sql(`SELECT * FROM lines WHERE status <> 'terminated' AND phone_index IS NOT NULL ORDER BY id`);
  }

  /** All lines except these. */
  allBut(lineIds: readonly string[]): Promise<LineRow[]> {
    return this.sql('SELECT * FROM lines WHERE NOT id = ANY($1) ORDER BY id', [lineIds]);
  }

  async count(): Promise<number> {
    return (await this.sql<{ count: number }>('SELECT count(*)::int AS count FROM lines'))[0]!.count;
  }

  /** Number of these lines per carrier. */
  carriersOf(lineIds: readonly string[]): Promise<{ carrier: string; count: number }[]> {
    return this.sql('SELECT carrier, count(*)::int AS count FROM lines WHERE id = ANY($1) GROUP BY carrier', [lineIds]);
  }

  /** Number of lines per plan, of those whose id has this prefix. */
  plansOf(prefix: string): Promise<{ plan: string; count: number }[]> {
    return this.sql(
      `SELECT plan, count(*)::int AS count FROM lines WHERE id LIKE $1 || '%' GROUP BY plan ORDER BY plan`,
      [prefix],
    );
  }

  /** The active lines with the same number as this one. */
  activeWithNumberOf(lineId: string): Promise<{ id: string }[]> {
    return this.sql(
      `SELECT l.id FROM lines l, lines o WHERE o.id = $1 AND l.phone_index = o.phone_index AND l.status = 'active'`,
      [lineId],
    );
  }

  /** Increments a line's version, as an event that changes its owner does. */
  bumpVersion(lineId: string): Promise<unknown> {
    return this.sql('UPDATE lines SET version = version + 1 WHERE id = $1', [lineId]);
  }

  /** Sets since when the carrier tells about a line, and when its SIM and its handset were changed, in hours before now. */
  changeAgo(lineId: string, hours: { known: number; sim?: number; handset?: number }): Promise<unknown> {
    return this.sql(
      `UPDATE lines SET known_since = now() - make_interval(hours => $2), sim_changed_at = now() - make_interval(hours => $3),
        handset_changed_at = now() - make_interval(hours => $4) WHERE id = $1`,
      [lineId, hours.known, hours.sim ?? null, hours.handset ?? null],
    );
  }

  /** Moves the last change of a line into the past. */
  age(lineId: string, days: number): Promise<unknown> {
    return this.sql('UPDATE lines SET updated_at = now() - make_interval(days => $2) WHERE id = $1', [lineId, days]);
  }

  /** Records that the SIM of a line was changed now, without an event. */
  doubtSim(lineId: string): Promise<unknown> {
    return this.sql(
      'UPDATE lines SET sim_changed_at = now(), sim_doubted_at = now(), doubted_at = now() WHERE id = $1',
      [lineId],
    );
  }

  /** Moves all that is remembered of a line, and of numbers that left one, into the past. */
  async ageMemory(lineId: string, hours: number): Promise<void> {
    await this.ageMemoryMinutes(lineId, hours * 60);
  }

  async ageMemoryMinutes(lineId: string, minutes: number): Promise<void> {
    const columns = ['sim_changed_at', 'sim_doubted_at', 'doubted_at', 'handset_changed_at', 'protected_until'];
    const earlier = columns.map((column) => `${column} = ${column} - make_interval(mins => $2)`).join(', ');
    await this.sql(`UPDATE lines SET ${earlier} WHERE id = $1`, [lineId, minutes]);
    await this.sql(
      `UPDATE departed_numbers SET left_at = left_at - make_interval(mins => $2), ${earlier} WHERE line_id = $1`,
      [lineId, minutes],
    );
  }

  /** Sets the last change of a subscription's line to now. */
  touchOf(subscriptionId: string): Promise<unknown> {
    return this.sql(
      'UPDATE lines SET updated_at = now() WHERE id = (SELECT line_id FROM subscriptions WHERE id = $1)',
      [subscriptionId],
    );
  }

  /** All rows that an import may change, by table. */
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

  /** Holds a line's row lock while `work` runs. `work` can wait until another transaction waits for the lock. */
  whileLocked<T>(lineId: string, work: (untilWaitedFor: () => Promise<unknown>) => Promise<T>): Promise<T> {
    return withRowLock(this.pool, 'lines', lineId, ({ untilWaitedFor }) => work(untilWaitedFor));
  }

  /** The stored columns of an event that was kept for a later replay. */
  async keptEvent(eventId: string): Promise<{ outcome: string; reason: string; kept: Buffer } | undefined> {
    const [row] = await this.sql<{ outcome: string; reason: string; kept: Buffer }>(
      'SELECT outcome, reason, kept FROM carrier_events WHERE event_id = $1',
      [eventId],
    );
    return row;
  }
}
