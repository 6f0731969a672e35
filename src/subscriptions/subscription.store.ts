import { Injectable } from '@nestjs/common';
import { Database, type Session } from '../database.ts';
import type { SubscriptionState } from '../domain/subscription.ts';

export interface Subscription {
  id: string;
  lineId: string;
  state: SubscriptionState;
  protectedSince: Date | null;
}

const STANDING_ON_LINE = {
  name: 'subscription_standing_on_line',
  text: `SELECT id, line_id AS "lineId", state, protected_since AS "protectedSince" FROM subscriptions
    WHERE line_id = $1 AND state <> 'cancelled'`,
};

const CREATE = {
  name: 'subscription_create',
  text: `INSERT INTO subscriptions (id, line_id, state) VALUES ($1, $2, 'awaiting_device')
    ON CONFLICT (line_id) WHERE state <> 'cancelled' DO NOTHING RETURNING id`,
};

/** A new code takes the place of all earlier ones. */
const ISSUE_CODE = {
  name: 'enrolment_code_issue',
  text: `WITH standing AS (SELECT id FROM subscriptions WHERE id = $1 AND state <> 'cancelled'),
      older AS (DELETE FROM enrolment_codes WHERE subscription_id = $1)
    INSERT INTO enrolment_codes (code_digest, subscription_id, expires_at)
    SELECT $2, id, now() + make_interval(secs => $3) FROM standing RETURNING expires_at AS "expiresAt"`,
};

const SPEND_CODE = {
  name: 'enrolment_code_spend',
  text: `UPDATE enrolment_codes e SET used_at = now() FROM subscriptions s
    WHERE e.code_digest = $1 AND e.used_at IS NULL AND e.expires_at > now()
      AND s.id = e.subscription_id AND s.state <> 'cancelled'
    RETURNING s.id, s.line_id AS "lineId", s.state, s.protected_since AS "protectedSince"`,
};

/** Protection begins with the first active device, and a swapped SIM is forgiven by a new one. */
const PROTECT = {
  name: 'subscription_protect',
  text: `UPDATE subscriptions SET
      suspensions = array_remove(suspensions, 'sim_swapped'),
      protected_since = coalesce(protected_since, now()),
      since = now(),
      state = CASE WHEN array_remove(suspensions, 'sim_swapped') = '{}' THEN 'active' ELSE 'suspended' END
    WHERE id = $1 AND state <> 'cancelled' RETURNING state`,
};

@Injectable()
export class SubscriptionStore {
  constructor(private readonly database: Database) {}

  async standingOnLine(lineId: string): Promise<Subscription | undefined> {
    return (await this.database.rows<Subscription>(STANDING_ON_LINE, [lineId]))[0];
  }

  /** False when the line already has a subscription. */
  async create(id: string, lineId: string): Promise<boolean> {
    return (await this.database.rows(CREATE, [id, lineId])).length === 1;
  }

  /** When the new code ends; undefined when the subscription does not stand. */
  async issueEnrolmentCode(subscriptionId: string, digest: Buffer, seconds: number): Promise<Date | undefined> {
    const [row] = await this.database.rows<{ expiresAt: Date }>(ISSUE_CODE, [subscriptionId, digest, seconds]);
    return row?.expiresAt;
  }

  /** The subscription that a code enrols for, once. */
  async spendEnrolmentCode(session: Session, digest: Buffer): Promise<Subscription | undefined> {
    return (await session.rows<Subscription>(SPEND_CODE, [digest]))[0];
  }

  /** False when the subscription was cancelled meanwhile. */
  async protect(session: Session, id: string): Promise<boolean> {
    return (await session.rows(PROTECT, [id])).length === 1;
  }
}
