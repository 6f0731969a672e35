import { Injectable } from '@nestjs/common';
import { IsNull } from 'typeorm';
import type { Account } from '../accounts/account.entity.ts';
import { Database, type Session } from '../database/database.ts';
import { statement } from '../database/statement.ts';
import { future } from '../database/criteria.ts';
import { swapKnownAfter, type OuterJoined } from '../database/statement-parts.ts';
import { Approval } from './approval.entity.ts';
import { APPROVAL_SECONDS, type ApprovalKind } from '../domain/operator.ts';
import type { LineMemory } from '../domain/line-memory.ts';
import type { Line } from '../lines/line.entity.ts';
import { memoryColumns } from '../lines/line-memories.ts';
import type { Subscription } from '../subscriptions/subscription.entity.ts';

/** One request for approval, as the desk shows it, with what stands on the line. */
export type ApprovalRow = Pick<
  Approval,
  | 'id'
  | 'kind'
  | 'state'
  | 'subscriptionId'
  | 'identified'
  | 'askedAt'
  | 'reason'
  | 'expiresAt'
  | 'decidedAt'
  | 'decisionReason'
> &
  OuterJoined<Pick<Subscription, 'suspensions' | 'protectedSince'>> &
  LineMemory & {
    lineId: Line['id'];
    subscriptionState: Subscription['state'] | null;
    askedBy: Account['login'];
    decidedBy: Account['login'] | null;
  };

/**
 * SQL condition: after the request, the subscription was neither suspended nor cancelled, its line came into no further
 * doubt, the PIN is that of the same phone, and a line that is to be subscribed did not change hands. The operators who
 * requested and decided did not know of what came later.
 */
const stands = (approval: string) => `NOT EXISTS (SELECT 1 FROM subscription_links k
    WHERE k.subscription_id = ${approval}.subscription_id AND k.number > ${approval}.link
      AND (k.change IN ('suspended', 'cancelled')
        OR k.change = 'device_activated' AND ${approval}.kind = 'unlock_pin'))
    AND NOT EXISTS (SELECT 1 FROM lines k
      WHERE k.id = coalesce(${approval}.line_id, (SELECT line_id FROM subscriptions WHERE id = ${approval}.subscription_id))
        AND (k.doubted_at > ${approval}.asked_at OR ${approval}.line_id IS NOT NULL AND k.version <> ${approval}.link))
    AND NOT ${swapKnownAfter(`${approval}.subscription_id`, `${approval}.asked_at`)}`;

const SHOWN = `SELECT a.id, a.kind, a.subscription_id AS "subscriptionId", l.id AS "lineId", a.identified,
    s.state AS "subscriptionState", s.suspensions, s.protected_since AS "protectedSince", ${memoryColumns('l')},
    asker.login AS "askedBy", a.asked_at AS "askedAt", a.reason, a.expires_at AS "expiresAt",
    decider.login AS "decidedBy", a.decided_at AS "decidedAt", a.decision_reason AS "decisionReason",
    CASE WHEN a.closed_at IS NULL AND (a.expires_at <= now() OR NOT (${stands('a')})) THEN 'expired' ELSE a.state END AS state
  FROM approvals a LEFT JOIN subscriptions s ON s.id = a.subscription_id
    JOIN lines l ON l.id = coalesce(a.line_id, s.line_id) JOIN accounts asker ON asker.id = a.asked_by
    LEFT JOIN accounts decider ON decider.id = a.decided_by`;

const BY_ID = statement('approval_by_id', `${SHOWN} WHERE a.id = $1`);

const OPEN = statement(
  'approval_open',
  `${SHOWN} WHERE a.closed_at IS NULL AND a.expires_at > now() AND ${stands('a')}
    ORDER BY a.asked_at LIMIT 100`,
);

const CLOSED = statement(
  'approval_closed',
  `${SHOWN} WHERE a.closed_at IS NOT NULL OR a.expires_at <= now() OR NOT (${stands('a')})
    ORDER BY a.asked_at DESC LIMIT 20`,
);

const EXPIRE = statement(
  'approval_expire',
  `UPDATE approvals SET state = 'expired', closed_at = now()
    WHERE closed_at IS NULL AND (expires_at <= now() OR NOT (${stands('approvals')}))
      AND ($1::uuid IS NULL OR subscription_id = $1) AND ($2::text IS NULL OR line_id = $2)`,
);

const ASK = statement(
  'approval_ask',
  `INSERT INTO approvals (id, kind, subscription_id, asked_by, reason, link, expires_at)
    SELECT $1, $2, s.id, $4, $5, s.link, now() + interval '${APPROVAL_SECONDS} seconds' FROM subscriptions s WHERE s.id = $3
    ON CONFLICT (subscription_id, kind) WHERE closed_at IS NULL DO NOTHING RETURNING id`,
);

const ASK_FOR_LINE = statement(
  'approval_ask_for_line',
  `INSERT INTO approvals (id, kind, line_id, identified, asked_by, reason, link, expires_at)
    SELECT $1, 'subscribe', id, true, $3, $4, version, now() + interval '${APPROVAL_SECONDS} seconds' FROM lines WHERE id = $2
    ON CONFLICT (line_id) WHERE closed_at IS NULL AND line_id IS NOT NULL DO NOTHING RETURNING id`,
);

/**
 * Decides a pending, unexpired approval. The requester must be another operator whose account is still enabled, and the
 * decider an enabled supervisor.
 * The condition on `state` lets only the first of several concurrent decisions take effect.
 */
const DECIDE = statement(
  'approval_decide',
  `UPDATE approvals SET state = $3, decided_by = $2, decided_at = now(), decision_reason = $4,
      closed_at = CASE WHEN $3 = 'approved' AND kind IN ('enrolment_code', 'subscribe') THEN NULL ELSE now() END
    WHERE id = $1 AND state = 'asked' AND expires_at > now() AND asked_by <> $2 AND ${stands('approvals')}
      AND EXISTS (SELECT 1 FROM accounts WHERE id = asked_by AND realm = 'desk' AND disabled_at IS NULL)
      AND EXISTS (SELECT 1 FROM accounts WHERE id = $2 AND realm = 'desk' AND disabled_at IS NULL AND role = 'supervisor')
    RETURNING id`,
);

const TAKE = statement(
  'approval_take',
  `UPDATE approvals SET state = 'taken', closed_at = now(), subscription_id = $3
    WHERE id = $1 AND asked_by = $2 AND kind IN ('enrolment_code', 'subscribe') AND state = 'approved' AND expires_at > now()
      AND ${stands('approvals')} RETURNING id`,
);

/** The table of approvals. */
@Injectable()
export class ApprovalStore {
  constructor(private readonly database: Database) {}

  async byId(id: string, session: Session = this.database): Promise<ApprovalRow | undefined> {
    return (await session.rows<ApprovalRow>(BY_ID, [id]))[0];
  }

  /** Lists approvals that wait for a decision or for their code to be taken, oldest first, at most 100. */
  async open(): Promise<ApprovalRow[]> {
    return this.database.rows<ApprovalRow>(OPEN, []);
  }

  /** Lists the last twenty closed or expired approvals, newest first. */
  async closed(): Promise<ApprovalRow[]> {
    return this.database.rows<ApprovalRow>(CLOSED, []);
  }

  /**
   * Returns false if the same request is already open. The caller has locked the subscription, which excludes
   * concurrent requests.
   */
  async ask(
    session: Session,
    request: {
      id: string;
      kind: Exclude<ApprovalKind, 'subscribe'>;
      subscriptionId: string;
      operatorId: string;
      reason: string;
    },
  ): Promise<boolean> {
    const { id, kind, subscriptionId, operatorId, reason } = request;
    await session.rows(EXPIRE, [subscriptionId, null]);
    return (await session.rows(ASK, [id, kind, subscriptionId, operatorId, reason])).length === 1;
  }

  /**
   * Requests to subscribe a line whose owner is present and identified. Returns false if the same request is already
   * open. The caller has locked the line.
   */
  async askForLine(
    session: Session,
    { id, lineId, operatorId, reason }: { id: string; lineId: string; operatorId: string; reason: string },
  ): Promise<boolean> {
    await session.rows(EXPIRE, [null, lineId]);
    return (await session.rows(ASK_FOR_LINE, [id, lineId, operatorId, reason])).length === 1;
  }

  /** Returns false if the operator cannot decide this approval, or can no longer do so. */
  async decide(
    session: Session,
    decided: { id: string; operatorId: string; state: 'approved' | 'refused'; reason: string },
  ): Promise<boolean> {
    const { id, operatorId, state, reason } = decided;
    return (await session.rows(DECIDE, [id, operatorId, state, reason])).length === 1;
  }

  /** Returns false unless this operator’s request is still undecided and unexpired. */
  async withdraw({ manager }: Session, id: string, operatorId: string): Promise<boolean> {
    const request = { id, askedBy: operatorId, state: 'asked', expiresAt: future() } as const;
    const withdrawn = { state: 'withdrawn', closedAt: () => 'now()' } as const;
    return (await manager.update(Approval, request, withdrawn)).affected === 1;
  }

  /** Closes the open requests of an operator whose account ends: an undecided one is withdrawn, an approved one expires. */
  async closeAskedBy({ manager }: Session, operatorId: string): Promise<void> {
    const open = { askedBy: operatorId, closedAt: IsNull() };
    await manager.update(Approval, { ...open, state: 'asked' }, { state: 'withdrawn', closedAt: () => 'now()' });
    await manager.update(Approval, open, { state: 'expired', closedAt: () => 'now()' });
  }

  /** Withdraws the undecided request to cancel a subscription, because the person objected. */
  async withdrawCancellation({ manager }: Session, subscriptionId: string): Promise<void> {
    const withdrawn = { state: 'withdrawn', closedAt: () => 'now()' } as const;
    await manager.update(Approval, { subscriptionId, kind: 'cancel', closedAt: IsNull() }, withdrawn);
  }

  /**
   * Closes an approved enrolment code of this operator for this subscription, once. Returns false if it is not approved, has expired, or
   * belongs to another operator.
   */
  async take(
    session: Session,
    { id, operatorId, subscriptionId }: { id: string; operatorId: string; subscriptionId: string },
  ): Promise<boolean> {
    return (await session.rows(TAKE, [id, operatorId, subscriptionId])).length === 1;
  }

  /** Closes every approval that has expired or is void after a later suspension or cancellation. */
  async expire(): Promise<void> {
    await this.database.rows(EXPIRE, [null, null]);
  }
}
