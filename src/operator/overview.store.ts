import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.ts';
import { statement } from '../database/statement.ts';

/** Counts over the whole service. */
export interface OverviewCounts {
  now: Date;
  /** Reports of loss without a login since midnight in Seoul that the call centre has not settled. */
  lossReports: number;
  breakerSince: Date | null;
  breakerUntil: Date | null;
  lineSuspended: number;
  lossReported: number;
  simSwapped: number;
  linesInDoubt: number;
  approvals: number;
  reissues: number;
}

const COUNTS = statement(
  'overview_counts',
  `SELECT now() AS now, s.*, b.*,
      (SELECT count(*)::int FROM reports WHERE kind = 'lost_phone'
        AND filed_at >= date_trunc('day', now() AT TIME ZONE 'Asia/Seoul') AT TIME ZONE 'Asia/Seoul'
        AND (outcome IS NULL OR outcome IN ('suspended', 'call_centre') AND settled_at IS NULL)) AS "lossReports",
      (SELECT count(*)::int FROM lines WHERE doubted_at > now() - make_interval(hours => $1)) AS "linesInDoubt",
      (SELECT count(*)::int FROM approvals WHERE closed_at IS NULL AND state = 'asked' AND expires_at > now()) AS approvals,
      (SELECT count(*)::int FROM reissues WHERE closed_at IS NULL AND state = 'applied' AND expires_at > now()) AS reissues
    FROM (SELECT count(*) FILTER (WHERE 'line_suspended' = ANY(suspensions))::int AS "lineSuspended",
        count(*) FILTER (WHERE 'loss_reported' = ANY(suspensions))::int AS "lossReported",
        count(*) FILTER (WHERE 'sim_swapped' = ANY(suspensions))::int AS "simSwapped"
      FROM subscriptions WHERE state = 'suspended') s
      LEFT JOIN (SELECT tripped_since AS "breakerSince", tripped_until AS "breakerUntil" FROM loss_breaker
        WHERE tripped_until > now()) b ON true`,
);

/** Counts that supervisors see besides. */
export interface WorkCounts {
  /** Phones in use whose PIN is locked, and those of them that were locked since midnight in Seoul. */
  pinsLocked: number;
  pinsLockedToday: number;
  /** Customers' reports that the call centre has not settled, of all days. */
  reports: number;
  /** Customers' own applications for a reissue that no operator has taken up. */
  applications: number;
}

const WORK = statement(
  'overview_work',
  `SELECT p.*,
      (SELECT count(*)::int FROM reports WHERE outcome IN ('suspended', 'call_centre') AND settled_at IS NULL) AS reports,
      (SELECT count(*)::int FROM reissue_applications WHERE state = 'filed' AND expires_at > now()) AS applications
    FROM (SELECT count(*)::int AS "pinsLocked", count(*) FILTER (WHERE
        pin_locked_at >= date_trunc('day', now() AT TIME ZONE 'Asia/Seoul') AT TIME ZONE 'Asia/Seoul')::int AS "pinsLockedToday"
      FROM devices WHERE pin_locked_at IS NOT NULL AND state = 'active') p`,
);

/** Counts of the overview. They name no person. */
@Injectable()
export class OverviewStore {
  constructor(private readonly database: Database) {}

  /** `holdHours`: the hours for which codes by SMS are held after a doubt about a SIM. */
  async counts(holdHours: number): Promise<OverviewCounts> {
    const [row] = await this.database.olderRows<OverviewCounts>(COUNTS, [holdHours]);
    if (!row) throw new Error('a query without a condition returned no row');
    return row;
  }

  async work(): Promise<WorkCounts> {
    const [row] = await this.database.olderRows<WorkCounts>(WORK, []);
    if (!row) throw new Error('a query without a condition returned no row');
    return row;
  }
}
