import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.ts';
import { statement } from '../database/statement.ts';
import type { Subscription } from '../subscriptions/subscription.entity.ts';
import type { Correction } from './correction.entity.ts';

/** A request that is open, with the line of its subscription; null for a subscription that was removed. */
export type OpenRow = Pick<Correction, 'id' | 'subscriptionId' | 'fact' | 'detail' | 'askedBy' | 'askedAt'> & {
  lineId: Subscription['lineId'] | null;
  subscriptionState: Subscription['state'] | null;
};

/** The requests that are listed. */
const LISTED = 100;

/** SQL: the open requests with their lines. */
const OPEN_ONES = `SELECT c.id, c.subscription_id AS "subscriptionId", c.fact, c.detail, c.asked_by AS "askedBy",
      c.asked_at AS "askedAt", s.line_id AS "lineId", s.state AS "subscriptionState"
    FROM corrections c LEFT JOIN subscriptions s ON s.id = c.subscription_id WHERE c.closed_at IS NULL`;

const OPEN = statement('correction_open', `${OPEN_ONES} ORDER BY c.asked_at LIMIT ${LISTED}`);

const OPEN_OF_SUBSCRIPTION = statement(
  'correction_open_of_subscription',
  `${OPEN_ONES} AND c.subscription_id = $1 ORDER BY c.asked_at LIMIT ${LISTED}`,
);

/** The maximum number of rows that one purge statement deletes. */
const PURGE_BATCH = 1_000;

const PURGE = statement(
  'correction_purge',
  `DELETE FROM corrections WHERE id IN (SELECT id FROM corrections
    WHERE closed_at < now() - make_interval(days => $1) LIMIT ${PURGE_BATCH})`,
);

/** The requests for corrections as they are listed, and as they are removed. */
@Injectable()
export class CorrectionStore {
  constructor(private readonly database: Database) {}

  /** Lists the open requests of all subscriptions, oldest first, at most 100. */
  open(): Promise<OpenRow[]> {
    return this.database.rows<OpenRow>(OPEN, []);
  }

  /** Lists the open requests of a subscription, oldest first. */
  openOf(subscriptionId: string): Promise<OpenRow[]> {
    return this.database.rows<OpenRow>(OPEN_OF_SUBSCRIPTION, [subscriptionId]);
  }

  /** Deletes a batch of requests that were closed `days` ago. Returns true if more may remain. */
  async purge(days: number): Promise<boolean> {
    return (await this.database.changed(PURGE, [days])) === PURGE_BATCH;
  }
}
