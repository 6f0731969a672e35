import { Injectable } from '@nestjs/common';
import { Database, type Session } from '../database/database.ts';
import { statement } from '../database/statement.ts';
import type { ClosedDoor } from '../journal/closed-door.ts';
import { NOW, WIPED } from '../database/statement-parts.ts';
import {
  CODE_ATTEMPTS,
  LIFETIME_SECONDS,
  RESEND_INTERVAL_SECONDS,
  RESENDS,
  type AuthenticationState,
  type Flow,
} from '../domain/authentication.ts';
import { enqueueDelivery, OUTBOX } from '../queue/enqueue-delivery.ts';
import { aboutAuthentications, tell, TOLD } from '../webhooks/tell.ts';
import type { Authentication } from './authentication.entity.ts';
import { VIEW, WAKE_OR_SMS, type AuthenticationView } from './statement-parts.ts';
import { keepDigest } from './verification-answer.store.ts';

/** SQL: of a row source with the columns of `VIEW`, those that have closed, for `aboutAuthentications`. */
export function closedIn(seen: string): string {
  return `(SELECT id, "clientId" AS client_id, state, "closedAt" AS closed_at FROM ${seen} WHERE "closedAt" IS NOT NULL)`;
}

const VIEW_OF = statement(
  'authentication_see',
  `SELECT ${VIEW} FROM authentications a WHERE a.id = $1 AND a.client_id = $2 AND a.flow = ANY($3)`,
);

const PAST_VIEW_OF = statement(
  'authentication_see_past',
  `SELECT ${VIEW} FROM past_authentications a WHERE a.id = $1 AND a.client_id = $2 AND a.flow = ANY($3)`,
);

const STATES_OF = statement(
  'authentication_states',
  `SELECT id, CASE WHEN state IN ('pending', 'opened') AND expires_at <= now() THEN 'expired' ELSE state END AS state
    FROM authentications WHERE id = ANY($1)`,
);

/**
 * Counts an attempt and judges it in one statement: an attempt that does not count reveals nothing.
 * The row lock decides which of ten thousand concurrent right codes was the first.
 * The statement compares keyed digests, not codes. Callers do not have the key, so the response time reveals nothing.
 * It also counts an attempt on an authentication without a code, or whose subscription or line no longer allows
 * verification, and answers as to a wrong code.
 * `FOR SHARE` serialises a right code with the carrier's events: a code that was not accepted before the line changed
 * hands is not accepted after it.
 * A verification resets the failures of the subscription's authenticators, which unlocks the codes that the phone
 * computes.
 * At the code of a number whose holder declined it counts as at any other, and at the same cost: only subscribers can
 * decline. The row stays declined.
 */
const TRY_CODE = statement(
  'authentication_try_code',
  `WITH tried AS (UPDATE authentications a SET
      (attempts, state, closed_at, code_digest, sms_code, envelope, end_user, person) = (
        SELECT a.attempts + 1, CASE WHEN fits THEN 'verified' WHEN closes AND a.state <> 'declined' THEN 'failed' ELSE a.state END,
          coalesce(a.closed_at, CASE WHEN closes THEN ${NOW} END),
          CASE WHEN NOT closes THEN a.code_digest END, CASE WHEN NOT closes THEN a.sms_code END,
          CASE WHEN NOT closes THEN a.envelope END, CASE WHEN NOT closes THEN a.end_user END,
          CASE WHEN fits OR NOT closes THEN a.person END
        FROM (SELECT coalesce(a.code_digest = ANY($3), false) AND CASE a.channel
            WHEN 'push' THEN EXISTS (
              SELECT 1 FROM subscriptions s WHERE s.id = a.subscription_id AND s.state = 'active' FOR SHARE)
            ELSE EXISTS (SELECT 1 FROM lines l WHERE l.id = a.line_id
              AND l.version = coalesce(a.line_version, l.version) FOR SHARE)
              AND (a.subscription_id IS NULL OR EXISTS (SELECT 1 FROM subscriptions s
                WHERE s.id = a.subscription_id AND s.state IN ('awaiting_device', 'active') FOR SHARE))
            END AS fits OFFSET 0) code,
          LATERAL (SELECT fits OR a.attempts + 1 >= ${CODE_ATTEMPTS} AS closes) attempt)
    WHERE a.id = $1 AND a.client_id = $2 AND a.channel IN ('push', 'sms')
      AND (a.state IN ('pending', 'opened') OR a.state = 'declined' AND a.flow = 'number') AND a.attempts < ${CODE_ATTEMPTS} AND a.expires_at > now() AND a.flow = ANY($5)
    RETURNING ${VIEW}, a.subscription_id AS "subscriptionId"
    ), locked AS (
      SELECT au.id FROM authenticators au, tried
      WHERE tried.state = 'verified' AND au.subscription_id = tried."subscriptionId" AND au.failures > 0
      ORDER BY au.id FOR UPDATE OF au
    ), unlocked AS (
      UPDATE authenticators au SET failures = 0 FROM locked WHERE au.id = locked.id
    ), kept AS (
      ${keepDigest('tried', '$4')}
    ), ${tell(aboutAuthentications(closedIn('tried')))}
    SELECT * FROM tried`,
  { writes: { authenticators: 'a person who was verified has the codes of the phone unlocked', ...TOLD } },
);

const CANCEL = statement(
  'authentication_cancel',
  `WITH cancelled AS (
      UPDATE authentications SET state = 'cancelled', closed_at = ${NOW}, ${WIPED}
      WHERE id = $1 AND client_id = $2 AND state IN ('pending', 'opened') AND expires_at > now() AND flow = ANY($3)
      RETURNING id, channel, expires_at, client_id, state, closed_at
    ), ${tell(aboutAuthentications('cancelled'))}, queued AS (
      ${enqueueDelivery({ kind: 'cancelled', about: { authentication_id: 'id' }, expiresAt: 'expires_at', from: `cancelled WHERE channel IN ('push', 'sign', 'approve')` })}
    )
    SELECT cancelled.channel, queued.id AS "deliveryId" FROM cancelled LEFT JOIN queued ON true`,
  { writes: { ...OUTBOX, ...TOLD } },
);

/**
 * Replaces a delivery that still waits: after an outage of the SMS centre or the push service, the person must not get
 * the same message four times.
 */
const RESEND = statement(
  'authentication_resend',
  `WITH resent AS (
      UPDATE authentications SET resends = resends + 1, sent_at = now()
      WHERE id = $1 AND client_id = $2 AND state IN ('pending', 'opened') AND expires_at > now() AND flow = ANY($3)
        AND channel <> 'otp' AND resends < ${RESENDS} AND sent_at <= now() - interval '${RESEND_INTERVAL_SECONDS} seconds'
      RETURNING id, channel, expires_at
    ), waiting AS (
      DELETE FROM deliveries WHERE authentication_id IN (SELECT id FROM resent)
        AND kind IN ('wake', 'sms') AND (claimed_until IS NULL OR claimed_until <= now())
    ), queued AS (
      ${enqueueDelivery({ kind: WAKE_OR_SMS, about: { authentication_id: 'id' }, expiresAt: 'expires_at', from: 'resent' })}
    )
    SELECT queued.id AS "deliveryId" FROM resent LEFT JOIN queued ON true`,
  { writes: { deliveries: 'a sending that still waits gives way to the new one' } },
);

const SENDINGS = statement(
  'authentication_sendings',
  `SELECT ${RESENDS} - resends AS "resendsLeft",
      ceil(extract(epoch FROM sent_at + interval '${RESEND_INTERVAL_SECONDS} seconds' - now()))::int AS "waitSeconds",
      ceil(extract(epoch FROM expires_at - now()))::int AS "secondsLeft"
    FROM authentications WHERE id = $1`,
);

/** Selects the open authentications to cancel. */
export interface CancelScope {
  subscriptionId: string | null;
  /** Keyed indexes of a person with a number, one per index key. */
  personIndexes: readonly Buffer[];
  /** Spares authentications that no phone has opened, except codes sent by SMS to a protected line. */
  onlyOpened?: boolean;
}

/**
 * Cancels the open authentications of a subscription, and those that name a given person, such as the former owner of a
 * line. Each condition fits one index alone, however few rows PostgreSQL expects: the states of `own` the history, and the
 * `closed_at` of `named` that of the open ones.
 */
const CANCEL_PENDING = statement(
  'authentication_close_pending',
  `WITH own AS (
      SELECT id FROM authentications WHERE subscription_id = $1 AND state IN ('pending', 'opened')
        AND requested_at > now() - interval '${LIFETIME_SECONDS} seconds' FOR UPDATE
    ), named AS (
      SELECT id FROM authentications WHERE person_index = ANY($2) AND closed_at IS NULL FOR UPDATE
    ), cancelled AS (
      UPDATE authentications SET state = 'cancelled', closed_at = ${NOW}, ${WIPED}
      WHERE id = ANY(ARRAY(SELECT id FROM own UNION SELECT id FROM named)) AND expires_at > now()
        AND (NOT $3 OR state = 'opened' OR channel = 'sms' AND EXISTS (
          SELECT 1 FROM subscriptions s WHERE s.id = $1 AND s.protected_since IS NOT NULL))
      RETURNING id, channel, client_id, state, closed_at
    ), ${tell(aboutAuthentications('cancelled'))}
    SELECT id, channel FROM cancelled`,
  { writes: TOLD },
);

/** The maximum numbers of rows that one statement closes and deletes. */
const [EXPIRE_BATCH, PURGE_BATCH] = [1_000, 5_000];

/** The condition on `-infinity` is that of the index: no other statement may be planned with it. */
const EXPIRE = statement(
  'authentication_expire',
  `WITH expired AS (
      UPDATE authentications SET state = 'expired', closed_at = expires_at, ${WIPED}
      WHERE id = ANY(ARRAY(SELECT id FROM authentications
        WHERE closed_at IS NULL AND expires_at > '-infinity' AND expires_at <= now()
        ORDER BY expires_at LIMIT ${EXPIRE_BATCH} FOR UPDATE SKIP LOCKED))
      RETURNING id, channel, client_id, state, closed_at
    ), ${tell(aboutAuthentications('expired'))}
    SELECT channel, count(*)::int AS count FROM expired GROUP BY channel`,
  { writes: TOLD },
);

const PURGE_KEYS = statement(
  'authentication_purge_keys',
  `DELETE FROM idempotency_keys WHERE (client_id, key_digest) IN (SELECT client_id, key_digest
    FROM idempotency_keys WHERE created_at < now() - interval '24 hours' LIMIT ${PURGE_BATCH})`,
);

/**
 * Deletes one batch, by an index on the age alone. An open authentication is never that old, and a closed one has moved to its
 * month long before, unless its id is of no month that is kept.
 */
const PURGE = statement(
  'authentication_purge',
  `DELETE FROM authentications WHERE ctid = ANY(ARRAY(SELECT ctid FROM authentications
    WHERE requested_at < now() - make_interval(days => $1) AND closed_at IS NOT NULL LIMIT ${PURGE_BATCH}))`,
);

/** The door that an attempt closed: the code of an authentication that it ended. */
export function spentCodeOf(tried: AuthenticationView | undefined): ClosedDoor[] {
  return tried?.closedAt ? [{ door: 'code_spent', id: tried.id }] : [];
}

/** An authentication that was cancelled. */
export type Cancelled = Pick<Authentication, 'id' | 'channel'>;

/** What a relying party cancelled, with the delivery that tells the phone, if there is one. */
type CancelledByClient = Pick<Authentication, 'channel'> & { deliveryId: string | null };

/** How many authentications of a channel have expired. */
type Expired = Pick<Authentication, 'channel'> & { count: number };

@Injectable()
export class AuthenticationStore {
  constructor(private readonly database: Database) {}

  /**
   * Returns an authentication of this relying party; undefined for an unknown id, for another party's, and for one that
   * another flow started.
   */
  async view(id: string, clientId: string, flows: readonly Flow[]): Promise<AuthenticationView | undefined> {
    const [present] = await this.database.pipelinedRows<AuthenticationView>(VIEW_OF, [id, clientId, flows]);
    if (present) return present;
    // Asked afterwards, because a row moves in this direction only.
    return (await this.database.rows<AuthenticationView>(PAST_VIEW_OF, [id, clientId, flows]))[0];
  }

  /** Returns the present states. An open authentication past its lifetime is `expired`. */
  async statesOf(ids: readonly string[]): Promise<{ id: string; state: AuthenticationState }[]> {
    return this.database.rows(STATES_OF, [ids]);
  }

  /**
   * Counts one attempt at a code that the service sent; a right one keeps `requestDigest`, if there is one. Undefined
   * when no such authentication is open: the attempt did not count.
   */
  async tryCode(
    id: string,
    clientId: string,
    digests: Buffer[],
    requestDigest: Buffer | null,
    flows: readonly Flow[],
  ): Promise<AuthenticationView | undefined> {
    type Row = AuthenticationView & Pick<Authentication, 'subscriptionId'>;
    const values = [id, clientId, digests, requestDigest, flows];
    const [tried] = await this.database.sharedRows<Row>(TRY_CODE, values, id);
    await this.database.closed(spentCodeOf(tried));
    return tried;
  }

  /**
   * Cancels an open authentication; undefined when it is not open. `deliveryId` is the phone's notification, if there
   * is one.
   */
  async cancel(id: string, clientId: string, flows: readonly Flow[]): Promise<CancelledByClient | undefined> {
    return (await this.database.rows<CancelledByClient>(CANCEL, [id, clientId, flows]))[0];
  }

  /** Returns the queued delivery; undefined when the authentication cannot be resent now. */
  async resend(id: string, clientId: string, flows: readonly Flow[]): Promise<{ deliveryId: string } | undefined> {
    return (await this.database.rows<{ deliveryId: string }>(RESEND, [id, clientId, flows]))[0];
  }

  /** Returns the resends that are left, the seconds until the next one is allowed, and the seconds until expiry. */
  async sendings(id: string): Promise<{ resendsLeft: number; waitSeconds: number; secondsLeft: number } | undefined> {
    type Row = { resendsLeft: number; waitSeconds: number; secondsLeft: number };
    return (await this.database.rows<Row>(SENDINGS, [id]))[0];
  }

  /**
   * Cancels open authentications in the session's transaction and returns them. After the commit, the caller wakes
   * the requests that wait for them.
   */
  async cancelPending(
    session: Session,
    { subscriptionId, personIndexes, onlyOpened = false }: CancelScope,
  ): Promise<Cancelled[]> {
    const values = [subscriptionId, personIndexes, onlyOpened];
    return session.rows<Cancelled>(CANCEL_PENDING, values);
  }

  /** Closes a batch of expired authentications and wipes their codes. Returns their numbers, and whether more may remain. */
  async expire(): Promise<{ expired: Expired[]; mayRemain: boolean }> {
    const expired = await this.database.rows<Expired>(EXPIRE, []);
    return { expired, mayRemain: expired.reduce((sum, { count }) => sum + count, 0) === EXPIRE_BATCH };
  }

  /** Deletes a batch of closed authentications that are older than `days`. Returns true if more may remain. */
  async purge(days: number): Promise<boolean> {
    return (await this.database.changed(PURGE, [days])) === PURGE_BATCH;
  }

  /** Deletes a batch of idempotency keys that are older than 24 hours (contract). Returns true if more may remain. */
  async purgeIdempotencyKeys(): Promise<boolean> {
    return (await this.database.changed(PURGE_KEYS, [])) === PURGE_BATCH;
  }
}
