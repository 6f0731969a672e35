import { Injectable } from '@nestjs/common';
import { Environment } from '../../config/environment.ts';
import { Database } from '../database/database.ts';
import { statement } from '../database/statement.ts';
import { LOSS_HELD_HOURS } from '../domain/line-memory.ts';

/** SQL: the reports of the last minute that suspended. */
const LATEST = `ARRAY(SELECT r FROM unnest(b.reports) r WHERE r > now() - interval '1 minute')`;
const IS_FULL = `cardinality(${LATEST}) >= $1`;
const HELD_UNTIL = `now() + interval '${LOSS_HELD_HOURS} hours'`;

/** A report within the limit ($1) is counted; one beyond it prolongs the time in which the breaker counts as tripped. */
const COUNT = statement(
  'loss_breaker_count',
  `INSERT INTO loss_breaker AS b (is_only, reports) VALUES (true, ARRAY[now()])
    ON CONFLICT (is_only) DO UPDATE SET
      reports = CASE WHEN ${IS_FULL} THEN ${LATEST} ELSE ${LATEST} || now() END,
      tripped_since = CASE WHEN ${IS_FULL} AND coalesce(b.tripped_until <= now(), true) THEN now() ELSE b.tripped_since END,
      tripped_until = CASE WHEN ${IS_FULL} THEN ${HELD_UNTIL} ELSE b.tripped_until END
    RETURNING tripped_until IS DISTINCT FROM ${HELD_UNTIL} AS suspends`,
);

/**
 * Limits how many subscriptions reports of loss without a login suspend in a minute, over the whole service. Otherwise a
 * caller with many names, birth dates and numbers could switch the service off for all of them.
 */
@Injectable()
export class LossBreaker {
  constructor(
    private readonly database: Database,
    private readonly environment: Environment,
  ) {}

  /**
   * Counts a report that would suspend. Returns true if it may. The statement commits by itself, so that the only row is
   * locked no longer than it runs; a report that is tried again is counted again.
   */
  async maySuspend(): Promise<boolean> {
    const [row] = await this.database.rows<{ suspends: boolean }>(COUNT, [this.environment.LOSS_REPORTS_PER_MINUTE]);
    return row?.suspends ?? true;
  }
}
