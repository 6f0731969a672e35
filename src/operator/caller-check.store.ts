import { Injectable } from '@nestjs/common';
import { Database, type Session } from '../database/database.ts';
import { statement } from '../database/statement.ts';
import { isPinLocked, NOW, swapKnownAfter } from '../database/statement-parts.ts';
import { LIFETIME_SECONDS } from '../domain/authentication.ts';
import {
  CALLER_CHECK_SECONDS,
  CALLER_DENIAL_SHOWN_HOURS,
  CALLER_DENIED_MINUTES,
  OPEN_CHECK_STATES,
  type CallerCheckState,
} from '../domain/caller-check.ts';
import type { Account } from '../accounts/account.entity.ts';
import type { Authentication } from '../authentication/authentication.entity.ts';
import { CALL_CENTRE } from '../relying-parties/relying-parties.ts';
import type { Subscription } from '../subscriptions/subscription.entity.ts';
import type { CallerCheck } from './caller-check.entity.ts';

/** What decides whether a subscriber can be asked now. */
export interface Askable {
  /** The subscription is active, and a phone is in use whose PIN is not locked. */
  reachable: boolean;
  /** The phone is being asked already. */
  open: boolean;
  /** Whole seconds until the subscriber can be asked again after answering that they did not call; null without that. */
  deniedSeconds: number | null;
}

/** A check as its operator sees it. */
export type ShownCheck = Pick<CallerCheck, 'id' | 'deed' | 'reason' | 'authenticationId'> & {
  state: CallerCheckState;
  /** While it is open: until when the code serves. Once verified: until when the deed can be done. */
  until: Date | null;
};

/** A check that has ended and is not in the audit yet. */
export type EndedCheck = Pick<CallerCheck, 'subscriptionId' | 'deed' | 'reason'> & {
  endedAs: NonNullable<CallerCheck['endedAs']>;
  operator: Account['login'];
};

/** A subscriber’s answer that they did not call. */
export type Denial = Pick<CallerCheck, 'id' | 'subscriptionId' | 'deed'> &
  Pick<Subscription, 'lineId'> & {
    subscriptionState: Subscription['state'];
    deniedAt: NonNullable<Authentication['closedAt']>;
    operator: Account['login'];
  };

const OPEN = OPEN_CHECK_STATES.map((state) => `'${state}'`).join(', ');

/** SQL: when the person answered that they did not call: on the request, or afterwards in the history of the app. */
const DENIED_AT_SQL = `coalesce(a.not_me_at, CASE a.decline_reason WHEN 'not_me' THEN a.closed_at END)`;

/** SQL: the person answered so within the time for which no operator may ask again. */
const IS_DENIED = `${DENIED_AT_SQL} > now() - interval '${CALLER_DENIED_MINUTES} minutes'`;

/**
 * SQL: a verified check still serves: in time, on a subscription that nothing suspended and no other phone joined since,
 * and whose line is not in doubt.
 */
const SERVES = `a.not_me_at IS NULL AND a.closed_at > now() - interval '${CALLER_CHECK_SECONDS} seconds'
    AND EXISTS (SELECT 1 FROM devices d WHERE d.id = a.device_id AND d.state = 'active')
    AND EXISTS (SELECT 1 FROM subscriptions s JOIN lines l ON l.id = s.line_id WHERE s.id = c.subscription_id
      AND s.state = 'active' AND coalesce(l.doubted_at, '-infinity') <= c.asked_at)
    AND NOT ${swapKnownAfter('c.subscription_id', 'c.asked_at')}
    AND NOT EXISTS (SELECT 1 FROM subscription_links k WHERE k.subscription_id = c.subscription_id
      AND k.number > c.link AND k.change IN ('suspended', 'cancelled', 'device_activated'))`;

/**
 * SQL: the state of a check (`c`), read from its authentication (`a`, by an outer join), so that there is one truth. A check
 * whose authentication never started, because the process died, ends after the time that it would have had.
 */
const STATE = `CASE
    WHEN c.ended_as IS NOT NULL THEN c.ended_as
    WHEN c.spent_at IS NOT NULL THEN 'used'
    WHEN c.authentication_id IS NULL AND c.asked_at > now() - interval '${LIFETIME_SECONDS} seconds' THEN 'asked'
    WHEN a.id IS NULL THEN 'cancelled'
    WHEN ${DENIED_AT_SQL} IS NOT NULL THEN 'not_me'
    WHEN a.state = 'verified' THEN CASE WHEN ${SERVES} THEN 'verified' ELSE 'lapsed' END
    WHEN a.state IN ('pending', 'opened') AND a.expires_at <= now() THEN 'expired'
    WHEN a.state = 'pending' THEN 'asked'
    ELSE a.state END`;

const CHECKS = `caller_checks c LEFT JOIN authentication_records a ON a.id = c.authentication_id`;

const DENIED_SECONDS = `(SELECT ceil(extract(epoch FROM max(${DENIED_AT_SQL})
        + interval '${CALLER_DENIED_MINUTES} minutes' - now()))::int
      FROM ${CHECKS} WHERE c.subscription_id = s.id AND ${IS_DENIED})`;

/** The caller has locked the subscription, so that two operators do not ask at once. */
const RESERVE = statement(
  'caller_check_reserve',
  `WITH facts AS MATERIALIZED (
      SELECT s.id, s.link, s.state = 'active' AND EXISTS (SELECT 1 FROM devices d WHERE d.subscription_id = s.id
          AND d.issuer_id IS NULL AND d.state = 'active' AND NOT ${isPinLocked('d')}) AS reachable,
        EXISTS (SELECT 1 FROM ${CHECKS} WHERE c.subscription_id = s.id AND c.ended_as IS NULL
          AND ${STATE} IN (${OPEN})) AS open,
        ${DENIED_SECONDS} AS "deniedSeconds"
      FROM subscriptions s WHERE s.id = $2
    ), reserved AS (
      INSERT INTO caller_checks (id, subscription_id, operator_id, deed, reason, link, asked_at)
      SELECT $1, id, $3, $4, $5, link, ${NOW} FROM facts WHERE reachable AND NOT open AND "deniedSeconds" IS NULL
    )
    SELECT reachable, open, "deniedSeconds" FROM facts`,
);

/** Only to a push that this very subscription gets. */
const ATTACH = statement(
  'caller_check_attach',
  `UPDATE caller_checks c SET authentication_id = a.id FROM authentications a
    WHERE c.id = $1 AND c.authentication_id IS NULL AND a.id = $2 AND a.client_id = '${CALL_CENTRE.id}'
      AND a.subscription_id = c.subscription_id AND a.channel = 'push' RETURNING c.id`,
);

const RELEASE = statement(
  'caller_check_release',
  'DELETE FROM caller_checks WHERE id = $1 AND authentication_id IS NULL',
);

const LATEST = statement(
  'caller_check_latest',
  `SELECT c.id, c.deed, c.reason, c.authentication_id AS "authenticationId", ${STATE} AS state,
      CASE a.state WHEN 'verified' THEN a.closed_at + interval '${CALLER_CHECK_SECONDS} seconds' ELSE a.expires_at END AS until
    FROM ${CHECKS} WHERE c.subscription_id = $1 AND c.operator_id = $2 ORDER BY c.asked_at DESC LIMIT 1`,
);

/** One statement finds and spends, so that a verification serves once. The caller has locked the subscription. */
const SPEND = statement(
  'caller_check_spend',
  `UPDATE caller_checks SET spent_at = now() WHERE id = (
      SELECT c.id FROM ${CHECKS} WHERE c.subscription_id = $1 AND c.operator_id = $2 AND c.deed = $3
        AND c.spent_at IS NULL AND c.ended_as IS NULL AND a.subscription_id = c.subscription_id
        AND a.state = 'verified' AND ${SERVES}
      ORDER BY a.closed_at LIMIT 1 FOR UPDATE OF c) AND spent_at IS NULL RETURNING id`,
);

/** One at a time, because each is followed by its entry in the audit. */
const END = statement(
  'caller_check_end',
  `UPDATE caller_checks e SET ended_as = ended.state FROM (
      SELECT c.id, ${STATE} AS state, o.login FROM ${CHECKS} JOIN accounts o ON o.id = c.operator_id
      WHERE c.ended_as IS NULL AND ${STATE} NOT IN (${OPEN}, 'verified')
      ORDER BY c.asked_at LIMIT 1 FOR UPDATE OF c SKIP LOCKED
    ) ended WHERE e.id = ended.id
    RETURNING e.subscription_id AS "subscriptionId", e.deed, e.reason, e.ended_as AS "endedAs", ended.login AS operator`,
);

const DENIALS = statement(
  'caller_check_denials',
  `SELECT c.id, c.subscription_id AS "subscriptionId", c.deed, s.line_id AS "lineId", s.state AS "subscriptionState",
      ${DENIED_AT_SQL} AS "deniedAt", o.login AS operator
    FROM caller_checks c JOIN authentication_records a ON a.id = c.authentication_id
      JOIN subscriptions s ON s.id = c.subscription_id JOIN accounts o ON o.id = c.operator_id
    WHERE c.asked_at > now() - interval '${CALLER_DENIAL_SHOWN_HOURS} hours'
      AND ${DENIED_AT_SQL} IS NOT NULL
    ORDER BY "deniedAt" DESC LIMIT 100`,
);

const DENIED_AT = statement(
  'caller_check_denied_at',
  `SELECT max(${DENIED_AT_SQL}) AS "deniedAt" FROM ${CHECKS} WHERE c.subscription_id = $1 AND ${IS_DENIED}`,
);

/** The maximum number of checks that one statement deletes. */
const PURGE_BATCH = 5_000;

/** The audit keeps what they were about. */
const PURGE = statement(
  'caller_check_purge',
  `DELETE FROM caller_checks WHERE id IN (SELECT id FROM caller_checks
    WHERE asked_at < now() - interval '7 days' AND ended_as IS NOT NULL LIMIT ${PURGE_BATCH})`,
);

/** The table of verifications of callers by push. */
@Injectable()
export class CallerCheckStore {
  constructor(private readonly database: Database) {}

  /** Stores a check if the subscriber can be asked now; returns what decided it. The caller has locked the subscription. */
  async reserve(
    session: Session,
    check: Pick<CallerCheck, 'id' | 'subscriptionId' | 'operatorId' | 'deed' | 'reason'>,
  ): Promise<Askable> {
    const { id, subscriptionId, operatorId, deed, reason } = check;
    const [facts] = await session.rows<Askable>(RESERVE, [id, subscriptionId, operatorId, deed, reason]);
    if (!facts) throw new Error('the locked subscription has gone');
    return facts;
  }

  /** Joins a check with its authentication. Returns false unless that one is a push to the same subscription. */
  async attach(session: Session, id: string, authenticationId: string): Promise<boolean> {
    return (await session.rows(ATTACH, [id, authenticationId])).length === 1;
  }

  /** Deletes a check whose authentication did not start. */
  async release(id: string): Promise<void> {
    await this.database.changed(RELEASE, [id]);
  }

  /** Returns the operator’s latest check of this subscription. */
  async latest(subscriptionId: string, operatorId: string): Promise<ShownCheck | undefined> {
    return (await this.database.rows<ShownCheck>(LATEST, [subscriptionId, operatorId]))[0];
  }

  /** Spends a verified check of this operator for this deed. Returns false without one. */
  async spend(
    session: Session,
    { subscriptionId, operatorId, deed }: Pick<CallerCheck, 'subscriptionId' | 'operatorId' | 'deed'>,
  ): Promise<boolean> {
    return (await session.rows(SPEND, [subscriptionId, operatorId, deed])).length === 1;
  }

  /** Marks one check that has ended, and returns it; undefined when none is left. */
  async end(session: Session): Promise<EndedCheck | undefined> {
    return (await session.rows<EndedCheck>(END, []))[0];
  }

  /** Lists the answers of the last day that the person did not call, newest first, at most 100. */
  async denials(): Promise<Denial[]> {
    return this.database.rows<Denial>(DENIALS, []);
  }

  /** Returns when the subscriber last answered so within the last hour; null without that. */
  async deniedAt(subscriptionId: string): Promise<Date | null> {
    return (await this.database.rows<{ deniedAt: Date | null }>(DENIED_AT, [subscriptionId]))[0]?.deniedAt ?? null;
  }

  /** Deletes a batch of checks that ended long ago. Returns true if more may remain. */
  async purge(): Promise<boolean> {
    return (await this.database.changed(PURGE, [])) === PURGE_BATCH;
  }
}
