import { Injectable } from '@nestjs/common';
import { Database, type Session } from '../database/database.ts';
import { statement } from '../database/statement.ts';
import { isPinExhausted, isPinLocked, NOW } from '../database/statement-parts.ts';
import { LOSS_OBJECTION_HOURS, NEW_PHONE_OBJECTION_HOURS } from '../domain/alert.ts';
import { UNLOCK_HOURS } from '../domain/deed.ts';
import { afterChange, type Standing, type SubscriptionChange } from '../domain/subscription.ts';
import { Subscription } from './subscription.entity.ts';
import type {
  Cause,
  EnrolmentState,
  Issuer,
  SubscriptionTransition,
  LockedSubscription,
  OfferedEnrolment,
  SpentCode,
  StandingSubscription,
  StoredView,
} from './subscription.ts';
import type { EnrolmentCode } from './enrolment-code.entity.ts';
import { SubscriptionLink } from './subscription-link.entity.ts';

const STANDING_ON_LINE = statement(
  'subscription_standing_on_line',
  `SELECT id, line_id AS "lineId", state, suspensions, protected_since AS "protectedSince" FROM subscriptions
    WHERE line_id = $1 AND state <> 'cancelled'`,
);

const SUBSCRIBED_AMONG = statement(
  'subscription_subscribed_among',
  `SELECT line_id AS "lineId" FROM subscriptions WHERE line_id = ANY($1) AND state <> 'cancelled'`,
);

/** A subscription that was protected stood on the same line, and ended within $2 hours. */
const FOLLOWS_ANOTHER = statement(
  'subscription_follows_another',
  `SELECT EXISTS (SELECT 1 FROM subscriptions s JOIN subscriptions e ON e.line_id = s.line_id AND e.state = 'cancelled'
      AND e.protected_since IS NOT NULL AND e.since > now() - make_interval(hours => $2)
    WHERE s.id = $1) AS follows`,
);

const COUNT = statement(
  'subscription_count',
  `SELECT count(*)::int AS count FROM subscriptions WHERE state <> 'cancelled'`,
);

/** A re-subscription inherits reissued_at, so cancelling and joining again does not hide a recent reissue. */
const CREATE = statement(
  'subscription_create',
  `WITH created AS (
      INSERT INTO subscriptions (id, line_id, state, reissued_at) VALUES ($1, $2, 'awaiting_device', (
        SELECT max(reissued_at) FROM subscriptions WHERE line_id = $2 AND reason IN ('website', 'call_centre')))
      ON CONFLICT (line_id) WHERE state <> 'cancelled' DO NOTHING RETURNING id
    )
    INSERT INTO subscription_links (subscription_id, number, to_state, change, actor, actor_id, at)
    SELECT id, 1, 'awaiting_device', 'subscribed', $3, $4, now() FROM created RETURNING number`,
);

/** What of a subscription (`s`) its changes are decided by. */
const LOCKED = `s.id, s.line_id AS "lineId", s.state, s.suspensions, s.reason, s.link, s.created_at AS "createdAt",
      s.protected_since AS "protectedSince", (SELECT l.owner FROM lines l WHERE l.id = s.line_id) AS owner,
      coalesce(s.loss_objected_at > now() - interval '${LOSS_OBJECTION_HOURS} hours', false) AS "lossObjected",
      coalesce(s.new_phone_objected_at > now() - interval '${NEW_PHONE_OBJECTION_HOURS} hours', false) AS "newPhoneObjected",
      coalesce(s.pin_unlocked_at > now() - interval '${UNLOCK_HOURS} hours', false) AS "pinUnlocked",
      (SELECT max(at) FROM subscription_links k
        WHERE k.subscription_id = s.id AND k.change = 'device_activated') AS "enrolledAt"`;

const LOCK = statement('subscription_lock', `SELECT ${LOCKED} FROM subscriptions s WHERE s.id = $1 FOR UPDATE OF s`);

const LOCK_ON_LINES = statement(
  'subscription_lock_on_lines',
  `SELECT ${LOCKED} FROM subscriptions s WHERE s.line_id = ANY($1) AND s.state <> 'cancelled' ORDER BY s.id
    FOR UPDATE OF s`,
);

/** Updates the row and inserts its transition in one statement: the database accepts neither without the other. */
const MOVE = statement(
  'subscription_move',
  `WITH moved AS (
      UPDATE subscriptions SET state = $3, suspensions = $4, reason = $5, link = link + 1,
        since = CASE WHEN state = $3 THEN since ELSE now() END,
        protected_since = coalesce(protected_since, CASE WHEN $6 = 'device_activated' THEN now() END),
        unconfirmed_enrolment_at = CASE WHEN $6 = 'device_activated' AND NOT EXISTS (
            SELECT 1 FROM enrolment_codes e JOIN devices d ON d.id = e.device_id
            WHERE e.subscription_id = $1 AND e.confirmed AND d.state = 'active' AND d.issuer_id IS NULL)
          THEN now() ELSE unconfirmed_enrolment_at END
      WHERE id = $1 AND link = $2 RETURNING id, link
    )
    INSERT INTO subscription_links (subscription_id, number, previous, from_state, to_state, change, reason, actor,
      actor_id, event_source, event_id, at)
    SELECT id, link, link - 1, $7, $3, $6, $8, $9, $10, $11, $12, least(coalesce($13, now()), now()) FROM moved
    RETURNING number`,
);

const SELECT_VIEW = `SELECT s.id AS "subscriptionId", s.state, s.suspensions, s.reason, s.since, s.created_at AS "subscribedAt",
      s.protected_since AS "protectedSince",
      coalesce(s.pin_unlocked_at > now() - interval '${UNLOCK_HOURS} hours', false) AS "pinWasUnlocked",
      CASE WHEN d.id IS NOT NULL THEN json_build_object('id', d.id, 'serialNumber', d.serial_number, 'name', d.name,
        'nameCipher', encode(d.name_cipher, 'base64'),
        'platform', d.platform, 'osVersion', d.os_version, 'appVersion', d.app_version, 'state', d.state,
        'pinLocked', ${isPinLocked('d')}, 'pinExhausted', ${isPinExhausted('d')}, 'enrolledAt', d.created_at) END AS device
    FROM subscriptions s LEFT JOIN LATERAL (
      SELECT * FROM devices WHERE subscription_id = s.id AND issuer_id IS NULL AND state <> 'revoked' ORDER BY state = 'active' DESC LIMIT 1) d ON true`;

const OF_LINES = statement(
  'subscription_of_lines',
  `${SELECT_VIEW} WHERE s.line_id = ANY($1) ORDER BY s.created_at DESC, s.id LIMIT 50`,
);

const VIEW = statement('subscription_view', `${SELECT_VIEW} WHERE s.id = $1`);

const LINE_OF = statement('subscription_line', `SELECT line_id AS "lineId" FROM subscriptions WHERE id = $1`);

/** A new code replaces all earlier ones of the same issuer. A decoy ($7) is written like any other code. */
const ISSUE_CODE = statement(
  'enrolment_code_issue',
  `WITH standing AS (
        SELECT id, NULL::bytea AS decoy FROM subscriptions WHERE id = $1 AND state <> 'cancelled' AND $7::bytea IS NULL
        UNION ALL SELECT NULL::uuid, $7 WHERE $7::bytea IS NOT NULL
      ),
      older AS (DELETE FROM enrolment_codes WHERE subscription_id = $1 AND issuer_id IS NOT DISTINCT FROM $4),
      older_decoy AS (DELETE FROM enrolment_codes WHERE decoy_index = $7 AND issuer_id IS NOT DISTINCT FROM $4)
    INSERT INTO enrolment_codes (code_digest, subscription_id, decoy_index, expires_at, issuer_id, card_key, reissue_id,
        confirmed)
    SELECT $2, id, decoy, ${NOW} + make_interval(secs => $3), $4, $5, $6, $8 FROM standing
    RETURNING expires_at AS "expiresAt"`,
);

const CODE_OF = statement(
  'enrolment_code_of',
  `SELECT subscription_id AS id FROM enrolment_codes WHERE code_digest = $1 AND used_at IS NULL`,
);

/** Spares the codes of reissues, which go by letter. */
const LIVE_CODE = statement(
  'enrolment_code_live',
  `SELECT expires_at AS "expiresAt" FROM enrolment_codes
    WHERE code_digest = $1 AND subscription_id = $2 AND issuer_id IS NULL AND reissue_id IS NULL AND used_at IS NULL
      AND expires_at > now()`,
);

/** Spares the codes that institutions issued. */
const VOID_OWN_CODES = statement(
  'enrolment_code_void_own',
  `DELETE FROM enrolment_codes WHERE subscription_id = $1 AND issuer_id IS NULL`,
);

/** The maximum number of decoys that one statement deletes. */
const PURGE_BATCH = 5_000;

const PURGE_DECOYS = statement(
  'enrolment_code_purge_decoys',
  `DELETE FROM enrolment_codes WHERE code_digest IN (SELECT code_digest FROM enrolment_codes
    WHERE decoy_index IS NOT NULL AND expires_at < now() - interval '1 day' LIMIT ${PURGE_BATCH})`,
);

const VOID_CODES = statement('enrolment_code_void', `DELETE FROM enrolment_codes WHERE subscription_id = $1`);

const SPEND_CODE = statement(
  'enrolment_code_spend',
  `UPDATE enrolment_codes e SET used_at = now(), device_id = $2 FROM subscriptions s
    WHERE e.code_digest = $1 AND e.used_at IS NULL AND e.expires_at > now()
      AND s.id = e.subscription_id AND s.state <> 'cancelled'
    RETURNING s.id, s.line_id AS "lineId", s.state, s.suspensions, s.protected_since AS "protectedSince", e.issuer_id AS "issuerId",
      e.card_key AS "cardKey", e.reissue_id AS "reissueId"`,
);

/** A row for a code that `enrolment_code_spend` would spend. */
const CODE_OFFERS = statement(
  'enrolment_code_offers',
  `SELECT s.line_id AS "lineId", e.issuer_id IS NOT NULL AS "isSmartOtp", e.expires_at AS "expiresAt"
    FROM enrolment_codes e JOIN subscriptions s ON s.id = e.subscription_id AND s.state <> 'cancelled'
    WHERE e.code_digest = $1 AND e.used_at IS NULL AND e.expires_at > now()`,
);

/** A voided code has no row; `enrolmentState` returns `expired` for it. */
const ENROLMENT_STATE = statement(
  'enrolment_state',
  `SELECT CASE WHEN d.id IS NULL THEN CASE WHEN e.expires_at > now() THEN 'waiting' ELSE 'expired' END
      WHEN d.state = 'testing' AND d.test_expires_at <= now() THEN 'expired' ELSE d.state END AS state
    FROM enrolment_codes e LEFT JOIN devices d ON d.id = e.device_id WHERE e.code_digest = $1`,
);

const HANDSET_CHANGED = statement(
  'subscription_handset_changed',
  `UPDATE subscriptions SET handset_changed_at = now() WHERE id = $1`,
);

const NEW_HANDSET = statement(
  'subscription_new_handset',
  `SELECT handset_changed_at AS since, now() AS now FROM subscriptions s
    WHERE id = $1 AND handset_changed_at IS NOT NULL AND NOT EXISTS (
      SELECT 1 FROM devices d WHERE d.subscription_id = s.id AND d.issuer_id IS NULL
        AND d.activated_at > s.handset_changed_at)`,
);

@Injectable()
export class SubscriptionStore {
  constructor(private readonly database: Database) {}

  /** Returns the subscription of a line that is not cancelled. */
  async standingOnLine(session: Session, lineId: string): Promise<StandingSubscription | undefined> {
    return (await session.rows<StandingSubscription>(STANDING_ON_LINE, [lineId]))[0];
  }

  async subscribedAmong(lineIds: readonly string[]): Promise<Set<string>> {
    const rows = await this.database.rows<{ lineId: string }>(SUBSCRIBED_AMONG, [lineIds]);
    return new Set(rows.map(({ lineId }) => lineId));
  }

  async count(): Promise<number> {
    return (await this.database.rows<{ count: number }>(COUNT, []))[0]?.count ?? 0;
  }

  /** False when the line already has a subscription. */
  async create(session: Session, id: string, lineId: string, by: Cause): Promise<boolean> {
    return (await session.rows(CREATE, [id, lineId, by.actor, by.actorId ?? null])).length === 1;
  }

  /** Returns whether protection on the line of this subscription ended within `hours` before it. */
  async followsAnother(session: Session, id: string, hours: number): Promise<boolean> {
    return (await session.rows<{ follows: boolean }>(FOLLOWS_ANOTHER, [id, hours]))[0]?.follows ?? false;
  }

  /** Locks the row until the transaction ends. */
  async lock(session: Session, id: string): Promise<LockedSubscription | undefined> {
    return (await session.rows<LockedSubscription>(LOCK, [id]))[0];
  }

  /** Locks the rows of the subscriptions of lines that are not cancelled until the transaction ends. */
  async lockOnLines(session: Session, lineIds: readonly string[]): Promise<LockedSubscription[]> {
    return session.rows<LockedSubscription>(LOCK_ON_LINES, [lineIds]);
  }

  /**
   * Applies a change to a locked subscription by the transition table of the domain. Returns null when the change has
   * no effect.
   */
  async change(
    session: Session,
    before: LockedSubscription,
    change: SubscriptionChange,
    by: Cause,
  ): Promise<Standing | null> {
    const after = afterChange(before, change);
    if (!after) return null;
    const moved = await session.rows(MOVE, [
      before.id,
      before.link,
      after.state,
      after.suspensions,
      after.reason,
      change.kind,
      before.state,
      'reason' in change ? change.reason : null,
      by.actor,
      by.actorId ?? null,
      by.event?.source ?? null,
      by.event?.id ?? null,
      by.at ?? null,
    ]);
    if (moved.length === 0) throw new Error('a locked subscription was changed by somebody else');
    const { state, suspensions, reason } = after;
    await session.closed([{ door: 'subscription', id: before.id, link: before.link + 1, state, suspensions, reason }]);
    return after;
  }

  /** Every subscription that ever stood on these lines, newest first. */
  async ofLines(lineIds: readonly string[]): Promise<StoredView[]> {
    return this.database.rows<StoredView>(OF_LINES, [lineIds]);
  }

  async view(id: string): Promise<StoredView | undefined> {
    return (await this.database.rows<StoredView>(VIEW, [id]))[0];
  }

  async lineOf(id: string): Promise<string | undefined> {
    return (await this.database.rows<Pick<StandingSubscription, 'lineId'>>(LINE_OF, [id]))[0]?.lineId;
  }

  /** Lists the transitions of a subscription, oldest first. */
  async transitions(id: string): Promise<SubscriptionTransition[]> {
    const select = {
      toState: true,
      change: true,
      reason: true,
      actor: true,
      actorId: true,
      eventSource: true,
      eventId: true,
      at: true,
      recordedAt: true,
    } as const;
    const where = { subscriptionId: id };
    const links = await this.database.manager.find(SubscriptionLink, { select, where, order: { number: 'ASC' } });
    return links.map(({ toState, ...link }) => ({ state: toState, ...link }));
  }

  /** Returns the end of a code of the service itself that enrols a phone of this subscription now. */
  async liveCode(session: Session, digest: Buffer, subscriptionId: string): Promise<Date | undefined> {
    return (await session.rows<Pick<EnrolmentCode, 'expiresAt'>>(LIVE_CODE, [digest, subscriptionId]))[0]?.expiresAt;
  }

  /** Stores a code and returns its expiry; undefined when the subscription is unknown or cancelled. */
  async issueEnrolmentCode(
    session: Session,
    code: {
      subscriptionId: string;
      digest: Buffer;
      seconds: number;
      issuer: Issuer | null;
      reissueId: string | null;
      decoyIndex: Buffer | null;
      confirmed: boolean;
    },
  ): Promise<Date | undefined> {
    const { subscriptionId, digest, seconds, issuer, reissueId, decoyIndex, confirmed } = code;
    const cardKey = issuer?.cardKey ? JSON.stringify(issuer.cardKey) : null;
    const values = [subscriptionId, digest, seconds, issuer?.id ?? null, cardKey, reissueId, decoyIndex, confirmed];
    return (await session.rows<Pick<EnrolmentCode, 'expiresAt'>>(ISSUE_CODE, values))[0]?.expiresAt;
  }

  /**
   * Spends a code and returns the subscription that it enrols for; undefined when the code is unknown, used or expired.
   */
  async spendEnrolmentCode(session: Session, digest: Buffer, deviceId: string): Promise<SpentCode | undefined> {
    // The common lock order: the subscription first.
    const [code] = await session.rows<{ id: string | null }>(CODE_OF, [digest]);
    if (!code?.id || !(await this.lock(session, code.id))) return undefined;
    return (await session.rows<SpentCode>(SPEND_CODE, [digest, deviceId]))[0];
  }

  /** Returns what a code would enrol now; undefined when the code is unknown, used or expired. */
  async offeredBy(digest: Buffer): Promise<OfferedEnrolment | undefined> {
    return (await this.database.rows<OfferedEnrolment>(CODE_OFFERS, [digest]))[0];
  }

  /** Returns the progress of an enrolment; `expired` for an unknown code too. */
  async enrolmentState(digest: Buffer): Promise<EnrolmentState> {
    return (await this.database.rows<{ state: EnrolmentState }>(ENROLMENT_STATE, [digest]))[0]?.state ?? 'expired';
  }

  async handsetChanged(session: Session, subscriptionId: string): Promise<void> {
    await session.rows(HANDSET_CHANGED, [subscriptionId]);
  }

  async newPhoneObjected({ manager }: Session, id: string): Promise<void> {
    await manager.update(Subscription, { id }, { newPhoneObjectedAt: () => 'now()' });
  }

  async pinUnlocked({ manager }: Session, id: string): Promise<void> {
    await manager.update(Subscription, { id }, { pinUnlockedAt: () => 'now()' });
  }

  async newPhoneObjectedAt(id: string): Promise<Date | null> {
    const { manager } = this.database;
    const found = await manager.findOne(Subscription, { where: { id }, select: { newPhoneObjectedAt: true } });
    return found?.newPhoneObjectedAt ?? null;
  }

  async lossObjected({ manager }: Session, id: string): Promise<void> {
    await manager.update(Subscription, { id }, { lossObjectedAt: () => 'now()' });
  }

  /** Returns when the carrier reported a handset on which no app was activated, and the database’s clock. */
  async newHandset(session: Session, subscriptionId: string): Promise<{ since: Date; now: Date } | undefined> {
    return (await session.rows<{ since: Date; now: Date }>(NEW_HANDSET, [subscriptionId]))[0];
  }

  /** Deletes a batch of decoys that expired a day ago. Returns true if more may remain. */
  async purgeDecoys(): Promise<boolean> {
    return (await this.database.changed(PURGE_DECOYS, [])) === PURGE_BATCH;
  }

  async voidEnrolmentCodes(session: Session, subscriptionId: string): Promise<void> {
    await session.rows(VOID_CODES, [subscriptionId]);
  }

  async voidOwnEnrolmentCodes(session: Session, subscriptionId: string): Promise<void> {
    await session.rows(VOID_OWN_CODES, [subscriptionId]);
  }
}
