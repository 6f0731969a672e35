import { parameters } from '../database/statement-parts.ts';
import type { AuthenticationState, Channel } from '../domain/authentication.ts';
import { CLOCK_SKEW_MS, HIGHEST_ID, lowestIdAt } from '../domain/id-time.ts';
import {
  LOG_DAYS,
  LOG_PAGE,
  problemsOf,
  type LoggedAuthentication,
  type LogPage,
  type LogQuery,
} from '../domain/logged-authentication.ts';
import { maskPhoneNumber } from '../domain/phone-number.ts';
import { Problem } from '../domain/problem.ts';
import { isUuid } from '../domain/uuid.ts';

/** A row of the log as it is stored: `person` is encrypted. */
export type LogRow = Omit<LoggedAuthentication, 'problems' | 'maskedPhoneNumber' | 'verifiedAfterMs'> & {
  person: Buffer | null;
};

/** What a page reads of a client: ids from `from` to below `below`, and of these the rows that were started in a span. */
export interface LogRange {
  clientId: string;
  below: string;
  from: string;
  since: Date;
  until: Date;
  states: readonly AuthenticationState[] | null;
  channels: readonly Channel[] | null;
  limit: number;
}

/** Reads one table of authentications, by statements of its own with the SQL and the values of this file. */
export interface LogSource {
  /** The newest rows of a range, at most `limit`. */
  page(range: LogRange): Promise<LogRow[]>;
  /** The last row that `page` looked at, if it ended before the range did. */
  lastLookedAt(range: LogRange): Promise<{ id: string }[]>;
  /** None for an unknown id, and for another client’s. */
  find(clientId: string, id: string): Promise<LogRow[]>;
}

const DAY_MS = 86_400_000;
/** Times that every database can compare with. */
const EPOCH = new Date(0);
const FOR_EVER = new Date('9999-12-31T00:00:00Z');

/** Readings of one page, at most: each looks at a bounded number of rows. */
const READINGS = 5;

/**
 * Rows that one reading looks at, at most, so that a rare state costs no more than a frequent one. With a much higher limit,
 * PostgreSQL would rather read and sort all rows of the client.
 */
const LOOKED_AT = 1_000;

/** What the statements of `page` and of `lastLookedAt` take of a range. */
export const PAGE_OF = parameters('clientId', 'below', 'from', 'since', 'until', 'states', 'channels', 'limit');
export const IDS_OF = parameters('clientId', 'below', 'from');
const { $ } = PAGE_OF;

/**
 * SQL: the rows of a client in a table (`a`) from an id to below another, newest first. Compared and ordered by
 * both columns, because by the id alone, or by it as well, PostgreSQL would rather read everyone's rows in the order of the primary
 * key. In the past, each month is asked by its own index.
 */
function inOrder(table: string): string {
  return `${table} a WHERE (a.client_id, a.id) < (${$.clientId}::uuid, ${$.below}::uuid)
    AND (a.client_id, a.id) >= (${$.clientId}::uuid, ${$.from}::uuid)
  ORDER BY a.client_id DESC, a.id DESC`;
}

/**
 * SQL of `LogSource.page`, given the columns of `LogRow` of a row (`a`). The outer SELECT has no order of its own: it keeps
 * that of the inner one, and with a second one PostgreSQL would plan for all of the inner rows, and sort them.
 */
export function logPage(table: string, columns: string): string {
  return `SELECT * FROM (SELECT ${columns} FROM ${inOrder(table)} LIMIT ${LOOKED_AT}) seen
    WHERE "startedAt" >= greatest(${$.since}, now() - interval '${LOG_DAYS} days') AND "startedAt" < ${$.until}
      AND (${$.states}::text[] IS NULL OR state = ANY(${$.states}))
      AND (${$.channels}::text[] IS NULL OR channel = ANY(${$.channels}))
    LIMIT ${$.limit}`;
}

/** SQL of `LogSource.lastLookedAt`. */
export function logLastLookedAt(table: string): string {
  return `SELECT a.id FROM ${inOrder(table)} OFFSET ${LOOKED_AT - 1} LIMIT 1`;
}

/** A relying party's own authentications of the last 30 days, live ones or those of test mode. */
export abstract class AuthenticationLog {
  protected constructor(
    private readonly source: LogSource,
    private readonly phoneNumberOf: (id: string, person: Buffer) => string,
  ) {}

  /**
   * Returns a page, newest first. It looks at 5,000 authentications at most, so a page of rare ones may have few rows, or
   * none, and a next page. Problems: `invalid_request` for an `after` that is no cursor.
   */
  async page(clientId: string, query: LogQuery): Promise<LogPage> {
    const range = { clientId, ...rangeOf(query) };
    const found: LogRow[] = [];
    let next: string | null = range.below;
    for (let reading = 0; next !== null && reading < READINGS && found.length <= range.limit; reading += 1) {
      const rest: LogRange = { ...range, below: next, limit: range.limit + 1 - found.length };
      const rows = await this.source.page(rest);
      found.push(...rows);
      if (rows.length === rest.limit) break;
      next = (await this.source.lastLookedAt(rest))[0]?.id ?? null;
    }
    const rows = found.slice(0, range.limit).map((row) => this.shown(row));
    return { rows, next: found.length > range.limit ? (rows.at(-1)?.id ?? null) : next };
  }

  /** Returns one of them; undefined for an unknown id, another client's, one that is older, and what is no id at all. */
  async find(clientId: string, id: string): Promise<LoggedAuthentication | undefined> {
    const [row] = isUuid(id) ? await this.source.find(clientId, id) : [];
    return row && this.shown(row);
  }

  private shown({ person, ...row }: LogRow): LoggedAuthentication {
    const { id } = row;
    return {
      ...row,
      verifiedAfterMs: verifiedAfterMs(row),
      maskedPhoneNumber: person && maskPhoneNumber(this.phoneNumberOf(id, person)),
      problems: problemsOf(row),
    };
  }
}

/** Milliseconds from the start to the verification; null unless verified. */
export function verifiedAfterMs({
  state,
  startedAt,
  closedAt,
}: Pick<LogRow, 'state' | 'startedAt' | 'closedAt'>): number | null {
  return state === 'verified' && closedAt ? Math.max(0, closedAt.getTime() - startedAt.getTime()) : null;
}

function rangeOf({ states, channels, from, to, after, limit }: LogQuery): Omit<LogRange, 'clientId'> {
  if (after !== undefined && !isUuid(after)) {
    const detail = 'Send the cursor of the page before as it was, or none.';
    throw new Problem('invalid_request', detail, { errors: [{ pointer: '/after', detail }] });
  }
  const oldest = Date.now() - LOG_DAYS * DAY_MS;
  // The exact limit of thirty days is the statement's, by the clock of the database.
  const since = from && from > EPOCH ? from : EPOCH;
  const until = to && to < FOR_EVER ? to : FOR_EVER;
  const end = to ? lowestIdAt(new Date(until.getTime() + CLOCK_SKEW_MS)) : HIGHEST_ID;
  return {
    below: after !== undefined && after < end ? after : end,
    from: lowestIdAt(new Date(Math.max(since.getTime(), oldest) - CLOCK_SKEW_MS)),
    since,
    until,
    states: states ?? null,
    channels: channels ?? null,
    limit: Math.min(LOG_PAGE, Math.max(1, Math.trunc(limit) || 1)),
  };
}
