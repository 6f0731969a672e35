import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.ts';
import { PartitionedTable } from '../database/partitioned-table.ts';
import { statement } from '../database/statement.ts';
import type { Client } from '../relying-parties/client.entity.ts';
import type { Disclosure } from './disclosure.entity.ts';

/** The maximum number of rows that a person is given, and that one statement deletes. */
const [MOST, PURGE_BATCH] = [5_000, 5_000];

/**
 * SQL: since when what is told of a line (`l`) is told of its present owner. Until the service learned of the change, which a
 * carrier may report hours later, it told of the former one.
 */
const PRESENT_OWNER_SINCE = `coalesce(greatest(l.numbered_at, l.handed_at), '-infinity')`;

const LATEST = statement(
  'disclosure_latest',
  `SELECT c.name AS "relyingParty", d.api, d.purpose, d.at FROM (
      (SELECT * FROM disclosures WHERE subscription_id = $1 ORDER BY id DESC LIMIT $3)
      UNION ALL
      (SELECT o.* FROM subscriptions s JOIN lines l ON l.id = s.line_id JOIN disclosures o ON o.subscription_id = s.id
        WHERE $1::uuid IS NOT NULL AND s.line_id = $2 AND s.id <> $1 AND s.reason IS DISTINCT FROM 'owner_changed'
          AND s.created_at >= ${PRESENT_OWNER_SINCE}
        ORDER BY o.id DESC LIMIT $3)
      UNION ALL
      (SELECT o.* FROM disclosures o JOIN lines l ON l.id = o.line_id
        WHERE o.line_id = $2 AND o.subscription_id IS NULL AND o.at >= ${PRESENT_OWNER_SINCE}
        ORDER BY o.id DESC LIMIT $3)
    ) d JOIN clients c ON c.id = d.client_id ORDER BY d.id DESC LIMIT $3`,
);

const RECORD = statement(
  'disclosure_record',
  'INSERT INTO disclosures (line_id, subscription_id, client_id, api, purpose) VALUES ($1, $2, $3, $4, $5)',
);

/** Older rows of the first partition. Ids ascend with time, so the oldest are found without an index by time. */
const PURGE_FIRST = statement(
  'disclosure_purge_first',
  `DELETE FROM disclosures WHERE at < $1::timestamptz AND (id, at) IN (
    SELECT id, at FROM (SELECT id, at FROM disclosures ORDER BY id LIMIT ${PURGE_BATCH}) oldest WHERE at < $1::timestamptz)`,
);

/** One answer about a person, as that person sees it. */
export type ShownDisclosure = Pick<Disclosure, 'api' | 'purpose' | 'at'> & { relyingParty: Client['name'] };

/** What relying parties were told about a person outside of authentications. */
@Injectable()
export class Disclosures {
  private readonly months: PartitionedTable;

  constructor(private readonly database: Database) {
    this.months = new PartitionedTable(database, { table: 'disclosures', unit: 'month', aheadDays: 28 });
  }

  /** Records an answer before it is sent. */
  async record({ lineId, subscriptionId, clientId, api, purpose }: Omit<Disclosure, 'id' | 'at'>): Promise<void> {
    await this.database.rows(RECORD, [lineId, subscriptionId, clientId, api, purpose]);
  }

  /** Adds the months of the next weeks. An answer that has no month is not given. */
  async addMonths(): Promise<void> {
    await this.months.addAhead();
  }

  /**
   * Those of a subscription, if there is one, those of its line without one, since the line has its present owner, and with
   * a subscription also those of the subscriptions that this owner had there before; newest first, at most `most`. `lineId` is
   * null for a subscription that has ended, whose line may have another owner. Read from the primary: it decides which answers were
   * about a former owner.
   */
  async ofPerson(lineId: string | null, subscriptionId: string | null, most = MOST): Promise<ShownDisclosure[]> {
    return this.database.rows<ShownDisclosure>(LATEST, [subscriptionId, lineId, most]);
  }

  /**
   * Drops the months that are older than `days`, and deletes a batch of older ones of the first partition. Returns true if
   * more may remain.
   */
  async purge(days: number): Promise<boolean> {
    const oldest = await this.months.dropOlderThan(days);
    if (!oldest) return false;
    return (await this.database.changed(PURGE_FIRST, [oldest])) === PURGE_BATCH;
  }
}
