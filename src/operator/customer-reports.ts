import { Injectable } from '@nestjs/common';
import type { CustomerReportKind } from '../customers/report.ts';
import { Reports } from '../customers/reports.ts';
import { Database } from '../database/database.ts';
import { Problem } from '../domain/problem.ts';
import { Audit } from './audit.ts';
import { MaskedNumbers } from './masked-numbers.ts';
import type { Operator } from './operator-desk.ts';

/** A customer's report that requires a call by the call centre; the number is masked. */
export interface CustomerReport {
  id: string;
  kind: CustomerReportKind;
  /** The action that was taken immediately. */
  outcome: 'suspended' | 'call_centre';
  filedAt: Date;
  subscriptionId: string | null;
  phoneNumber: string | null;
}

/** Customers' reports from the website, until an operator has spoken with the customer. */
@Injectable()
export class CustomerReports {
  constructor(
    private readonly database: Database,
    private readonly reports: Reports,
    private readonly numbers: MaskedNumbers,
    private readonly audit: Audit,
  ) {}

  /** Lists the unsettled reports, oldest first. */
  async unsettled(): Promise<CustomerReport[]> {
    const rows = await this.reports.unsettled();
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

  /**
   * Records that an operator has spoken with the customer. Problems: `nothing_to_change` when the report was settled
   * before.
   */
  async settle(operator: Operator, id: string): Promise<void> {
    const subscriptionId = await this.reports.subscriptionOf(id);
    const call = { ...operator, action: 'settle-report', ...(subscriptionId !== null && { subscriptionId }) };
    await this.audit.of(call, () =>
      this.database.transaction(async (session) => {
        if (!(await this.reports.settle(session, id, operator.operator))) throw alreadySettled();
        await this.audit.done(session, call);
      }),
    );
  }
}

/** The problem of a report that cannot be settled. */
export function alreadySettled(): Problem {
  return new Problem(
    'nothing_to_change',
    'The report does not exist or is already settled. Reload the list of reports.',
  );
}
