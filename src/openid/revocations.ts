import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.ts';
import { statement } from '../database/statement.ts';

const REVOKE = statement(
  'openid_revoke',
  'INSERT INTO openid_revocations (authentication_id) VALUES ($1) ON CONFLICT DO NOTHING',
);
const IS_REVOKED = statement(
  'openid_is_revoked',
  'SELECT 1 AS one FROM openid_revocations WHERE authentication_id = $1',
);
/** The maximum number of revocations that one statement deletes. */
const PURGE_BATCH = 5_000;
/** Every token of an older one has expired. */
const PURGE = statement(
  'openid_purge_revocations',
  `DELETE FROM openid_revocations WHERE authentication_id IN (SELECT authentication_id FROM openid_revocations
    WHERE revoked_at < now() - interval '1 hour' LIMIT ${PURGE_BATCH})`,
);

/** Verified authentications whose tokens are no longer valid. What serves tokens that stand for a person asks here. */
@Injectable()
export class Revocations {
  constructor(private readonly database: Database) {}

  async add(authenticationId: string): Promise<void> {
    await this.database.rows(REVOKE, [authenticationId]);
  }

  async has(authenticationId: string): Promise<boolean> {
    return (await this.database.rows(IS_REVOKED, [authenticationId])).length === 1;
  }

  /** Deletes a batch that no token needs any more. Returns true if more may remain. */
  async purge(): Promise<boolean> {
    return (await this.database.changed(PURGE, [])) === PURGE_BATCH;
  }
}
