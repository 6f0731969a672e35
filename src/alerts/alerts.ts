import { Injectable } from '@nestjs/common';
import { randomId, randomNonce } from '../crypto/random.ts';
import { future } from '../database/criteria.ts';
import { Database, type Session } from '../database/database.ts';
import { statement } from '../database/statement.ts';
import { NOW } from '../database/statement-parts.ts';
import { ALERT_HOURS, REPLACED_HOURS, TOLD_TO_REPLACED, type AlertAnswer, type AlertKind } from '../domain/alert.ts';
import { Problem } from '../domain/problem.ts';
import { enqueueDelivery, OUTBOX } from '../queue/enqueue-delivery.ts';
import { Alert } from './alert.entity.ts';

/** An alert, as the phone lists it. */
export type ListedAlert = Pick<Alert, 'id' | 'kind' | 'about' | 'at' | 'expiresAt' | 'state' | 'nonce'>;

/** An alert that a phone answers. */
export type AnsweredAlert = Pick<Alert, 'id' | 'kind' | 'about' | 'subscriptionId'> & { deviceId: string };

/** What answers do. Each runs its own transaction, in which it closes the alert with {@link Alerts.close}. */
export type AlertHandler = Readonly<Record<AlertAnswer, (alert: AnsweredAlert) => Promise<unknown>>> & {
  /** Ends, in the transaction, what the alerts ask about once it was done by other means. */
  readonly served?: (session: Session, subscriptionId: string) => Promise<void>;
};

/** `about` of a report of loss that was made without a login, which the phone alone can lift. */
export const WITHOUT_LOGIN = 'without_login';

/** SQL: an alert past its time is closed, even before a worker has written it down. */
const STATE = `CASE WHEN state = 'open' AND expires_at <= now() THEN 'closed' ELSE state END`;

/**
 * An alert replaces an open one of the same kind: only the last thing that happened can be answered. Its pushes go to the
 * subscription's own phone and, for some kinds ($7), to phones that were replaced lately. A phone that was enrolled
 * again is replaced by itself: it gets one push. The phone of which the alert tells gets none.
 */
const RAISE = statement(
  'alert_raise',
  `WITH earlier AS (
      UPDATE alerts SET state = 'closed', closed_at = ${NOW}
      WHERE subscription_id = $2 AND kind = $3 AND state = 'open' RETURNING 1
    ), raised AS (
      INSERT INTO alerts (id, subscription_id, kind, about, nonce, at, expires_at)
      SELECT $1, $2, $3, $4, $5, ${NOW}, ${NOW} + make_interval(hours => $6) WHERE (SELECT count(*) FROM earlier) >= 0
      RETURNING id, expires_at
    )
    ${enqueueDelivery({
      kind: 'alert',
      about: { alert_id: 'raised.id', device_id: 'd.id' },
      expiresAt: 'raised.expires_at',
      from: `raised CROSS JOIN devices d
      WHERE d.subscription_id = $2 AND d.issuer_id IS NULL AND d.push_token IS NOT NULL
        AND NOT ($3 = 'device_enrolled' AND d.id::text = $4)
        AND (d.state = 'active' OR $3 = ANY($7) AND d.replaced_at > now() - interval '${REPLACED_HOURS} hours'
          AND NOT EXISTS (SELECT 1 FROM devices u WHERE u.subscription_id = $2 AND u.state = 'active'
            AND u.push_token_digest = d.push_token_digest))`,
    })}`,
  { writes: OUTBOX },
);

const LISTED = statement(
  'alert_listed',
  `SELECT id, kind, about, at, expires_at AS "expiresAt", ${STATE} AS state, nonce FROM alerts
    WHERE subscription_id = $1 ORDER BY at DESC, id DESC LIMIT 50`,
);

const OF = statement(
  'alert_of',
  `SELECT id, kind, about, subscription_id AS "subscriptionId", ${STATE} AS state FROM alerts
    WHERE id = $1 AND subscription_id = $2`,
);

const CLOSE = statement(
  'alert_close',
  `UPDATE alerts SET state = $2, closed_at = ${NOW}, device_id = $3
    WHERE id = $1 AND state = 'open' AND expires_at > now() RETURNING 1`,
);

const WITHDRAW = statement(
  'alert_withdraw',
  `UPDATE alerts SET state = 'closed', closed_at = ${NOW}
    WHERE subscription_id = $1 AND state = 'open' AND kind = ANY($2)`,
);

/** The maximum number of rows that one purge statement deletes. */
const PURGE_BATCH = 5_000;

const PURGE = statement(
  'alert_purge',
  `DELETE FROM alerts WHERE id IN (SELECT id FROM alerts WHERE at < now() - make_interval(days => $1) LIMIT ${PURGE_BATCH})`,
);

/** Alerts of subscriptions. The rooms that raise an alert also say what its answers do. */
@Injectable()
export class Alerts {
  private readonly handlers = new Map<AlertKind, AlertHandler>();

  constructor(private readonly database: Database) {}

  /** Registers what the answers to alerts of these kinds do. Throws if another room did before. */
  answeredBy(kinds: readonly AlertKind[], handler: AlertHandler): void {
    for (const kind of kinds) {
      if (this.handlers.has(kind)) throw new Error(`two rooms answer the alert ${kind}`);
      this.handlers.set(kind, handler);
    }
  }

  /**
   * Raises an alert in the transaction of what it tells of, in which the caller has locked the subscription. Returns the
   * deliveries of its pushes, to enqueue after the commit.
   */
  async raise(
    session: Session,
    subscriptionId: string,
    kind: AlertKind,
    about: string | null = null,
  ): Promise<string[]> {
    const values = [randomId(), subscriptionId, kind, about, randomNonce(), ALERT_HOURS, TOLD_TO_REPLACED];
    return (await session.rows<{ id: string }>(RAISE, values)).map(({ id }) => id);
  }

  /** Lists the alerts of a subscription, newest first, at most 50. */
  async listed(subscriptionId: string): Promise<ListedAlert[]> {
    return this.database.rows<ListedAlert>(LISTED, [subscriptionId]);
  }

  /**
   * Carries out an answer whose PIN was right. Returns what the answer gives, if anything. Problems: `alert_closed`, and
   * those of the handler.
   */
  async answer(alert: AnsweredAlert, answer: AlertAnswer): Promise<unknown> {
    const handler = this.handlers.get(alert.kind);
    if (!handler) throw new Error(`no room answers the alert ${alert.kind}`);
    return handler[answer](alert);
  }

  /** Returns an alert of a subscription. Problems: `alert_not_found`, `alert_closed`. */
  async find(id: string, subscriptionId: string): Promise<Omit<AnsweredAlert, 'deviceId'>> {
    const [row] = await this.database.rows<Pick<Alert, 'id' | 'kind' | 'about' | 'subscriptionId' | 'state'>>(OF, [
      id,
      subscriptionId,
    ]);
    if (!row) throw alertNotFound();
    if (row.state !== 'open') throw alertClosed();
    return row;
  }

  /** True while an alert of this kind about this can be answered. */
  async isOpen({ manager }: Session, subscriptionId: string, kind: AlertKind, about: string): Promise<boolean> {
    return manager.existsBy(Alert, { subscriptionId, kind, about, state: 'open', expiresAt: future() });
  }

  /** True while the phone can lift the report of loss: it was made without a login, and nobody has answered its alert. */
  async mayLiftLoss(subscriptionId: string): Promise<boolean> {
    return this.isOpen(this.database, subscriptionId, 'loss_reported', WITHOUT_LOGIN);
  }

  /** Closes an alert in the transaction of its effect, once. Problems: `alert_closed`. */
  async close(session: Session, { id, deviceId }: AnsweredAlert, state: 'confirmed' | 'objected'): Promise<void> {
    if ((await session.rows(CLOSE, [id, state, deviceId])).length !== 1) throw alertClosed();
  }

  /** Closes the open alerts of these kinds, because what they tell of has ended. */
  async withdraw(session: Session, subscriptionId: string, kinds: readonly AlertKind[]): Promise<void> {
    await session.rows(WITHDRAW, [subscriptionId, kinds]);
  }

  /** Closes the open alerts of these kinds and ends what they ask about, because it was done by other means. */
  async served(session: Session, subscriptionId: string, kinds: readonly AlertKind[]): Promise<void> {
    await this.withdraw(session, subscriptionId, kinds);
    for (const kind of kinds) await this.handlers.get(kind)?.served?.(session, subscriptionId);
  }

  /** Deletes a batch of alerts raised more than `days` ago. Returns true if more may remain. */
  async purge(days: number): Promise<boolean> {
    return (await this.database.changed(PURGE, [days])) === PURGE_BATCH;
  }
}

export function alertNotFound(): Problem {
  return new Problem('alert_not_found', 'Use an id listed in the alerts of this subscription.');
}

function alertClosed(): Problem {
  return new Problem('alert_closed', 'The alert was answered or has expired. List the alerts again.');
}
