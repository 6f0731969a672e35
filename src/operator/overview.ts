import { Injectable } from '@nestjs/common';
import { Environment } from '../../config/environment.ts';
import { NotMe } from '../authentication/not-me.ts';
import { Figures, type ServiceDay } from '../figures/figures.ts';
import { Audit } from './audit.ts';
import type { Operator } from './operator-desk.ts';
import type { OverviewResponse } from './overview.dto.ts';
import { OverviewStore, type WorkCounts } from './overview.store.ts';

/** The overview of supervisors. */
export interface SupervisorOverview {
  day: ServiceDay;
  present: OverviewResponse;
  work: WorkCounts;
}

/** How the service stands, in counts without personal data. */
@Injectable()
export class Overview {
  constructor(
    private readonly store: OverviewStore,
    private readonly notMe: NotMe,
    private readonly figures: Figures,
    private readonly audit: Audit,
    private readonly environment: Environment,
  ) {}

  /** Returns the counts to a program or an operator, audited like every read. */
  async read(operator: Operator): Promise<OverviewResponse> {
    const call = { ...operator, action: 'overview' };
    return this.audit.of(call, async () => this.audit.recordRead(call, await this.present()));
  }

  /** The figures of the day and the counts of the present for supervisors. They name no person, so no read is audited. */
  async ofSupervisors(): Promise<SupervisorOverview> {
    const [day, present, work] = await Promise.all([this.figures.day(), this.present(), this.store.work()]);
    return { day, present, work };
  }

  /** The counts for the desk's home page, which names no person. */
  async present(): Promise<OverviewResponse> {
    const [counts, notMe] = await Promise.all([
      this.store.counts(this.environment.SMS_HOLD_HOURS),
      this.notMe.lastDay(),
    ]);
    const { lineSuspended, lossReported, simSwapped, breakerSince, breakerUntil } = counts;
    return {
      at: counts.now.toISOString(),
      lossReports: {
        open: counts.lossReports,
        breaker: {
          on: breakerUntil !== null,
          since: breakerSince?.toISOString() ?? null,
          until: breakerUntil?.toISOString() ?? null,
        },
      },
      suspended: { line_suspended: lineSuspended, loss_reported: lossReported, sim_swapped: simSwapped },
      linesInDoubt: counts.linesInDoubt,
      waiting: { approvals: counts.approvals, reissues: counts.reissues },
      notMe: notMe.map(({ relyingParty: name, count }) => ({ relyingParty: { name }, count })),
    };
  }
}
