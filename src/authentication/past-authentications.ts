import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.ts';
import { statement } from '../database/statement.ts';
import { lowestIdAt, timeOfId } from '../domain/id-time.ts';

/**
 * Minutes after which an authentication moves to its month. A hosted window (10 minutes, contract) reads what was
 * started in it by the table of the present alone, and the clocks that make ids and the database's differ by ten more.
 */
const PRESENT_MINUTES = 30;

/** Rows that one statement moves, and the old rows of the first partition that one statement deletes. */
const [MOVE_BATCH, PURGE_BATCH] = [2_000, 5_000];

/** Days for which there are months ahead; fewer than the first partition has, so that a new installation adds none. */
const AHEAD_DAYS = 28;

const DAY_MS = 86_400_000;

/** A partition, with ids from `from` to below `to`; the first one has no `from`. */
interface Month {
  name: string;
  from: string | null;
  to: string;
  /** The clock of the database. */
  now: Date;
}

const MONTHS = statement(
  'past_authentication_months',
  `SELECT * FROM (SELECT c.relname::text AS name, now() AS now,
        substring(pg_get_expr(c.relpartbound, c.oid) FROM $$FROM \\('([0-9a-f-]{36})'\\)$$) AS from,
        substring(pg_get_expr(c.relpartbound, c.oid) FROM $$TO \\('([0-9a-f-]{36})'\\)$$) AS to
      FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'past_authentications'::regclass
    ) months ORDER BY "to"`,
);

/**
 * Moves a batch of what has ended, of ids from $1 to below $2, oldest first. One statement, so that every other one
 * sees a row in exactly one of the two tables. A row that a caller changes at this moment waits for the next batch.
 */
const MOVE = statement(
  'past_authentication_move',
  `WITH ended AS (
      DELETE FROM authentications WHERE id = ANY(ARRAY(SELECT id FROM authentications
        WHERE id >= $1::uuid AND id < $2::uuid AND closed_at IS NOT NULL
        ORDER BY id LIMIT ${MOVE_BATCH} FOR UPDATE SKIP LOCKED))
      RETURNING *
    )
    INSERT INTO past_authentications SELECT * FROM ended`,
);

/** Deletes old rows of the first partition, which has years of an installation from before there were months. */
const PURGE_FIRST = statement(
  'past_authentication_purge_first',
  `DELETE FROM past_authentications WHERE id = ANY(ARRAY(
    SELECT id FROM past_authentications WHERE id < $1::uuid ORDER BY id LIMIT ${PURGE_BATCH}))`,
);

const ADD = statement('past_authentication_add_month', 'SELECT add_past_authentications($1::timestamptz)');

const DROP = statement('past_authentication_drop_month', 'SELECT drop_past_authentications($1)');

/** Moves authentications that ended to the partition of their month, adds months ahead and drops those that are over. */
@Injectable()
export class PastAuthentications {
  constructor(private readonly database: Database) {}

  /**
   * Moves a batch. Returns true if more may remain. What no month is kept for stays where it is, until it is purged by
   * its age.
   */
  async move(): Promise<boolean> {
    const months = await this.months();
    const now = months[0]?.now;
    if (!now) return false;
    const ended = lowestIdAt(new Date(now.getTime() - PRESENT_MINUTES * 60_000));
    const kept = monthsAround(ended, months);
    if (!kept) return false;
    const from = kept.from ?? lowestIdAt(new Date(0));
    return (await this.database.changed(MOVE, [from, ended])) === MOVE_BATCH;
  }

  /** Adds the months of the next weeks. */
  async addMonths(): Promise<void> {
    const months = await this.months();
    const now = months[0]?.now;
    if (!now) return;
    // Without a month of its own, the present follows the last one before it: no month in between is left out.
    const present = lowestIdAt(now);
    const last = monthsAround(present, months) ?? months.findLast(({ to }) => to <= present);
    if (!last) return;
    const ahead = lowestIdAt(new Date(now.getTime() + AHEAD_DAYS * DAY_MS));
    for (let next = timeOfId(last.to); lowestIdAt(next) < ahead; next = monthAfter(next)) {
      await this.database.rows(ADD, [next]);
    }
  }

  /**
   * Drops the months of which every authentication is older than `days`, and deletes a batch of older ones of the first
   * partition. Returns true if more may remain.
   */
  async purge(days: number): Promise<boolean> {
    const months = await this.months();
    const [first] = months;
    if (!first) return false;
    const oldest = lowestIdAt(new Date(first.now.getTime() - days * DAY_MS));
    for (const { name } of months.filter(({ to }) => to <= oldest)) await this.database.rows(DROP, [name]);
    if (first.from !== null || first.to <= oldest) return false;
    return (await this.database.changed(PURGE_FIRST, [oldest])) === PURGE_BATCH;
  }

  /** The partitions, oldest first. */
  private months(): Promise<Month[]> {
    return this.database.rows<Month>(MONTHS, []);
  }
}

/** The ids of the months that follow one another without a gap, before and after the one of an id. */
function monthsAround(id: string, months: readonly Month[]): Pick<Month, 'from' | 'to'> | undefined {
  let kept: Pick<Month, 'from' | 'to'> | undefined;
  for (const { from, to } of months) {
    if (kept?.to === from) kept = { from: kept.from, to };
    else if (kept && id < kept.to) break;
    else kept = { from, to };
  }
  return kept && (kept.from ?? '') <= id && id < kept.to ? kept : undefined;
}

function monthAfter(month: Date): Date {
  return new Date(Date.UTC(month.getUTCFullYear(), month.getUTCMonth() + 1));
}
