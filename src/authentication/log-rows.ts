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

/** A row of the log as it is stored: `person` is encrypted. */
export type LogRow = Omit<LoggedAuthentication, 'problems' | 'maskedPhoneNumber' | 'verifiedAfterMs'> & {
  person: Buffer | null;
};

/** What a page reads: ids from `from` to below `below`, and of these the rows that were started in `range`. */
export interface LogRange {
  below: string;
  from: string;
  range: { from: Date; to: Date };
  states: readonly AuthenticationState[] | null;
  channels: readonly Channel[] | null;
  limit: number;
}

/** Reads the rows of a client. */
export interface LogSource {
  page(clientId: string, range: LogRange): Promise<LogRow[]>;
  lastLookedAt(clientId: string, range: LogRange): Promise<string | undefined>;
  find(clientId: string, id: string): Promise<LogRow | undefined>;
}

const UUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/;
const DAY_MS = 86_400_000;
/** Times that every database can compare with. */
const EPOCH = new Date(0);
const FOR_EVER = new Date('9999-12-31T00:00:00Z');

/** Readings of one page, at most: each looks at a bounded number of rows. */
const READINGS = 5;

/** Problems: `invalid_request` for an `after` that is no cursor of this log. */
export async function pageOf(
  source: LogSource,
  clientId: string,
  query: LogQuery,
  shown: (row: LogRow) => LoggedAuthentication,
): Promise<LogPage> {
  const range = rangeOf(query);
  const found: LogRow[] = [];
  let next: string | null = range.below;
  for (let reading = 0; next !== null && reading < READINGS && found.length <= range.limit; reading += 1) {
    const rest: LogRange = { ...range, below: next, limit: range.limit + 1 - found.length };
    const rows = await source.page(clientId, rest);
    found.push(...rows);
    if (rows.length === rest.limit) break;
    next = (await source.lastLookedAt(clientId, rest)) ?? null;
  }
  const rows = found.slice(0, range.limit);
  return { rows: rows.map(shown), next: found.length > range.limit ? (rows.at(-1)?.id ?? null) : next };
}

/** Undefined for an unknown id, another client's, and what is no id at all. */
export async function findIn(source: LogSource, clientId: string, id: string): Promise<LogRow | undefined> {
  return UUID.test(id) ? source.find(clientId, id) : undefined;
}

/** A stored row as the log shows it, given the phone number of its person. */
export function loggedOf({ person: _, ...row }: LogRow, phoneNumber: string | null): LoggedAuthentication {
  const { state, startedAt, closedAt } = row;
  return {
    ...row,
    verifiedAfterMs: state === 'verified' && closedAt ? Math.max(0, closedAt.getTime() - startedAt.getTime()) : null,
    maskedPhoneNumber: phoneNumber === null ? null : maskPhoneNumber(phoneNumber),
    problems: problemsOf(row),
  };
}

function rangeOf({ states, channels, from, to, after, limit }: LogQuery): LogRange {
  if (after !== undefined && !UUID.test(after)) {
    const detail = 'Send the cursor of the page before as it was, or none.';
    throw new Problem('invalid_request', detail, { errors: [{ pointer: '/after', detail }] });
  }
  const oldest = Date.now() - LOG_DAYS * DAY_MS;
  // The exact limit of thirty days is the statement's, by the clock of the database.
  const range = { from: from && from > EPOCH ? from : EPOCH, to: to && to < FOR_EVER ? to : FOR_EVER };
  const end = to ? lowestIdAt(new Date(range.to.getTime() + CLOCK_SKEW_MS)) : HIGHEST_ID;
  return {
    below: after !== undefined && after < end ? after : end,
    from: lowestIdAt(new Date(Math.max(range.from.getTime(), oldest) - CLOCK_SKEW_MS)),
    range,
    states: states ?? null,
    channels: channels ?? null,
    limit: Math.min(LOG_PAGE, Math.max(1, Math.trunc(limit) || 1)),
  };
}
