import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.ts';
import { statement } from '../database/statement.ts';
import type { Client } from '../relying-parties/client.entity.ts';
import { Disclosure } from './disclosure.entity.ts';

/** The maximum number of rows that a person is given, and that one statement deletes. */
const [MOST, PURGE_BATCH] = [5_000, 5_000];

const LATEST = statement(
  'disclosure_latest',
  `SELECT c.name AS "relyingParty", d.api, d.purpose, d.at FROM (
      (SELECT * FROM disclosures WHERE subscription_id = $1 ORDER BY id DESC LIMIT ${MOST})
      UNION ALL
      (SELECT o.* FROM disclosures o JOIN lines l ON l.id = o.line_id
        WHERE o.line_id = $2 AND o.subscription_id IS NULL AND o.at >= coalesce(l.numbered_at, '-infinity')
        ORDER BY o.id DESC LIMIT ${MOST})
    ) d JOIN clients c ON c.id = d.client_id ORDER BY d.id DESC LIMIT ${MOST}`,
);

/** Ids ascend with time, so the oldest are found without an index by time. */
const PURGE = statement(
  'disclosure_purge',
  `DELETE FROM disclosures WHERE id IN (
    SELECT id FROM (SELECT id, at FROM disclosures ORDER BY id LIMIT ${PURGE_BATCH}) oldest
    WHERE at < now() - make_interval(days => $1))`,
);

/** One answer about a person, as that person sees it. */
export type ShownDisclosure = Pick<Disclosure, 'api' | 'purpose' | 'at'> & { relyingParty: Client['name'] };

/** What relying parties were told about a person outside of authentications. */
@Injectable()
export class Disclosures {
  constructor(private readonly database: Database) {}

  /** Records an answer before it is sent. */
  async record(disclosure: Omit<Disclosure, 'id' | 'at'>): Promise<void> {
    await this.database.manager.insert(Disclosure, disclosure);
  }

  /**
   * Those of a subscription, if there is one, and those of its line without one, since the line has its present owner;
   * newest first.
   */
  async ofPerson(lineId: string, subscriptionId: string | null): Promise<ShownDisclosure[]> {
    return this.database.rows<ShownDisclosure>(LATEST, [subscriptionId, lineId]);
  }

  /** Deletes a batch of those that are older than `days`. Returns true if more may remain. */
  async purge(days: number): Promise<boolean> {
    return (await this.database.changed(PURGE, [days])) === PURGE_BATCH;
  }
}
