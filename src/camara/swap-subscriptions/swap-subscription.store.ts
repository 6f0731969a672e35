import { Injectable } from '@nestjs/common';
import { Database, type Session } from '../../database/database.ts';
import { statement } from '../../database/statement.ts';
import { NOW, parameters, type OuterJoined } from '../../database/statement-parts.ts';
import type { CamaraScope } from '../../http/client.guard.ts';
import type { SwapSubscription } from './swap-subscription.entity.ts';

/** The scope for which subscriptions are made. A client from which it was taken is told nothing. */
const CREATE_SCOPE =
  'sim-swap-subscriptions:org.camaraproject.sim-swap-subscriptions.v0.swapped:create' satisfies CamaraScope;
/** SQL: the client (`c`) may be told of changes. */
export const IS_SERVED = `c.disabled_at IS NULL AND '${CREATE_SCOPE}' = ANY(c.scopes)`;

/** Subscriptions of a client for one line at a time: one for each of its environments, and room for an exchange. */
export const MOST_OF_A_LINE = 5;
/** Days after which a subscription ends by itself; its client makes another one if it still wants to be told. */
const MOST_DAYS = 365;
/** Subscriptions that one answer lists. */
const MOST_LISTED = 1_000;
/** Seconds before the expiry of the sink's token in which the end is still told with it. */
export const TOKEN_MARGIN_SECONDS = 60;
/** Rows that one statement ends or deletes. */
const BATCH = 1_000;

const TOLD_TO_PERSON = {
  disclosures: 'what a relying party is told about a person is recorded with the telling, or not at all',
} as const;

const { $, values } = parameters(
  'id',
  'clientId',
  'lineId',
  'version',
  'carrier',
  'ownSubscriptionId',
  'sink',
  'sealed',
  'purpose',
  'expireTime',
  'tokenExpiresAt',
  'mostEvents',
  'initialEvent',
  'initialAt',
);

/**
 * Makes a subscription in the first free slot, with its first notifications. A row of nulls if no slot is free, or if another
 * one took it at the same moment. No row if the line was changed since it was read: the lock waits for a change that is under
 * way.
 */
const CREATE = statement(
  'swap_subscription_create',
  `WITH line AS MATERIALIZED (
      SELECT id FROM lines WHERE id = ${$.lineId} AND version = ${$.version}::int AND carrier = ${$.carrier} AND status <> 'terminated'
        AND phone_index IS NOT NULL FOR SHARE
    ), made AS (
      INSERT INTO swap_subscriptions (id, client_id, line_id, slot, sink, sealed, purpose, expire_time,
        token_expires_at, most_events, initial_event, events, started_at, ends_at, ended_at)
      SELECT ${$.id}::uuid, ${$.clientId}::uuid, l.id, f.slot, ${$.sink}, ${$.sealed}::bytea, ${$.purpose},
        ${$.expireTime}::timestamptz, ${$.tokenExpiresAt}::timestamptz, ${$.mostEvents}::int, ${$.initialEvent}::boolean,
        CASE WHEN ${$.initialAt}::timestamptz IS NULL THEN 0 ELSE 1 END, ${NOW},
        date_trunc('milliseconds', least(now() + interval '${MOST_DAYS} days', ${$.expireTime}::timestamptz,
          ${$.tokenExpiresAt}::timestamptz - interval '${TOKEN_MARGIN_SECONDS} seconds')),
        CASE WHEN ${$.initialAt}::timestamptz IS NOT NULL AND ${$.mostEvents}::int = 1 THEN now() END
      FROM line l CROSS JOIN LATERAL (
        SELECT g.slot FROM generate_series(1, ${MOST_OF_A_LINE}) AS g (slot)
        WHERE NOT EXISTS (SELECT 1 FROM swap_subscriptions o WHERE o.client_id = ${$.clientId} AND o.line_id = l.id
          AND o.slot = g.slot AND o.ended_at IS NULL)
        ORDER BY g.slot LIMIT 1) f
      ON CONFLICT DO NOTHING
      RETURNING id, client_id, line_id, purpose, events, started_at, ends_at, ended_at
    ), disclosed AS (
      INSERT INTO disclosures (line_id, subscription_id, client_id, api, purpose)
      SELECT m.line_id, ${$.ownSubscriptionId}::uuid, m.client_id, 'sim-swap-subscriptions/' || a.operation, m.purpose
      FROM made m JOIN (VALUES ('create', 0), ('swapped', 1)) AS a (operation, least_events) ON m.events >= a.least_events
    ), told AS (
      INSERT INTO swap_notifications (subscription_id, client_id, kind, at, reason)
      SELECT id, client_id, 'started', started_at, NULL FROM made
      UNION ALL SELECT id, client_id, 'swapped', ${$.initialAt}::timestamptz, NULL FROM made WHERE events = 1
      UNION ALL SELECT id, client_id, 'ended', now(), 'MAX_EVENTS_REACHED' FROM made WHERE ended_at IS NOT NULL
    )
    SELECT m.started_at AS "startedAt", m.ends_at AS "endsAt", m.ended_at AS "endedAt"
    FROM line LEFT JOIN made m ON true`,
  { writes: TOLD_TO_PERSON },
);

const COUNT = statement(
  'swap_subscription_count',
  `SELECT count(*)::int AS count FROM swap_subscriptions WHERE client_id = $1 AND line_id = $2 AND ended_at IS NULL`,
);

const COUNT_OF_CLIENT = statement(
  'swap_subscription_count_of_client',
  `SELECT count(*)::int AS count FROM swap_subscriptions WHERE client_id = $1 AND ended_at IS NULL`,
);

const SHOWN = `id, sink, sealed, expire_time AS "expireTime", most_events AS "mostEvents",
  initial_event AS "initialEvent", started_at AS "startedAt", ends_at AS "endsAt"`;
/** SQL: a subscription that has not ended, of a client ($1), and of one line alone where $2 names one. */
const STANDS = `client_id = $1 AND ($2::text IS NULL OR line_id = $2) AND ended_at IS NULL AND ends_at > now()`;

const LIST = statement(
  'swap_subscription_list',
  `SELECT ${SHOWN} FROM swap_subscriptions WHERE ${STANDS} AND ($3::uuid IS NULL OR id < $3)
    ORDER BY id DESC LIMIT ${MOST_LISTED}`,
);

const ONE = statement('swap_subscription_one', `SELECT ${SHOWN} FROM swap_subscriptions WHERE ${STANDS} AND id = $3`);

const DELETE = statement(
  'swap_subscription_delete',
  `WITH ended AS (
      UPDATE swap_subscriptions SET ended_at = now() WHERE ${STANDS} AND id = $3 RETURNING id, client_id
    )
    INSERT INTO swap_notifications (subscription_id, client_id, kind, at, reason)
    SELECT id, client_id, 'ended', now(), 'SUBSCRIPTION_DELETED' FROM ended`,
);

/** SQL: ends the expired subscriptions where `where` is true; skips rows that another statement holds. */
const endExpired = (where = 'true'): string => `WITH due AS MATERIALIZED (
      SELECT id FROM swap_subscriptions WHERE ended_at IS NULL AND ends_at <= now() AND ${where}
      ORDER BY ends_at LIMIT ${BATCH} FOR UPDATE SKIP LOCKED
    ), ended AS (
      UPDATE swap_subscriptions s SET ended_at = now() FROM due d WHERE s.id = d.id
      RETURNING s.id, s.client_id, s.ends_at, s.token_expires_at
    )
    INSERT INTO swap_notifications (subscription_id, client_id, kind, at, reason)
    SELECT id, client_id, 'ended', ends_at,
      CASE WHEN token_expires_at - interval '${TOKEN_MARGIN_SECONDS} seconds' <= ends_at THEN 'ACCESS_TOKEN_EXPIRED'
        ELSE 'SUBSCRIPTION_EXPIRED' END
    FROM ended`;

const END_DUE = statement('swap_subscription_end_due', endExpired());

const END_DUE_OF = statement('swap_subscription_end_due_of', endExpired('client_id = $1 AND line_id = $2'));

/** A client that was disabled is disabled for good: nothing is kept for it, above all no token of a sink. */
const END_OF_DISABLED = statement(
  'swap_subscription_end_of_disabled',
  `UPDATE swap_subscriptions SET ended_at = now() WHERE id = ANY(ARRAY(SELECT s.id FROM clients c
      JOIN swap_subscriptions s ON s.client_id = c.id WHERE c.disabled_at IS NOT NULL AND s.ended_at IS NULL
    LIMIT ${BATCH} FOR UPDATE OF s SKIP LOCKED))`,
);

/**
 * Records a change of the SIM of a line ($1) at $2, the carrier's time, for all subscriptions of the line. The line is locked
 * by the transaction of the carrier's event. A change from before the line had its present number and owner is told to
 * nobody: it was another person's.
 */
const SWAPPED = statement(
  'swap_subscription_swapped',
  `WITH swapped AS (
      UPDATE swap_subscriptions s SET events = s.events + 1,
        ended_at = CASE WHEN s.events + 1 >= s.most_events THEN now() END
      FROM lines l, clients c
      WHERE s.line_id = $1 AND s.ended_at IS NULL AND s.ends_at > now() AND l.id = s.line_id
        AND $2::timestamptz >= coalesce(l.numbered_at, '-infinity') AND c.id = s.client_id AND ${IS_SERVED}
      RETURNING s.id, s.client_id, s.line_id, s.purpose, s.ended_at
    ), disclosed AS (
      INSERT INTO disclosures (line_id, subscription_id, client_id, api, purpose)
      SELECT w.line_id, p.id, w.client_id, 'sim-swap-subscriptions/swapped', w.purpose
      FROM swapped w LEFT JOIN subscriptions p ON p.line_id = w.line_id AND p.state <> 'cancelled'
    )
    INSERT INTO swap_notifications (subscription_id, client_id, kind, at, reason)
    SELECT id, client_id, 'swapped', least($2::timestamptz, now()), NULL FROM swapped
    UNION ALL SELECT id, client_id, 'ended', now(), 'MAX_EVENTS_REACHED' FROM swapped WHERE ended_at IS NOT NULL`,
  { writes: TOLD_TO_PERSON },
);

/** Ends the subscriptions of a line ($1) that began before $2. Its transaction has locked the line. */
const END_BEGUN_BEFORE = statement(
  'swap_subscription_end_begun_before',
  `WITH ended AS (
      UPDATE swap_subscriptions SET ended_at = now() WHERE line_id = $1 AND started_at < $2::timestamptz AND ended_at IS NULL
      RETURNING id, client_id
    )
    INSERT INTO swap_notifications (subscription_id, client_id, kind, at, reason)
    SELECT id, client_id, 'ended', now(), 'NETWORK_TERMINATED' FROM ended`,
);

/** Deletes ended subscriptions, with the tokens of their sinks, as soon as nothing is left to be sent. */
const PURGE = statement(
  'swap_subscription_purge',
  `DELETE FROM swap_subscriptions WHERE id = ANY(ARRAY(SELECT s.id FROM swap_subscriptions s WHERE s.ended_at IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM swap_notifications n WHERE n.subscription_id = s.id)
    ORDER BY s.ended_at LIMIT ${BATCH}))`,
);

/** What a subscription is made of. */
export type NewSwapSubscription = Pick<
  SwapSubscription,
  | 'id'
  | 'clientId'
  | 'lineId'
  | 'sink'
  | 'sealed'
  | 'purpose'
  | 'expireTime'
  | 'tokenExpiresAt'
  | 'mostEvents'
  | 'initialEvent'
> & {
  /** The version of the line as it was read. */
  version: number;
  /** The carrier of the line as it was read: its change raises no version. */
  carrier: string;
  /** The subscription to the service that stands on the line. */
  ownSubscriptionId: string | null;
  /** When the SIM was changed that the first notification tells of; null for none. */
  initialAt: Date | null;
};

/** What the table says of a subscription that was made: it has ended if its initial event was the only one. */
export type Made = Pick<SwapSubscription, 'startedAt' | 'endsAt' | 'endedAt'>;

/** A subscription that has not ended. */
export type StoredSwapSubscription = Pick<
  SwapSubscription,
  'id' | 'sink' | 'sealed' | 'expireTime' | 'mostEvents' | 'initialEvent' | 'startedAt' | 'endsAt'
>;

/** The table of subscriptions to changes of a SIM. */
@Injectable()
export class SwapSubscriptionStore {
  constructor(private readonly database: Database) {}

  /**
   * Makes a subscription. `no_slot` if the client has as many for the line as it may, or another one took the slot;
   * `line_changed` if the line is no longer as it was read.
   */
  async create(made: NewSwapSubscription): Promise<Made | 'no_slot' | 'line_changed'> {
    const [row] = await this.database.rows<OuterJoined<Made>>(CREATE, values(made));
    if (!row) return 'line_changed';
    const { startedAt, endsAt, endedAt } = row;
    return startedAt && endsAt ? { startedAt, endsAt, endedAt } : 'no_slot';
  }

  /** True if a client has as many subscriptions for a line as it may. */
  async isFull(clientId: string, lineId: string): Promise<boolean> {
    const [row] = await this.database.rows<{ count: number }>(COUNT, [clientId, lineId]);
    return (row?.count ?? 0) >= MOST_OF_A_LINE;
  }

  /** How many subscriptions a client has over all lines. */
  async countOf(clientId: string): Promise<number> {
    return (await this.database.rows<{ count: number }>(COUNT_OF_CLIENT, [clientId]))[0]?.count ?? 0;
  }

  /**
   * Those of a client that have not ended, newest first, at most 1,000; with `lineId`, those for that line, with `before`
   * those older than that one.
   */
  async list(clientId: string, lineId: string | null, before: string | null): Promise<StoredSwapSubscription[]> {
    return this.database.rows<StoredSwapSubscription>(LIST, [clientId, lineId, before]);
  }

  async one(clientId: string, lineId: string | null, id: string): Promise<StoredSwapSubscription | undefined> {
    return (await this.database.rows<StoredSwapSubscription>(ONE, [clientId, lineId, id]))[0];
  }

  /** Ends a subscription as its client asked. Returns false if there is none. */
  async delete(clientId: string, lineId: string | null, id: string): Promise<boolean> {
    return (await this.database.changed(DELETE, [clientId, lineId, id])) === 1;
  }

  /** Ends a batch of those whose time is over or whose client was disabled. Returns true if more may remain. */
  async endDue(): Promise<boolean> {
    const disabled = await this.database.changed(END_OF_DISABLED, []);
    return (await this.database.changed(END_DUE, [])) === BATCH || disabled === BATCH;
  }

  /** Ends those of a client for one line whose time is over. */
  async endDueOf(clientId: string, lineId: string): Promise<void> {
    await this.database.changed(END_DUE_OF, [clientId, lineId]);
  }

  /** Records a change of a SIM in the transaction of the carrier's event. */
  async swapped(session: Session, lineId: string, at: Date): Promise<void> {
    await session.rows(SWAPPED, [lineId, at]);
  }

  /** Ends those of a line that began before an instant, in the transaction of the carrier's event. */
  async endBegunBefore(session: Session, lineId: string, at: Date): Promise<void> {
    await session.rows(END_BEGUN_BEFORE, [lineId, at]);
  }

  /** Deletes a batch of those that have ended. Returns true if more may remain. */
  async purge(): Promise<boolean> {
    return (await this.database.changed(PURGE, [])) === BATCH;
  }
}
