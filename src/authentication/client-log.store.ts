import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.ts';
import { statement } from '../database/statement.ts';
import { LOG_DAYS } from '../domain/logged-authentication.ts';
import {
  IDS_OF,
  logLastLookedAt,
  logPage,
  PAGE_OF,
  type LogRange,
  type LogRow,
  type LogSource,
} from './authentication-log.ts';

/** SQL: the columns of `LogRow` of an authentication (`a`), but for its person. A row without `startedAt` is left out. */
const logged = (startedAt: string) => `a.id, ${startedAt} AS "startedAt", a.channel,
    CASE WHEN a.closed_at IS NULL AND a.expires_at <= now() THEN 'expired' ELSE a.state END AS state,
    a.decline_reason AS "declineReason", a.attempts, a.resends, a.window_id IS NOT NULL AS "byWindow",
    a.sent_at AS "sentAt", a.opened_at AS "openedAt", a.expires_at AS "expiresAt",
    coalesce(a.closed_at, CASE WHEN a.expires_at <= now() THEN a.expires_at END) AS "closedAt"`;

/** SQL: the same of every authentication. */
export const LOGGED = logged('a.requested_at');

/**
 * SQL: all of them, for a relying party. It learns from a hosted window of no person before the verification. One that names
 * a number alone is not shown: its channel says who has a subscription. The scopes of a log-in by OpenID Connect
 * say what the relying party learns of the person, so the log names no person of one.
 */
const ROW = `${logged("CASE WHEN a.flow <> 'number' THEN a.requested_at END")},
    CASE WHEN a.flow <> 'code' AND (a.state = 'verified' OR a.window_id IS NULL AND (a.closed_at IS NOT NULL OR a.expires_at > now()))
      THEN a.person END AS person`;

const PAGE = statement('client_log_page', logPage('authentication_records', ROW));

const LAST_LOOKED_AT = statement('client_log_last_looked_at', logLastLookedAt('authentication_records'));

const FIND = statement(
  'client_log_find',
  `SELECT ${ROW} FROM authentication_records a
    WHERE a.client_id = $1 AND a.id = $2 AND a.flow <> 'number' AND a.requested_at >= now() - interval '${LOG_DAYS} days'`,
);

/** Reads a client's own authentications, by an index that has them in the order of the log. */
@Injectable()
export class ClientLogStore implements LogSource {
  constructor(private readonly database: Database) {}

  page(range: LogRange): Promise<LogRow[]> {
    return this.database.olderRows<LogRow>(PAGE, PAGE_OF.values(range));
  }

  lastLookedAt(range: LogRange): Promise<{ id: string }[]> {
    return this.database.olderRows<{ id: string }>(LAST_LOOKED_AT, IDS_OF.values(range));
  }

  find(clientId: string, id: string): Promise<LogRow[]> {
    return this.database.rows<LogRow>(FIND, [clientId, id]);
  }
}
