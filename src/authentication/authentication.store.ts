import { Injectable } from '@nestjs/common';
import { Database, type Session } from '../database/database.ts';
import { statement } from '../database/statement.ts';
import { NOW, WIPED } from '../database/statement-parts.ts';
import {
  CODE_ATTEMPTS,
  LIFETIME_SECONDS,
  RESEND_INTERVAL_SECONDS,
  RESENDS,
  type AuthenticationState,
} from '../domain/authentication.ts';
import { enqueueDelivery, OUTBOX } from '../queue/enqueue-delivery.ts';
import type { Authentication } from './authentication.entity.ts';
import { WAKE_OR_SMS } from './statement-parts.ts';

/** An authentication as its relying party may know it. */
export type AuthenticationView = Pick<
  Authentication,
  'id' | 'clientId' | 'channel' | 'state' | 'expiresAt' | 'closedAt' | 'lineId' | 'person'
> & {
  expired: boolean;
  attemptsLeft: number;
  /** When the subscription's app was last issued anew after a loss. */
  reissuedAt: Date | null;
};

export const VIEW = `a.id, a.client_id AS "clientId", a.channel, a.state, a.expires_at <= now() AS expired,
  a.expires_at AS "expiresAt", ${CODE_ATTEMPTS} - a.attempts AS "attemptsLeft", a.closed_at AS "closedAt",
  a.line_id AS "lineId", a.person,
  (SELECT rs.reissued_at FROM subscriptions rs WHERE rs.id = a.subscription_id) AS "reissuedAt"`;

const VIEW_OF = statement(
  'authentication_see',
  `SELECT ${VIEW} FROM authentications a WHERE a.id = $1 AND a.client_id = $2`,
);

const STATES_OF = statement(
  'authentication_states',
  `SELECT id, CASE WHEN state IN ('pending', 'opened') AND expires_at <= now() THEN 'expired' ELSE state END AS state
    FROM authentications WHERE id = ANY($1)`,
);

/**
 * Counts an attempt and judges it in one statement. A caller whose attempt is not counted learns nothing, and one row
 * decides which of ten thousand right codes was the first. The statement compares digests under a key that no caller
 * has, so its duration tells nothing about the code. An authentication without a code, or of a subscription that is not
 * active, is counted all the same and looks like any wrong code. A right code takes its turn with the carrier's events
 * (`FOR SHARE`): after the line has changed hands, it is not accepted. A verification also unlocks the codes that the
 * person's phone makes by itself.
 */
const TRY_CODE = statement(
  'authentication_try_code',
  `WITH tried AS (UPDATE authentications a SET
      (attempts, state, closed_at, code_digest, sms_code, envelope, end_user, person) = (
        SELECT a.attempts + 1, CASE WHEN fits THEN 'verified' WHEN closes THEN 'failed' ELSE a.state END,
          CASE WHEN closes THEN ${NOW} END,
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
    WHERE a.id = $1 AND a.client_id = $2 AND a.channel IN ('push', 'sms') AND a.state IN ('pending', 'opened')
      AND a.attempts < ${CODE_ATTEMPTS} AND a.expires_at > now()
    RETURNING ${VIEW}, a.subscription_id AS "subscriptionId"
    ), locked AS (
      SELECT au.id FROM authenticators au, tried
      WHERE tried.state = 'verified' AND au.subscription_id = tried."subscriptionId" AND au.failures > 0
      ORDER BY au.id FOR UPDATE OF au
    ), unlocked AS (
      UPDATE authenticators au SET failures = 0 FROM locked WHERE au.id = locked.id
    )
    SELECT * FROM tried`,
  { writes: { authenticators: 'a person who was verified has the codes of the phone unlocked' } },
);

const CANCEL = statement(
  'authentication_cancel',
  `WITH cancelled AS (
      UPDATE authentications SET state = 'cancelled', closed_at = ${NOW}, ${WIPED}
      WHERE id = $1 AND client_id = $2 AND state IN ('pending', 'opened') AND expires_at > now()
      RETURNING id, channel, expires_at
    ), queued AS (
      ${enqueueDelivery({ kind: 'cancelled', about: { authentication_id: 'id' }, expiresAt: 'expires_at', from: `cancelled WHERE channel IN ('push', 'sign')` })}
    )
    SELECT queued.id AS "deliveryId" FROM cancelled LEFT JOIN queued ON true`,
  { writes: OUTBOX },
);

/** A sending that is still waiting gives way to the new one: a centre that was away must not send the same four times. */
const RESEND = statement(
  'authentication_resend',
  `WITH resent AS (
      UPDATE authentications SET resends = resends + 1, sent_at = now()
      WHERE id = $1 AND client_id = $2 AND state IN ('pending', 'opened') AND expires_at > now()
        AND channel <> 'otp' AND resends < ${RESENDS} AND sent_at <= now() - interval '${RESEND_INTERVAL_SECONDS} seconds'
      RETURNING id, channel, expires_at
    ), waiting AS (
      DELETE FROM deliveries WHERE authentication_id IN (SELECT id FROM resent)
        AND kind IN ('wake', 'sms') AND (claimed_until IS NULL OR claimed_until <= now())
    )
    ${enqueueDelivery({ kind: WAKE_OR_SMS, about: { authentication_id: 'id' }, expiresAt: 'expires_at', from: 'resent' })}`,
  { writes: { deliveries: 'a sending that still waits gives way to the new one' } },
);

const SENDINGS = statement(
  'authentication_sendings',
  `SELECT ${RESENDS} - resends AS "resendsLeft",
      ceil(extract(epoch FROM sent_at + interval '${RESEND_INTERVAL_SECONDS} seconds' - now()))::int AS "waitSeconds",
      ceil(extract(epoch FROM expires_at - now()))::int AS "secondsLeft"
    FROM authentications WHERE id = $1`,
);

/** The subscription and the person whose open authentications are cancelled. */
export interface CancelScope {
  subscriptionId: string | null;
  /** Keyed indexes of a person at a number, under every key. */
  personIndexes: readonly Buffer[];
  /** Leaves alone what no phone has answered, but not what was texted to a protected line. */
  onlyOpened?: boolean;
}

/** Cancels the open authentications of a subscription, and those of the person to whom a line belonged. */
const CANCEL_PENDING = statement(
  'authentication_close_pending',
  `UPDATE authentications SET state = 'cancelled', closed_at = ${NOW}, ${WIPED}
    WHERE id IN (
        SELECT id FROM authentications WHERE subscription_id = $1 AND closed_at IS NULL
          AND requested_at > now() - interval '${LIFETIME_SECONDS} seconds'
        UNION ALL SELECT id FROM authentications WHERE person_index = ANY($2) AND closed_at IS NULL)
      AND closed_at IS NULL AND expires_at > now() AND (NOT $3 OR state = 'opened' OR channel = 'sms' AND EXISTS (
        SELECT 1 FROM subscriptions s WHERE s.id = $1 AND s.protected_since IS NOT NULL))
    RETURNING id`,
);

const EXPIRE = statement(
  'authentication_expire',
  `UPDATE authentications SET state = 'expired', closed_at = expires_at, ${WIPED}
    WHERE id IN (SELECT id FROM authentications WHERE closed_at IS NULL AND expires_at <= now()
      ORDER BY expires_at LIMIT 1000 FOR UPDATE SKIP LOCKED)`,
);

const PURGE_KEYS = statement(
  'authentication_purge_keys',
  `DELETE FROM idempotency_keys WHERE (client_id, key_digest) IN (SELECT client_id, key_digest
    FROM idempotency_keys WHERE created_at < now() - interval '24 hours' LIMIT 5000)`,
);

/** A batch at a time, by an index on the age alone; what is open is never that old. */
const PURGE = statement(
  'authentication_purge',
  `DELETE FROM authentications WHERE ctid = ANY(ARRAY(SELECT ctid FROM authentications
    WHERE requested_at < now() - make_interval(days => $1) AND closed_at IS NOT NULL LIMIT $2))`,
);

/** Rows removed by one statement. */
const PURGE_BATCH = 5_000;

@Injectable()
export class AuthenticationStore {
  constructor(private readonly database: Database) {}

  async view(id: string, clientId: string): Promise<AuthenticationView | undefined> {
    return (await this.database.rows<AuthenticationView>(VIEW_OF, [id, clientId]))[0];
  }

  async statesOf(ids: readonly string[]): Promise<{ id: string; state: AuthenticationState }[]> {
    return this.database.rows(STATES_OF, [ids]);
  }

  /** Undefined when the attempt did not count, because nothing is open any more. */
  async tryCode(id: string, clientId: string, digests: Buffer[]): Promise<AuthenticationView | undefined> {
    return (
      await this.database.rows<AuthenticationView & Pick<Authentication, 'subscriptionId'>>(TRY_CODE, [
        id,
        clientId,
        digests,
      ])
    )[0];
  }

  async cancel(id: string, clientId: string): Promise<{ deliveryId: string | null } | undefined> {
    return (await this.database.rows<{ deliveryId: string | null }>(CANCEL, [id, clientId]))[0];
  }

  /** The queued delivery; undefined when it may not be sent again now. */
  async resend(id: string, clientId: string): Promise<string | undefined> {
    return (await this.database.rows<{ id: string }>(RESEND, [id, clientId]))[0]?.id;
  }

  async sendings(id: string): Promise<{ resendsLeft: number; waitSeconds: number; secondsLeft: number } | undefined> {
    type Row = { resendsLeft: number; waitSeconds: number; secondsLeft: number };
    return (await this.database.rows<Row>(SENDINGS, [id]))[0];
  }

  /**
   * Cancels the open authentications of a subscription and of a person. `onlyOpened` leaves out those that no phone has
   * answered. Returns their ids, so that their waiters can be woken after the commit.
   */
  async cancelPending(
    session: Session,
    { subscriptionId, personIndexes, onlyOpened = false }: CancelScope,
  ): Promise<string[]> {
    const values = [subscriptionId, personIndexes, onlyOpened];
    return (await session.rows<{ id: string }>(CANCEL_PENDING, values)).map(({ id }) => id);
  }

  /** Closes what ran out of time, and wipes its code. */
  async expire(): Promise<void> {
    await this.database.rows(EXPIRE, []);
  }

  /** Removes a batch of what is older than it is kept for. */
  async purge(days: number): Promise<void> {
    await this.database.rows(PURGE, [days, PURGE_BATCH]);
  }

  /** Idempotency keys are kept for 24 hours (contract). */
  async purgeIdempotencyKeys(): Promise<void> {
    await this.database.rows(PURGE_KEYS, []);
  }
}
