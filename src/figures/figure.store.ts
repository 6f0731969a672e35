import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.ts';
import type { StatementLimits } from '../database/database-client.ts';
import { statement } from '../database/statement.ts';
import { LIFETIME_SECONDS } from '../domain/authentication.ts';
import { HOUR_MS, TIME_BOUNDS, type RequestStep } from '../domain/figures.ts';
import { CLOCK_SKEW_MS as SKEW_MS, HIGHEST_ID, lowestIdAt } from '../domain/id-time.ts';
import type { Figure } from './figure.entity.ts';
import type { ServiceFigure } from './service-figure.entity.ts';

/** The id of no client, under which the figures of all of them are kept. */
const ALL_CLIENTS = '00000000-0000-0000-0000-000000000000';

/**
 * Rows that are counted for one look at an hour that has not been counted yet, at most: what PostgreSQL counts in a few
 * tenths of a second, however busy the service is, so that no supervisor's page delays a start. A service with more starts
 * an hour shows its whole hours, and says so. Counting ahead would save the wait for the end of the hour, and would cost a
 * second kind of mark, which every reader of the counters would have to tell from a count that is final. What an alarm
 * is about (losses, holds, locks, "not me", what waits) is read from the present state, without this limit.
 */
const COUNTED_LIVE = 100_000;
/** Hours that one run counts, at most. */
const HOURS_AT_ONCE = 24;
/** Days for which figures are kept. */
const KEPT_DAYS = 400;
/** Days that the counting reaches back, for a service that did not count before. */
const COUNTED_DAYS = 31;

/**
 * Hours after the start of an hour at which it is counted again, for good: expired authentications are closed within a
 * second, but a worker that stood still may have been late.
 */
const SETTLED_HOURS = 3;
/** For the counting of one hour, which no request waits for. */
const COUNTING: StatementLimits = { server: 60_000, client: 65_000 };

/** SQL: how an authentication (`a`) ended; null while it is open. */
const END = `CASE WHEN a.state = 'declined' THEN 'declined_' || a.decline_reason
      WHEN a.closed_at IS NOT NULL THEN a.state WHEN a.expires_at <= now() THEN 'expired' END`;

/** SQL: the bucket of the time from start to verification; null unless verified. */
const BUCKET = `CASE WHEN a.state = 'verified' THEN width_bucket(
      round(extract(epoch FROM a.closed_at - a.requested_at) * 1000)::int, ARRAY[${TIME_BOUNDS.join(', ')}]) END`;

/** The columns that are counted. */
const LOOKED = `o.id, o.client_id, o.channel, o.state, o.held, o.decline_reason, o.requested_at, o.opened_at, o.expires_at,
        o.closed_at, o.flow`;

/** SQL: what is counted of an authentication (`a`). */
const COUNTED = `a.id, a.client_id, a.channel, a.flow, a.held, a.opened_at, ${END} AS ending, ${BUCKET} AS bucket`;

/** SQL: which of the authentications by push (`a`, with `COUNTED`; `h`, where handed over) took a step. */
const TOOK_STEP: Readonly<Record<RequestStep, string>> = {
  started: 'true',
  held: 'a.held',
  handed: 'h.id IS NOT NULL',
  answered: `a.opened_at IS NOT NULL OR a.ending LIKE 'declined%'`,
  opened: 'a.opened_at IS NOT NULL',
  verified: `a.ending = 'verified'`,
};

/**
 * SQL for a `WITH`: of `started`, rows with `COUNTED` and an hour, and of `pushed`, answers of push services, the figures
 * of the service by hour: `requests` and `pushes`. A push may be answered in the hour after that of its authentication.
 */
const OF_SERVICE = `handed AS (
      SELECT DISTINCT authentication_id AS id FROM pushed
      WHERE kind = 'wake' AND outcome = 'accepted' AND authentication_id IS NOT NULL
    ), requests AS (
      SELECT a.hour, jsonb_build_object(${Object.entries(TOOK_STEP)
        .map(([step, condition]) => `'${step}', count(*) FILTER (WHERE ${condition})`)
        .join(', ')}) AS requests
      FROM started a LEFT JOIN handed h ON h.id = a.id WHERE a.channel = 'push' GROUP BY a.hour
    ), pushes AS (
      SELECT hour, jsonb_object_agg(push_service || ' ' || outcome, number) AS pushes FROM (
        SELECT date_trunc('hour', answered_at, 'UTC') AS hour, push_service, outcome, count(*) AS number
        FROM pushed GROUP BY 1, 2, 3) answers
      GROUP BY hour
    )`;

/**
 * SQL: of rows `started` with `COUNTED`, their numbers by channel, by end and by bucket: for each value of `by`, and, with
 * `all`, for all rows. Those that name a number alone are not among them: their channels say who has a subscription.
 */
function numbers(by: string, all: boolean): string {
  const sets = ['channel', 'ending', 'bucket'].flatMap((what) => [`(${by}, ${what})`, ...(all ? [`(${what})`] : [])]);
  return `SELECT ${by}, channel, ending, bucket, count(*) AS number, NULL::bigint AS answers FROM started
      WHERE flow <> 'number'
      GROUP BY GROUPING SETS (${sets.join(', ')})`;
}

/** SQL: of rows of `numbers`, a figure but for its client and its hour. */
function figure(notMe: string): string {
  const object = (what: string) =>
    `coalesce(jsonb_object_agg(${what}, number) FILTER (WHERE ${what} IS NOT NULL), '{}')`;
  return `coalesce(sum(number) FILTER (WHERE channel IS NOT NULL), 0)::int AS starts, ${object('channel')} AS channels,
      ${object('ending')} AS ends, ${object('bucket')} AS times, coalesce(sum(answers), 0)::int AS ${notMe}`;
}

/**
 * Counts an hour ($1) anew, and replaces its figures. Nothing that authentications write is changed for it, so no row is
 * hot; what ends late is right at the next count of its hour. The ids are those of a range a little wider ($2 to below $3), which an
 * index has for each client. A count that began before the one that stands replaces nothing: what runs twice, or late, or
 * died in the middle, changes no number. OFFSET keeps the ranges of the clients apart: PostgreSQL expects next to nothing of
 * an hour that is newer than its statistics, and would compare each authentication with each client.
 */
const COUNT_HOUR = statement(
  'figure_count_hour',
  `WITH mark AS (
      INSERT INTO counted_hours AS h (hour, counted_at) VALUES ($1, now())
      ON CONFLICT (hour) DO UPDATE SET counted_at = excluded.counted_at WHERE h.counted_at < excluded.counted_at
      RETURNING hour
    ), started AS (
      SELECT mark.hour, ${COUNTED} FROM mark CROSS JOIN clients c CROSS JOIN LATERAL (
        SELECT ${LOOKED} FROM authentication_records o
        WHERE (o.client_id, o.id) >= (c.id, $2::uuid) AND (o.client_id, o.id) < (c.id, $3::uuid) OFFSET 0) a
      WHERE a.requested_at >= mark.hour AND a.requested_at < mark.hour + interval '1 hour'
    ), pushed AS MATERIALIZED (
      SELECT p.authentication_id, p.kind, p.push_service, p.outcome, p.answered_at
      FROM mark JOIN push_answers p ON p.answered_at >= mark.hour
        AND p.answered_at < mark.hour + interval '1 hour ${LIFETIME_SECONDS} seconds'
    ), ${OF_SERVICE}, of_service AS (
      INSERT INTO service_figures (hour, requests, pushes)
      SELECT mark.hour, coalesce(r.requests, '{}'), coalesce(p.pushes, '{}')
      FROM mark LEFT JOIN requests r ON r.hour = mark.hour LEFT JOIN pushes p ON p.hour = mark.hour
      ON CONFLICT (hour) DO UPDATE SET requests = excluded.requests, pushes = excluded.pushes
    ), answered AS (
      SELECT n.client_id, n.answers FROM mark JOIN not_me_counts n ON n.hour = mark.hour
    ), counted AS (
      ${numbers('client_id', true)}
      UNION ALL SELECT client_id, NULL, NULL, NULL, NULL, answers FROM answered
      UNION ALL SELECT NULL, NULL, NULL, NULL, NULL, answers FROM answered
    )
    INSERT INTO figures (client_id, hour, starts, channels, ends, times, not_me)
    SELECT coalesce(client_id, '${ALL_CLIENTS}'), mark.hour, ${figure('not_me')} FROM mark CROSS JOIN counted
    GROUP BY client_id, mark.hour
    ON CONFLICT (client_id, hour) DO UPDATE SET starts = excluded.starts, channels = excluded.channels,
      ends = excluded.ends, times = excluded.times, not_me = excluded.not_me`,
);

/**
 * The newest hours that are to be counted: all that was started in them has ended, and they were not counted since, or not
 * since the time at which nothing of them can change any more. A process of the release before counts without the figures
 * of the service.
 */
const DUE = statement(
  'figure_due_hours',
  `SELECT due.hour FROM generate_series(
      date_trunc('hour', greatest(now() - interval '${COUNTED_DAYS} days',
        coalesce((SELECT requested_at FROM authentication_records ORDER BY id LIMIT 1), now())), 'UTC'),
      now() - interval '1 hour ${LIFETIME_SECONDS} seconds', interval '1 hour') AS due (hour)
    LEFT JOIN counted_hours h ON h.hour = due.hour
    LEFT JOIN service_figures f ON f.hour = due.hour
    WHERE h.hour IS NULL OR f.hour IS NULL OR h.counted_at < due.hour + interval '${SETTLED_HOURS} hours'
      AND now() >= due.hour + interval '${SETTLED_HOURS} hours'
    ORDER BY due.hour DESC LIMIT ${HOURS_AT_ONCE}`,
);

const OF = statement(
  'figure_of',
  `SELECT hour, starts, channels, ends, times, not_me AS "notMe" FROM figures
    WHERE client_id = $1 AND hour >= $2 AND hour <= $3`,
);

const STANDING = statement(
  'figure_standing',
  `SELECT now() AS now, (SELECT hour FROM counted_hours ORDER BY hour DESC LIMIT 1) AS "lastCounted"`,
);

/** SQL: the figures since an hour ($1), from the rows of `looked`, and how many rows these are. */
function live(looked: string, answered: string): string {
  return `WITH looked AS MATERIALIZED (
      ${looked}
    ), started AS (
      SELECT ${COUNTED}, date_trunc('hour', a.requested_at, 'UTC') AS hour FROM looked a WHERE a.requested_at >= $1
    ), counted AS (
      ${numbers('hour', false)}
      UNION ALL SELECT n.hour, NULL, NULL, NULL, NULL, n.answers FROM not_me_counts n WHERE n.hour >= $1 ${answered}
    )
    SELECT hour, ${figure('"notMe"')}, (SELECT count(*) FROM looked)::int AS looked FROM counted GROUP BY hour`;
}

/** Of one client ($4), its newest ids ($2), at most $3. */
const LIVE = statement(
  'figure_live',
  live(
    `SELECT ${LOOKED} FROM authentication_records o
      WHERE (o.client_id, o.id) >= ($4::uuid, $2::uuid) AND (o.client_id, o.id) <= ($4::uuid, '${HIGHEST_ID}') LIMIT $3`,
    'AND n.client_id = $4',
  ),
);

const LIVE_OF_ALL = statement(
  'figure_live_of_all',
  live(`SELECT ${LOOKED} FROM authentication_records o WHERE o.id >= $2 LIMIT $3`, ''),
);

const OF_SERVICE_BY_HOUR = statement(
  'figure_of_service',
  `SELECT hour, requests, pushes FROM service_figures WHERE hour >= $1 AND hour <= $2`,
);

/** The figures of the service since an hour ($1), from the newest ids ($2) and answers, at most $3 of each. */
const LIVE_OF_SERVICE = statement(
  'figure_live_of_service',
  `WITH looked AS MATERIALIZED (
      SELECT ${LOOKED} FROM authentication_records o WHERE o.id >= $2 LIMIT $3
    ), started AS (
      SELECT ${COUNTED}, date_trunc('hour', a.requested_at, 'UTC') AS hour FROM looked a WHERE a.requested_at >= $1
    ), pushed AS MATERIALIZED (
      SELECT authentication_id, kind, push_service, outcome, answered_at FROM push_answers WHERE answered_at >= $1 LIMIT $3
    ), ${OF_SERVICE}
    SELECT hour, coalesce(r.requests, '{}') AS requests, coalesce(p.pushes, '{}') AS pushes,
      greatest((SELECT count(*) FROM looked), (SELECT count(*) FROM pushed))::int AS looked
    FROM requests r FULL JOIN pushes p USING (hour)`,
);

const PURGE_BATCH = 5_000;
const PURGE = statement(
  'figure_purge',
  `WITH hours AS (DELETE FROM counted_hours WHERE hour < now() - interval '${KEPT_DAYS} days'),
      of_service AS (DELETE FROM service_figures WHERE hour < now() - interval '${KEPT_DAYS} days')
    DELETE FROM figures WHERE (client_id, hour) IN (
      SELECT client_id, hour FROM figures WHERE hour < now() - interval '${KEPT_DAYS} days' LIMIT ${PURGE_BATCH})`,
);

/** The figures of one hour. */
export type HourFigure = Pick<Figure, 'hour' | 'starts' | 'channels' | 'ends' | 'times' | 'notMe'>;

/** The figures of the service in one hour. */
export type ServiceHour = Pick<ServiceFigure, 'hour' | 'requests' | 'pushes'>;

/** The tables of figures, and the authentications that they count. */
@Injectable()
export class FigureStore {
  constructor(private readonly database: Database) {}

  /** Hours that are to be counted, newest first. */
  async dueHours(): Promise<Date[]> {
    return (await this.database.rows<{ hour: Date }>(DUE, [])).map(({ hour }) => hour);
  }

  /**
   * Counts hours one after the other, and replaces their figures. One with half a million authentications takes some
   * seconds.
   */
  async count(hours: readonly Date[], signal?: AbortSignal): Promise<void> {
    const connection = await this.database.connect(COUNTING, '; SET enable_seqscan = off');
    try {
      for (const hour of hours) {
        if (signal?.aborted) return;
        const to = lowestIdAt(new Date(hour.getTime() + HOUR_MS + SKEW_MS));
        await connection.rows(COUNT_HOUR, [hour, idBefore(hour), to]);
      }
    } finally {
      connection.close();
    }
  }

  /** The clock of the database, and the last hour that is counted: read where the figures are, which follow it. */
  async standing(): Promise<{ now: Date; lastCounted: Date | null }> {
    const [row] = await this.database.olderRows<{ now: Date; lastCounted: Date | null }>(STANDING, []);
    if (!row) throw new Error('a select without a table returned no row');
    return row;
  }

  /** The counted hours of a client, or of all, from one hour to another, which is one of them. */
  of(clientId: string | null, from: Date, to: Date): Promise<HourFigure[]> {
    return this.database.olderRows<HourFigure>(OF, [clientId ?? ALL_CLIENTS, from, to]);
  }

  /** Counts the hours since `from` at once; null where that would take more than `limit` rows. */
  async live(clientId: string | null, from: Date, limit = COUNTED_LIVE): Promise<HourFigure[] | null> {
    type Row = HourFigure & { looked: number };
    const rows =
      clientId === null
        ? await this.database.olderRows<Row>(LIVE_OF_ALL, [from, idBefore(from), limit + 1])
        : await this.database.olderRows<Row>(LIVE, [from, idBefore(from), limit + 1, clientId]);
    return rows.some(({ looked }) => looked > limit) ? null : rows;
  }

  /** The counted hours of the service, from one hour to another, which is one of them. */
  ofService(from: Date, to: Date): Promise<ServiceHour[]> {
    return this.database.olderRows<ServiceHour>(OF_SERVICE_BY_HOUR, [from, to]);
  }

  /** Counts the hours of the service since `from` at once; null where that would take more than `limit` rows. */
  async liveOfService(from: Date, limit = COUNTED_LIVE): Promise<ServiceHour[] | null> {
    type Row = ServiceHour & { looked: number };
    const rows = await this.database.olderRows<Row>(LIVE_OF_SERVICE, [from, idBefore(from), limit + 1]);
    return rows.some(({ looked }) => looked > limit) ? null : rows;
  }

  /** Deletes a batch of figures that are 400 days old. Returns true if more may remain. */
  async purge(): Promise<boolean> {
    return (await this.database.changed(PURGE, [])) === PURGE_BATCH;
  }
}

/** An id below those of everything that was started at this time or later. */
function idBefore(instant: Date): string {
  return lowestIdAt(new Date(instant.getTime() - SKEW_MS));
}
