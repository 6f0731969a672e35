import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.ts';
import { statement } from '../database/statement.ts';

/** The maximum number of rows that one purge statement deletes. */
const PURGE_BATCH = 1_000;

const PURGE = statement(
  'correction_purge',
  `DELETE FROM corrections WHERE id IN (SELECT id FROM corrections
    WHERE closed_at < now() - make_interval(days => $1) LIMIT ${PURGE_BATCH})`,
);

/** Removes what is kept of corrections that were closed long ago. */
@Injectable()
export class CorrectionStore {
  constructor(private readonly database: Database) {}

  /** Deletes a batch of requests that were closed `days` ago. Returns true if more may remain. */
  async purge(days: number): Promise<boolean> {
    return (await this.database.changed(PURGE, [days])) === PURGE_BATCH;
  }
}
