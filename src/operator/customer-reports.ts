import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.ts';
import { Problem } from '../domain/problem.ts';
import type { SubscriptionState } from '../domain/subscription.ts';
import { Audit } from './audit.ts';
import { MaskedNumbers } from './masked-numbers.ts';
import type { Operator } from './operator-desk.ts';

/** What customers report without logging in. */
export type ReportKind = 'lost_phone' | 'new_phone' | 'forgotten_pin';

/** What a customer reported and somebody has to call about; masked. */
export interface CustomerReport {
  id: string;
  kind: ReportKind;
  /** What was done at once. */
  outcome: 'suspended' | 'call_centre';
  filedAt: Date;
  subscriptionId: string | null;
  phoneNumber: string | null;
}

type ReportRow = Omit<CustomerReport, 'phoneNumber'> & {
  lineId: string | null;
  subscriptionState: SubscriptionState | null;
};

const UNSETTLED = {
  name: 'report_unsettled',
  text: `SELECT r.id, r.kind, r.outcome, r.filed_at AS "filedAt", r.subscription_id AS "subscriptionId",
      s.line_id AS "lineId", s.state AS "subscriptionState"
    FROM reports r LEFT JOIN subscriptions s ON s.id = r.subscription_id
    WHERE r.outcome IN ('suspended', 'call_centre') AND r.settled_at IS NULL ORDER BY r.filed_at LIMIT 100`,
};

const SUBSCRIPTION_OF = {
  name: 'report_subscription',
  text: `SELECT subscription_id AS id FROM reports WHERE id = $1`,
};

const SETTLE = {
  name: 'report_settle',
  text: `UPDATE reports SET settled_by = $2, settled_at = now()
    WHERE id = $1 AND outcome IN ('suspended', 'call_centre') AND settled_at IS NULL RETURNING id`,
};

/** What customers reported on the website, until an operator has spoken with them. */
@Injectable()
export class CustomerReports {
  constructor(
    private readonly database: Database,
    private readonly numbers: MaskedNumbers,
    private readonly audit: Audit,
  ) {}

  /** Oldest first. */
  async unsettled(): Promise<CustomerReport[]> {
    const rows = await this.database.rows<ReportRow>(UNSETTLED, []);
    const numbers = await this.numbers.of(
      rows.flatMap(({ subscriptionId, lineId, subscriptionState }) =>
        subscriptionId && lineId && subscriptionState ? [{ subscriptionId, lineId, subscriptionState }] : [],
      ),
    );
    return rows.map(({ lineId: _line, subscriptionState: _state, ...report }) => ({
      ...report,
      phoneNumber: numbers.get(report.subscriptionId ?? '') ?? null,
    }));
  }

  /** Somebody has spoken with the customer. Problems: `nothing_to_change` when somebody else has before. */
  async settle(operator: Operator, id: string): Promise<void> {
    const [report] = await this.database.rows<{ id: string | null }>(SUBSCRIPTION_OF, [id]);
    const call = { ...operator, action: 'settle-report', ...(report?.id && { subscriptionId: report.id }) };
    await this.audit.of(call, () =>
      this.database.transaction(async (session) => {
        if ((await session.rows(SETTLE, [id, operator.operator])).length === 0) throw settledBefore();
        await this.audit.done(session, call);
      }),
    );
  }
}

export function settledBefore(): Problem {
  return new Problem(
    'nothing_to_change',
    'The report does not exist or is already settled. Reload the list of reports.',
  );
}
