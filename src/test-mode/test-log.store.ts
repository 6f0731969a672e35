import { Injectable } from '@nestjs/common';
import {
  IDS_OF,
  logLastLookedAt,
  logPage,
  PAGE_OF,
  type LogRange,
  type LogRow,
  type LogSource,
} from '../authentication/authentication-log.ts';
import { Database } from '../database/database.ts';
import { statement } from '../database/statement.ts';
import { STATE } from './test-authentication.store.ts';

/** SQL: the columns of `LogRow`. Why a test person declines is told nowhere. */
const ROW = `id, started_at AS "startedAt", channel, ${STATE} AS state, NULL AS "declineReason", attempts, resends,
    by_window AS "byWindow", sent_at AS "sentAt",
    CASE WHEN opens_at <= least(now(), closed_at, ends_at) THEN opens_at END AS "openedAt", expires_at AS "expiresAt",
    coalesce(closed_at, CASE WHEN ends_at <= now() THEN ends_at END) AS "closedAt",
    CASE WHEN ${STATE} IN ('pending', 'opened', 'verified') THEN person END AS person`;

const PAGE = statement('test_log_page', logPage('test_authentications', ROW));

const LAST_LOOKED_AT = statement('test_log_last_looked_at', logLastLookedAt('test_authentications'));

const FIND = statement('test_log_find', `SELECT ${ROW} FROM test_authentications WHERE client_id = $1 AND id = $2`);

/** Reads a client's own test authentications. */
@Injectable()
export class TestLogStore implements LogSource {
  constructor(private readonly database: Database) {}

  page(range: LogRange): Promise<LogRow[]> {
    return this.database.rows<LogRow>(PAGE, PAGE_OF.values(range));
  }

  lastLookedAt(range: LogRange): Promise<{ id: string }[]> {
    return this.database.rows<{ id: string }>(LAST_LOOKED_AT, IDS_OF.values(range));
  }

  find(clientId: string, id: string): Promise<LogRow[]> {
    return this.database.rows<LogRow>(FIND, [clientId, id]);
  }
}
