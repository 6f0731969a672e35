import { Injectable } from '@nestjs/common';
import type { CustomerReportKind } from '../customers/report.ts';
import { Reports } from '../customers/reports.ts';
import { Database } from '../database/database.ts';
import { Problem } from '../domain/problem.ts';
import { Audit } from './audit.ts';
import { MaskedNumbers } from './masked-numbers.ts';
import type { Operator } from './operator-desk.ts';

/** A report about which an operator must call the customer; masked. */
export interface CustomerReport {
  id: string;
  kind: CustomerReportKind;
  /** What was done at once. */
  outcome: 'suspended' | 'call_centre';
  filedAt: Date;
  subscriptionId: string | null;
  phoneNumber: string | null;
}

/** What customers reported on the website, until an operator has spoken with them. */
@Injectable()
export class CustomerReports {
  constructor(
    private readonly database: Database,
    private readonly reports: Reports,
    private readonly numbers: MaskedNumbers,
    private readonly audit: Audit,
  ) {}

  /** Oldest first. */
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

  /** Notes that the operator has spoken with the customer. Problems: `nothing_to_change` when it was settled before. */
  async settle(operator: Operator, id: string): Promise<void> {
    const subscriptionId = await this.reports.subscriptionOf(id);
    const call = { ...operator, action: 'settle-report', ...(subscriptionId !== null && { subscriptionId }) };
    await this.audit.of(call, () =>
      this.database.transaction(async (session) => {
        if (!(await this.reports.settle(session, id, operator.operator))) throw settledBefore();
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
