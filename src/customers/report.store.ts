import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { In, IsNull, Not, type Repository } from 'typeorm';
import { Database, type Session } from '../database/database.ts';
import { statement } from '../database/statement.ts';
import { LOSS_HELD_HOURS } from '../domain/line-memory.ts';
import type { Subscription } from '../subscriptions/subscription.entity.ts';
import { Report } from './report.entity.ts';
import type { CustomerReportKind, ReportOutcome } from './report.ts';

/** A report that a worker must resolve, before it is locked; `person` is encrypted. */
export type NextReport = Pick<Report, 'id'> & { person: NonNullable<Report['person']> };

/** A locked report that a worker must resolve. */
export type DueReport = Pick<Report, 'id' | 'kind' | 'filedAt' | 'subscriptionId'> & {
  /** The database's clock. */
  now: Date;
};

/** A due report, and whether the person logged in with the phone and its PIN to make it. */
export type MadeReport = DueReport & { byLogin: boolean };

/** A report about which the call centre must speak with the customer. */
export type UnsettledReport = Pick<Report, 'id' | 'kind' | 'filedAt' | 'subscriptionId'> & {
  /** The action that was taken immediately. */
  outcome: 'suspended' | 'call_centre';
  lineId: Subscription['lineId'] | null;
  subscriptionState: Subscription['state'] | null;
};

/** Asked twice a second: a transaction around an empty table would cost three times as much. */
const IS_DUE = statement('report_is_due', 'SELECT 1 FROM reports WHERE outcome IS NULL AND due_at <= now() LIMIT 1');

/** The maximum number of due reports that one question looks at: more than there are workers at once. */
const LOOKED_AT = 20;

/**
 * Selects the next due report, lost phones first, and claims it for this transaction. Skips reports that another worker
 * has claimed. The claim is no lock of the row, which the worker takes only after line and subscription.
 */
const NEXT = statement(
  'report_next',
  `SELECT id, person FROM (
      SELECT id, person FROM reports WHERE outcome IS NULL AND due_at <= now()
      ORDER BY kind <> 'lost_phone', due_at LIMIT ${LOOKED_AT}) due
    WHERE pg_try_advisory_xact_lock(hashtextextended('report ' || id::text, 0)) LIMIT 1`,
);

/**
 * Locks a report that is still due. The caller has locked line and subscription: the test of a new phone and the answers
 * of the old one lock the report last as well, so that none of them deadlocks with the worker.
 */
const LOCK_DUE = statement(
  'report_lock_due',
  `SELECT id, kind, filed_at AS "filedAt", subscription_id AS "subscriptionId", now() AS now FROM reports
    WHERE id = $1 AND outcome IS NULL AND due_at <= now() FOR UPDATE`,
);

/** Counts one notice about an open request, if fewer than $3 about requests of its subscription were sent within a day. */
const COUNT_NOTICE = statement(
  'report_count_notice',
  `UPDATE reports SET told_at = told_at || now()
    WHERE id = $1 AND (SELECT count(*) FROM reports o CROSS JOIN unnest(o.told_at) t
      WHERE o.subscription_id = $2 AND t > now() - interval '1 day') < $3 RETURNING 1`,
);

/**
 * One row for each subscription and kind, however often somebody reports: a flood about one person must not hide the
 * others. It has the last report with its outcome, and the time since which the person waits.
 */
const UNSETTLED = statement(
  'report_unsettled',
  `SELECT r.id, r.kind, r.outcome, r.since AS "filedAt", r.subscription_id AS "subscriptionId",
      s.line_id AS "lineId", s.state AS "subscriptionState"
    FROM (SELECT DISTINCT ON (coalesce(w.subscription_id, w.id), w.kind) w.id, w.kind, w.outcome, w.subscription_id,
        min(w.filed_at) OVER (PARTITION BY coalesce(w.subscription_id, w.id), w.kind) AS since
      FROM reports w WHERE ${waitsAtDesk('w')}
      ORDER BY coalesce(w.subscription_id, w.id), w.kind, w.filed_at DESC, w.id) r
      LEFT JOIN subscriptions s ON s.id = r.subscription_id
    ORDER BY NOT (r.kind = 'lost_phone' AND r.outcome = 'call_centre'), r.since LIMIT 100`,
);

/** Settles a report and the earlier ones of its kind about the same subscription, which the list shows as one. */
const SETTLE = statement(
  'report_settle',
  `UPDATE reports r SET settled_by = $2, settled_at = now() FROM reports shown
    WHERE shown.id = $1 AND ${waitsAtDesk('shown')} AND ${waitsAtDesk('r')}
      AND (r.id = shown.id OR r.subscription_id = shown.subscription_id AND r.kind = shown.kind
        AND r.filed_at <= shown.filed_at)
    RETURNING r.id`,
);

/**
 * A report of loss that suspended nothing and whose hold stands. One from before the person last objected held nothing
 * since.
 */
const IS_HELD_FOR_LOSS = statement(
  'report_is_held_for_loss',
  `SELECT 1 FROM reports r JOIN subscriptions s ON s.id = r.subscription_id
    WHERE r.subscription_id = $1 AND r.kind = 'lost_phone' AND r.outcome = 'call_centre' AND r.settled_at IS NULL
      AND r.filed_at > greatest(now() - interval '${LOSS_HELD_HOURS} hours', s.loss_objected_at) LIMIT 1`,
);

/** The last report of loss that suspended nothing. */
const UNSUSPENDED_LOSS = statement(
  'report_unsuspended_loss',
  `SELECT max(filed_at) AS at FROM reports
    WHERE subscription_id = $1 AND kind = 'lost_phone' AND outcome = 'call_centre'`,
);

/** The maximum number of rows that one purge statement deletes. */
const PURGE_BATCH = 5_000;

/** Deletes old reports, except those about which the call centre has not yet spoken with the customer. */
const PURGE = statement(
  'report_purge',
  `DELETE FROM reports WHERE id IN (SELECT id FROM reports WHERE filed_at < now() - make_interval(days => $1)
    AND outcome IS NOT NULL AND (settled_at IS NOT NULL OR outcome NOT IN ('suspended', 'call_centre')) LIMIT ${PURGE_BATCH})`,
);

const AT_THE_DESK = { outcome: In<ReportOutcome>(['suspended', 'call_centre']), settledAt: IsNull() };

/** The table of reports. */
@Injectable()
export class ReportStore {
  constructor(
    private readonly database: Database,
    @InjectRepository(Report) private readonly reports: Repository<Report>,
  ) {}

  async file(id: string, kind: CustomerReportKind, person: Buffer): Promise<void> {
    await this.reports.insert({ id, kind, person });
  }

  /** True if a report is due. */
  async isAnyDue(): Promise<boolean> {
    return (await this.database.rows(IS_DUE, [])).length > 0;
  }

  /** Claims and returns the next due report for this transaction, without a lock of its row. */
  async next(session: Session): Promise<NextReport | undefined> {
    return (await session.rows<NextReport>(NEXT, []))[0];
  }

  /**
   * Locks a report, after line and subscription of its person. Returns undefined if it was resolved or postponed since
   * it was selected.
   */
  async lockDue(session: Session, id: string): Promise<DueReport | undefined> {
    return (await session.rows<DueReport>(LOCK_DUE, [id]))[0];
  }

  /** Sets when an unresolved report is due next. */
  async postpone(id: string, until: Date, { manager }: Session = this.database): Promise<void> {
    await manager.update(Report, { id, outcome: IsNull() }, { dueAt: until });
  }

  /** Returns whether the call centre still has an unsettled report of this kind about the subscription. */
  isAtTheDesk({ manager }: Session, subscriptionId: string, kind: CustomerReportKind): Promise<boolean> {
    return manager.existsBy(Report, { ...AT_THE_DESK, subscriptionId, kind });
  }

  /** Returns whether another open report of this kind is about the subscription. */
  isAnotherOpen({ manager }: Session, { id, kind }: DueReport, subscriptionId: string): Promise<boolean> {
    return manager.existsBy(Report, { id: Not(id), kind, subscriptionId, outcome: IsNull() });
  }

  /** Returns whether a report of loss that waits for the call centre already holds codes by SMS and new phones. */
  async isHeldForLoss(session: Session, subscriptionId: string): Promise<boolean> {
    return (await session.rows(IS_HELD_FOR_LOSS, [subscriptionId])).length > 0;
  }

  /** When the last report of loss that suspended nothing was filed about the subscription; null without one. */
  async unsuspendedLossAt(subscriptionId: string, session: Session = this.database): Promise<Date | null> {
    return (await session.rows<{ at: Date | null }>(UNSUSPENDED_LOSS, [subscriptionId]))[0]?.at ?? null;
  }

  /** Names the subscription of an open request, which is the only one about it. */
  async assign({ manager }: Session, id: string, subscriptionId: string): Promise<void> {
    await manager.update(Report, { id, outcome: IsNull() }, { subscriptionId });
  }

  /** Counts a notice about an open request. Returns false when `most` about the subscription were sent within a day. */
  async countNotice(
    session: Session,
    id: string,
    { subscriptionId, most }: { subscriptionId: string; most: number },
  ): Promise<boolean> {
    return (await session.rows(COUNT_NOTICE, [id, subscriptionId, most])).length === 1;
  }

  /** Returns the open request for a new phone of a subscription. */
  openNewPhone(subscriptionId: string): Promise<Pick<Report, 'filedAt'> | null> {
    return this.reports.findOneBy({ kind: 'new_phone', subscriptionId, outcome: IsNull() });
  }

  /** Resolves the open request for a new phone of a subscription, if there is one. */
  async resolveOpen({ manager }: Session, subscriptionId: string, outcome: ReportOutcome): Promise<void> {
    const open = { kind: 'new_phone', subscriptionId, outcome: IsNull() } as const;
    await manager.update(Report, open, { outcome, person: null });
  }

  /** Records the outcome of an unresolved report and deletes the reported person. */
  async resolve(
    { manager }: Session,
    id: string,
    resolved: { outcome: ReportOutcome; subscriptionId: string | null },
  ): Promise<void> {
    await manager.update(Report, { id, outcome: IsNull() }, { ...resolved, person: null });
  }

  /**
   * Lists what waits for the call centre, at most 100 subscriptions and kinds: lost phones that suspended nothing first,
   * then oldest first.
   */
  unsettled(): Promise<UnsettledReport[]> {
    return this.database.rows<UnsettledReport>(UNSETTLED, []);
  }

  /** Lists the reports about a subscription, newest first. */
  ofSubscription(subscriptionId: string): Promise<Pick<Report, 'kind' | 'filedAt' | 'outcome'>[]> {
    const select = { kind: true, filedAt: true, outcome: true };
    return this.reports.find({ select, where: { subscriptionId }, order: { filedAt: 'DESC' } });
  }

  byId(id: string): Promise<Report | null> {
    return this.reports.findOneBy({ id });
  }

  /**
   * Records that an operator has spoken with the customer about this report and the earlier ones of its kind. Returns
   * false when the report does not exist or was settled before.
   */
  async settle(session: Session, id: string, settledBy: string): Promise<boolean> {
    const settled = await session.rows<Pick<Report, 'id'>>(SETTLE, [id, settledBy]);
    return settled.some((report) => report.id === id);
  }

  /**
   * Deletes a batch of resolved reports filed more than `days` ago, except those that wait for the call centre. Returns
   * true if more may remain.
   */
  async purge(days: number): Promise<boolean> {
    return (await this.database.changed(PURGE, [days])) === PURGE_BATCH;
  }
}

/** SQL: a report that waits for the call centre. */
function waitsAtDesk(report: string): string {
  return `${report}.outcome IN ('suspended', 'call_centre') AND ${report}.settled_at IS NULL`;
}
