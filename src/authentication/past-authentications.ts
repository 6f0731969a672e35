import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.ts';
import { PartitionedTable } from '../database/partitioned-table.ts';
import { statement } from '../database/statement.ts';
import { lowestIdAt } from '../domain/id-time.ts';

/**
 * Minutes after which an authentication moves to its month. A hosted window (10 minutes, contract) reads what was
 * started in it by the table of the present alone, and the clocks that make ids and the database's differ by ten more.
 */
const PRESENT_MINUTES = 30;

/** Rows that one statement moves, and the old rows of the first partition that one statement deletes. */
const [MOVE_BATCH, PURGE_BATCH] = [2_000, 5_000];

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

/** Moves authentications that ended to the partition of their month, adds months ahead and drops those that are over. */
@Injectable()
export class PastAuthentications {
  private readonly months: PartitionedTable;

  constructor(private readonly database: Database) {
    this.months = new PartitionedTable(database, { table: 'past_authentications', unit: 'month', aheadDays: 28 });
  }

  /**
   * Moves a batch. Returns true if more may remain. What no month is kept for stays where it is, until it is purged by
   * its age.
   */
  async move(): Promise<boolean> {
    const ended = await this.months.olderThan(PRESENT_MINUTES * 60_000);
    if (!ended) return false;
    return (await this.database.changed(MOVE, [lowestIdAt(ended.from), lowestIdAt(ended.to)])) === MOVE_BATCH;
  }

  /** Adds the months of the next weeks. */
  async addMonths(): Promise<void> {
    await this.months.addAhead();
  }

  /**
   * Drops the months of which every authentication is older than `days`, and deletes a batch of older ones of the first
   * partition. Returns true if more may remain.
   */
  async purge(days: number): Promise<boolean> {
    const oldest = await this.months.dropOlderThan(days);
    if (!oldest) return false;
    return (await this.database.changed(PURGE_FIRST, [lowestIdAt(oldest)])) === PURGE_BATCH;
  }
}
