import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.ts';
import { statement } from '../database/statement.ts';
import { LOG_DAYS } from '../domain/logged-authentication.ts';
import type { LogRow, LogRange } from './log-rows.ts';

/**
 * Rows that one reading looks at, at most, so that a rare state costs no more than a frequent one. With a much higher limit,
 * PostgreSQL would rather read and sort all rows of the client.
 */
const LOOKED_AT = 1_000;

/** SQL: the columns of `LogRow` of an authentication (`a`). */
const ROW = `a.id, a.requested_at AS "startedAt", a.channel,
    CASE WHEN a.closed_at IS NULL AND a.expires_at <= now() THEN 'expired' ELSE a.state END AS state,
    a.decline_reason AS "declineReason", a.attempts, a.resends, a.window_id IS NOT NULL AS "byWindow",
    a.sent_at AS "sentAt", a.opened_at AS "openedAt", a.expires_at AS "expiresAt",
    coalesce(a.closed_at, CASE WHEN a.expires_at <= now() THEN a.expires_at END) AS "closedAt",
    CASE WHEN a.closed_at IS NOT NULL OR a.expires_at > now() THEN a.person END AS person`;

/**
 * SQL: the rows of a client ($1) from an id ($3) to below another ($2), newest first. Compared and ordered by both columns,
 * because by the id alone PostgreSQL would rather read everyone's rows in the order of the primary key.
 */
const IN_ORDER = `authentications a WHERE (a.client_id, a.id) < ($1::uuid, $2::uuid) AND (a.client_id, a.id) >= ($1::uuid, $3::uuid)
  ORDER BY a.client_id DESC, a.id DESC`;

/**
 * The outer SELECT has no order of its own: it keeps that of the inner one, and with a second one PostgreSQL would plan for
 * all of the inner rows, and sort them.
 */
const PAGE = statement(
  'client_log_page',
  `SELECT * FROM (SELECT ${ROW} FROM ${IN_ORDER} LIMIT ${LOOKED_AT}) seen
    WHERE "startedAt" >= greatest($4, now() - interval '${LOG_DAYS} days') AND "startedAt" < $5
      AND ($6::text[] IS NULL OR state = ANY($6)) AND ($7::text[] IS NULL OR channel = ANY($7))
    LIMIT $8`,
);

const LAST_LOOKED_AT = statement(
  'client_log_last_looked_at',
  `SELECT a.id FROM ${IN_ORDER} OFFSET ${LOOKED_AT - 1} LIMIT 1`,
);

const FIND = statement(
  'client_log_find',
  `SELECT ${ROW} FROM authentications a
    WHERE a.client_id = $1 AND a.id = $2 AND a.requested_at >= now() - interval '${LOG_DAYS} days'`,
);

/** Reads a client's own authentications, by an index that has them in the order of the log. */
@Injectable()
export class ClientLogStore {
  constructor(private readonly database: Database) {}

  /** The newest rows of a range, at most `limit`. */
  page(clientId: string, { below, from, range, states, channels, limit }: LogRange): Promise<LogRow[]> {
    return this.database.rows<LogRow>(PAGE, [clientId, below, from, range.from, range.to, states, channels, limit]);
  }

  /** The last row that `page` looked at, if it ended before the range did. */
  async lastLookedAt(clientId: string, { below, from }: LogRange): Promise<string | undefined> {
    return (await this.database.rows<{ id: string }>(LAST_LOOKED_AT, [clientId, below, from]))[0]?.id;
  }

  /** Undefined for an unknown id, and for another client's. */
  async find(clientId: string, id: string): Promise<LogRow | undefined> {
    return (await this.database.rows<LogRow>(FIND, [clientId, id]))[0];
  }
}
