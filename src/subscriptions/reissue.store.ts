import { Injectable } from '@nestjs/common';
import { IsNull } from 'typeorm';
import { future } from '../database/criteria.ts';
import { Database, type Session } from '../database/database.ts';
import { statement } from '../database/statement.ts';
import { NOW, swapKnownAfter } from '../database/statement-parts.ts';
import { REISSUE_SECONDS } from '../domain/reissue.ts';
import { Reissue } from './reissue.entity.ts';
import type { Subscription } from './subscription.entity.ts';

/** The actor of a step: an operator of the call centre, or a program. */
export interface ReissueActor {
  name: string;
  /** The id of the operator's or the program's account. */
  id: string;
}

export type NewReissue = Pick<
  Reissue,
  'id' | 'subscriptionId' | 'cause' | 'oldSerialNumber' | 'identityProof' | 'delivery'
>;

/** One reissue as operators see it. */
export type ReissueRow = NewReissue &
  Pick<
    Reissue,
    | 'state'
    | 'appliedBy'
    | 'appliedAt'
    | 'expiresAt'
    | 'decidedBy'
    | 'decidedAt'
    | 'issuedBy'
    | 'issuedAt'
    | 'registeredAt'
    | 'closedBy'
    | 'closedAt'
  >;

/** A reissue that waits for a decision, with its line and the state of its subscription. */
export type WaitingReissueRow = ReissueRow &
  Pick<Subscription, 'lineId'> & { subscriptionState: Subscription['state'] };

/**
 * SQL: true unless the subscription has changed since the application in a way that neither applicant nor decider could
 * know: the SIM was swapped, also once more, the line was suspended, or the phone was found or enrolled otherwise.
 */
const STANDS = `NOT EXISTS (SELECT 1 FROM subscription_links k WHERE k.subscription_id = r.subscription_id
    AND k.number > r.link AND (k.change IN ('suspended', 'cancelled', 'device_activated')
      OR k.change = 'resumed' AND k.reason = 'loss_reported'))
  AND NOT ${swapKnownAfter('r.subscription_id', 'r.applied_at')}`;

const SHOWN = `SELECT r.id, r.subscription_id AS "subscriptionId", r.cause, r.old_serial_number AS "oldSerialNumber",
    r.identity_proof AS "identityProof", r.delivery, r.applied_by AS "appliedBy", r.applied_at AS "appliedAt",
    r.expires_at AS "expiresAt", r.decided_by AS "decidedBy", r.decided_at AS "decidedAt", r.issued_by AS "issuedBy",
    r.issued_at AS "issuedAt", r.registered_at AS "registeredAt", r.closed_by AS "closedBy", r.closed_at AS "closedAt",
    CASE WHEN r.closed_at IS NULL AND (r.expires_at <= now() OR NOT (${STANDS})) THEN 'expired' ELSE r.state END AS state
  FROM reissues r`;

const BY_ID = statement('reissue_by_id', `${SHOWN} WHERE r.id = $1`);

const OF_SUBSCRIPTION = statement(
  'reissue_of_subscription',
  `${SHOWN} WHERE r.subscription_id = $1 ORDER BY r.applied_at DESC LIMIT 20`,
);

/** An operator decides what an operator applied for; see SAME_KIND. */
const WAITING = statement(
  'reissue_waiting',
  `SELECT w.*, s.line_id AS "lineId", s.state AS "subscriptionState"
    FROM (${SHOWN} WHERE r.closed_at IS NULL AND r.state = 'applied' AND r.expires_at > now() AND ${STANDS}
        AND r.applied_by_operator IS NOT NULL) w
      JOIN subscriptions s ON s.id = w."subscriptionId"
    ORDER BY w."appliedAt" LIMIT 100`,
);

const EXPIRE = statement(
  'reissue_expire',
  `UPDATE reissues r SET state = 'expired', closed_at = now()
    WHERE r.closed_at IS NULL AND (r.expires_at <= now() OR NOT (${STANDS})) AND ($1::uuid IS NULL OR r.subscription_id = $1)`,
);

const HAS_SERIAL = statement(
  'reissue_has_serial',
  `SELECT 1 FROM (SELECT serial_number FROM devices
      WHERE subscription_id = $1 AND issuer_id IS NULL AND activated_at IS NOT NULL
      ORDER BY activated_at DESC LIMIT 1) latest
    WHERE serial_number = $2`,
);

const APPLY = statement(
  'reissue_apply',
  `INSERT INTO reissues (id, subscription_id, cause, old_serial_number, identity_proof, delivery, state, link,
      applied_by, applied_by_operator, expires_at)
    SELECT $1, s.id, $3, $4, $5, $6, 'applied', s.link, $7, (SELECT id FROM accounts WHERE id = $8 AND realm = 'desk'), now() + interval '${REISSUE_SECONDS} seconds'
    FROM subscriptions s WHERE s.id = $2
    ON CONFLICT (subscription_id) WHERE closed_at IS NULL DO NOTHING RETURNING id`,
);

/**
 * SQL: both are operators, or both are programs. An operator may be the one behind a program, so an operator and a program
 * are not two people.
 */
const SAME_KIND = `(r.applied_by_operator IS NULL) = NOT EXISTS (SELECT 1 FROM accounts WHERE id = $4 AND realm = 'desk')`;

/**
 * Another one than the applicant decides. A deciding operator must be an active supervisor, and the applicant must still
 * be active.
 */
const DECIDE = statement(
  'reissue_decide',
  `UPDATE reissues r SET state = $2, decided_by = $3,
      decided_by_operator = (SELECT id FROM accounts WHERE id = $4 AND realm = 'desk'), decided_at = now(),
      closed_at = CASE WHEN $2 = 'refused' THEN now() END, closed_by = CASE WHEN $2 = 'refused' THEN $3 END
    WHERE r.id = $1 AND r.state = 'applied' AND r.expires_at > now() AND ${STANDS}
      AND ${SAME_KIND} AND r.applied_by <> $3
      AND NOT EXISTS (SELECT 1 FROM accounts WHERE id = $4 AND (disabled_at IS NOT NULL OR role IS DISTINCT FROM 'supervisor'))
      AND NOT EXISTS (SELECT 1 FROM accounts WHERE id = r.applied_by_operator AND disabled_at IS NOT NULL)
    RETURNING r.subscription_id AS "subscriptionId"`,
);

/**
 * At the desk only the applicant issues the code, so that no other operator sees it. A program issues what another
 * program approved.
 * It can be issued again after a lost letter or a failed test, which voids the earlier issue.
 * No issue is valid for more than 30 days after the decision.
 */
const ISSUE = statement(
  'reissue_issue',
  `UPDATE reissues r SET state = 'issued', issued_by = $2, issued_at = now(), device_id = NULL,
      registered_at = NULL,
      expires_at = least(greatest(r.expires_at, now() + make_interval(secs => $3)), r.decided_at + interval '30 days')
    WHERE r.id = $1 AND r.state IN ('approved', 'issued', 'registered') AND r.expires_at > now() AND ${STANDS}
      AND ${SAME_KIND} AND r.decided_by <> $2 AND (r.applied_by_operator IS NULL OR r.applied_by_operator = $4::uuid)
    RETURNING r.subscription_id AS "subscriptionId"`,
);

const REGISTER = statement(
  'reissue_register',
  `UPDATE reissues r SET state = 'registered', device_id = $2, registered_at = now()
    WHERE r.id = $1 AND r.state = 'issued' AND r.expires_at > now() AND ${STANDS} RETURNING r.id`,
);

const COMPLETE = statement(
  'reissue_complete',
  `WITH completed AS (
      UPDATE reissues r SET state = 'completed', closed_at = now(), closed_by = 'customer'
      WHERE r.device_id = $1 AND r.state = 'registered' AND r.expires_at > now() AND ${STANDS}
      RETURNING r.subscription_id, r.decided_by
    )
    UPDATE subscriptions s SET reissued_at = ${NOW} FROM completed
    WHERE s.id = completed.subscription_id RETURNING completed.decided_by AS "approvedBy"`,
);

/** The maximum number of rows that one purge statement deletes. */
const PURGE_BATCH = 1_000;

const PURGE = statement(
  'reissue_purge',
  `DELETE FROM reissues WHERE id IN (SELECT r.id FROM reissues r WHERE r.closed_at IS NOT NULL
    AND r.applied_at < now() - make_interval(days => $1) LIMIT ${PURGE_BATCH})`,
);

@Injectable()
export class ReissueStore {
  constructor(private readonly database: Database) {}

  /** Returns a reissue; undefined for an unknown id. */
  async byId(id: string, session: Session = this.database): Promise<ReissueRow | undefined> {
    return (await session.rows<ReissueRow>(BY_ID, [id]))[0];
  }

  /** Lists the last twenty reissues of a subscription, newest first. */
  async ofSubscription(subscriptionId: string): Promise<ReissueRow[]> {
    return this.database.rows<ReissueRow>(OF_SUBSCRIPTION, [subscriptionId]);
  }

  /** Lists the reissues that wait for a decision of an operator, oldest first; at most 100. */
  async waiting(): Promise<WaitingReissueRow[]> {
    return this.database.rows<WaitingReissueRow>(WAITING, []);
  }

  /** True if this is the serial number of the own phone that the subscription activated last. */
  async hasSerial(session: Session, subscriptionId: string, serialNumber: string): Promise<boolean> {
    return (await session.rows(HAS_SERIAL, [subscriptionId, serialNumber])).length === 1;
  }

  /** Returns false while another reissue of the subscription is open. The caller has locked the subscription. */
  async apply(session: Session, reissue: NewReissue, by: ReissueActor): Promise<boolean> {
    const { id, subscriptionId, cause, oldSerialNumber, identityProof, delivery } = reissue;
    await session.rows(EXPIRE, [subscriptionId]);
    const values = [id, subscriptionId, cause, oldSerialNumber, identityProof, delivery, by.name, by.id];
    return (await session.rows(APPLY, values)).length === 1;
  }

  /** Returns false when the reissue is not waiting for a decision, or this actor may not decide it. */
  async decide(session: Session, id: string, state: 'approved' | 'refused', by: ReissueActor): Promise<boolean> {
    return (await session.rows(DECIDE, [id, state, by.name, by.id])).length === 1;
  }

  /** Returns false when the reissue is not approved, or this actor may not issue it. */
  async issue(session: Session, id: string, by: ReissueActor, seconds: number): Promise<boolean> {
    return (await session.rows(ISSUE, [id, by.name, seconds, by.id])).length === 1;
  }

  /** Returns false when the reissue is not open. */
  async withdraw({ manager }: Session, id: string, by: string): Promise<boolean> {
    const open = { id, closedAt: IsNull(), expiresAt: future() };
    return (await manager.update(Reissue, open, withdrawnBy(by))).affected === 1;
  }

  /** Withdraws the applications of an operator that no other operator has decided. */
  async withdrawAppliedBy({ manager }: Session, operator: ReissueActor): Promise<void> {
    await manager.update(Reissue, { appliedByOperator: operator.id, state: 'applied' }, withdrawnBy(operator.name));
  }

  /** Returns false when the reissue is not issued, or no longer valid. */
  async register(session: Session, id: string, deviceId: string): Promise<boolean> {
    return (await session.rows(REGISTER, [id, deviceId])).length === 1;
  }

  /**
   * Completes the reissue of a device and returns the name of its approver; undefined when the device has no registered
   * reissue.
   */
  async complete(session: Session, deviceId: string): Promise<string | undefined> {
    return (await session.rows<{ approvedBy: string }>(COMPLETE, [deviceId]))[0]?.approvedBy;
  }

  /** True if a reissue in any state records this device. */
  isForDevice({ manager }: Session, deviceId: string): Promise<boolean> {
    return manager.existsBy(Reissue, { deviceId });
  }

  /**
   * Closes reissues that have expired or that a later change voided, and deletes a batch of closed ones that are older
   * than `days`. Returns true if more may remain.
   */
  async purge(days: number): Promise<boolean> {
    await this.database.rows(EXPIRE, [null]);
    return (await this.database.changed(PURGE, [days])) === PURGE_BATCH;
  }
}

function withdrawnBy(closedBy: string): { state: 'withdrawn'; closedAt: () => string; closedBy: string } {
  return { state: 'withdrawn', closedAt: () => 'now()', closedBy };
}
