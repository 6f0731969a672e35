import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.ts';
import { statement } from '../database/statement.ts';
import type { Line } from '../lines/line.entity.ts';
import type { Subscription } from '../subscriptions/subscription.entity.ts';

/** The line of a number, with what is known about its changes, and the subscription that stands on it. */
export type SubjectRow = Pick<
  Line,
  'owner' | 'carrier' | 'holder' | 'simChangedAt' | 'handsetChangedAt' | 'numberedAt' | 'knownSince'
> & {
  lineId: Line['id'];
  subscriptionId: Subscription['id'] | null;
  /** The database's clock. */
  now: Date;
};

const BY_NUMBER = statement(
  'camara_subject_by_number',
  `SELECT l.id AS "lineId", l.owner, l.carrier, l.holder, l.sim_changed_at AS "simChangedAt",
      l.handset_changed_at AS "handsetChangedAt", l.numbered_at AS "numberedAt", l.known_since AS "knownSince",
      s.id AS "subscriptionId", now() AS now
    FROM lines l LEFT JOIN subscriptions s ON s.line_id = l.id AND s.state <> 'cancelled'
    WHERE l.phone_index = ANY($1) AND l.status <> 'terminated'`,
);

/** Reads the lines that CAMARA operations ask about. */
@Injectable()
export class SubjectStore {
  constructor(private readonly database: Database) {}

  /** Returns the line that now has the number of these indexes. */
  async byNumber(phoneIndexes: readonly Buffer[]): Promise<SubjectRow | undefined> {
    return (await this.database.rows<SubjectRow>(BY_NUMBER, [phoneIndexes]))[0];
  }
}
