import { Injectable } from '@nestjs/common';
import { Database } from '../../database/database.ts';
import { statement } from '../../database/statement.ts';
import type { SwapNotification } from './swap-notification.entity.ts';
import type { SwapSubscription } from './swap-subscription.entity.ts';
import { IS_SERVED } from './swap-subscription.store.ts';

/** Seconds for which a notification is under way at most; after them, its process is taken for dead. */
const LEASE_SECONDS = 60;
/** Notifications of a client that one process sends at once, so that a receiver that hangs holds up its own client alone. */
export const MOST_OF_A_CLIENT = 8;
/** Notifications that one process sends at once, to all clients. */
export const MOST_UNDER_WAY = 64;
/**
 * How many of those only clients with none under way get: receivers that hang take all the others, however few clients they
 * belong to.
 */
export const KEPT_FREE = 8;

/** A notification that is due, with where it goes. */
export type DueNotification = Pick<
  SwapNotification,
  'id' | 'subscriptionId' | 'clientId' | 'kind' | 'at' | 'reason' | 'attempts'
> &
  Pick<SwapSubscription, 'sink' | 'sealed'> & {
    /** The client may be told, and its token is not expired. The end is told in any case. */
    isServed: boolean;
  };

/**
 * Takes at most $1 of what is due, each for one process. $2 has the client of each that the process is sending: a client has
 * no more than its share of them, and those with few come first, so that receivers that hang delay only those of their own
 * client. Changes of a SIM come before what begins or ends. It steps from client to client in the index. What a process took
 * that died is due again. The end of a subscription waits until the first attempt of everything else about it has begun: its
 * receiver may be gone after it. `nth` is which of its client a notification would be.
 */
const TAKE = statement(
  'swap_notification_take',
  `WITH RECURSIVE waiting AS (
      (SELECT client_id FROM swap_notifications ORDER BY client_id LIMIT 1)
      UNION ALL
      SELECT (SELECT n.client_id FROM swap_notifications n WHERE n.client_id > w.client_id
        ORDER BY n.client_id LIMIT 1) FROM waiting w WHERE w.client_id IS NOT NULL
    ), chosen AS MATERIALIZED (
      SELECT w.client_id, coalesce(b.count, 0) AS busy FROM waiting w
        LEFT JOIN (SELECT u.client_id, count(*)::int AS count FROM unnest($2::uuid[]) u (client_id) GROUP BY u.client_id) b
          ON b.client_id = w.client_id
      WHERE coalesce(b.count, 0) < ${MOST_OF_A_CLIENT} AND EXISTS (SELECT 1 FROM swap_notifications n, (VALUES (false), (true)) k (later)
        WHERE n.client_id = w.client_id AND (n.kind <> 'swapped') = k.later AND n.due_at <= now())
      ORDER BY busy, random() LIMIT $1::int
    ), locked AS MATERIALIZED (
      SELECT d.id, c.client_id, c.busy, k.later, d.due_at
      FROM chosen c CROSS JOIN (VALUES (false), (true)) k (later) CROSS JOIN LATERAL (
        SELECT n.id, n.due_at FROM swap_notifications n
        WHERE n.client_id = c.client_id AND (n.kind <> 'swapped') = k.later AND n.due_at <= now()
          AND (n.kind <> 'ended' OR NOT EXISTS (SELECT 1 FROM swap_notifications o
            WHERE o.subscription_id = n.subscription_id AND o.kind <> 'ended' AND o.attempts = 0))
        ORDER BY n.due_at LIMIT ${MOST_OF_A_CLIENT} - c.busy FOR UPDATE SKIP LOCKED) d
    ), shares AS (
      SELECT l.id, l.later, l.busy + row_number() OVER (PARTITION BY l.client_id ORDER BY l.later, l.due_at) AS nth
      FROM locked l
    ), due AS MATERIALIZED (
      SELECT p.id FROM (
        SELECT s.id, s.nth, row_number() OVER (ORDER BY s.nth, s.later) AS place FROM shares s
        WHERE s.nth <= ${MOST_OF_A_CLIENT}) p
      WHERE p.place <= $1::int - CASE WHEN p.nth = 1 THEN 0 ELSE ${KEPT_FREE} END
    )
    UPDATE swap_notifications n SET attempts = n.attempts + 1, due_at = now() + interval '${LEASE_SECONDS} seconds'
    FROM due, swap_subscriptions s, clients c WHERE n.id = due.id AND s.id = n.subscription_id AND c.id = n.client_id
    RETURNING n.id, n.subscription_id AS "subscriptionId", n.client_id AS "clientId", n.kind, n.at, n.reason, n.attempts,
      s.sink, s.sealed,
      (${IS_SERVED} AND (n.kind = 'ended' OR coalesce(s.token_expires_at > now(), true))) AS "isServed"`,
);

const DONE = statement('swap_notification_done', `DELETE FROM swap_notifications WHERE id = $1`);

const AGAIN = statement(
  'swap_notification_again',
  `UPDATE swap_notifications SET due_at = now() + make_interval(secs => $2::float8 / 1000) WHERE id = $1`,
);

/** The receiver is gone for good: the subscription ends, and nothing is sent to it any more, not even that. */
const GONE = statement(
  'swap_notification_gone',
  `WITH ended AS (UPDATE swap_subscriptions SET ended_at = now() WHERE id = $1 AND ended_at IS NULL)
    DELETE FROM swap_notifications WHERE subscription_id = $1`,
);

/** Nobody takes its notifications: the subscription ends. That is to be sent too, in case its receiver comes back. */
const GIVE_UP = statement(
  'swap_notification_give_up',
  `WITH given_up AS (DELETE FROM swap_notifications WHERE id = $1 RETURNING subscription_id, kind), ended AS (
      UPDATE swap_subscriptions s SET ended_at = now() FROM given_up g
      WHERE s.id = g.subscription_id AND g.kind <> 'ended' AND s.ended_at IS NULL RETURNING s.id, s.client_id
    )
    INSERT INTO swap_notifications (subscription_id, client_id, kind, at, reason)
    SELECT id, client_id, 'ended', now(), 'NETWORK_TERMINATED' FROM ended`,
);

/** The outbox of notifications about changes of a SIM. */
@Injectable()
export class SwapNotificationStore {
  constructor(private readonly database: Database) {}

  /**
   * Takes at most `most` notifications, so that no client has more than its share under way. `underWay` has the client of each
   * that this process is sending.
   */
  async take(most: number, underWay: readonly string[]): Promise<DueNotification[]> {
    return this.database.rows<DueNotification>(TAKE, [most, underWay]);
  }

  /** It was accepted, or may not be sent any more. */
  async done(id: string): Promise<void> {
    await this.database.changed(DONE, [id]);
  }

  /** Sends it again after some milliseconds. */
  async again(id: string, milliseconds: number): Promise<void> {
    await this.database.changed(AGAIN, [id, milliseconds]);
  }

  /** Gives a notification up after its last attempt, and ends its subscription. */
  async giveUp(id: string): Promise<void> {
    await this.database.changed(GIVE_UP, [id]);
  }

  /** Ends a subscription whose receiver said that it is gone. */
  async gone(subscriptionId: string): Promise<void> {
    await this.database.changed(GONE, [subscriptionId]);
  }
}
