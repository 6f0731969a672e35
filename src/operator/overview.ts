import { Injectable } from '@nestjs/common';
import { Environment } from '../../config/environment.ts';
import { NotMe } from '../authentication/not-me.ts';
import { Audit } from './audit.ts';
import type { Operator } from './operator-desk.ts';
import type { OverviewResponse } from './overview.dto.ts';
import { OverviewStore } from './overview.store.ts';

/** How the service stands, in counts without personal data. */
@Injectable()
export class Overview {
  constructor(
    private readonly store: OverviewStore,
    private readonly notMe: NotMe,
    private readonly audit: Audit,
    private readonly environment: Environment,
  ) {}

  /** Returns the counts to a program or an operator, audited like every read. */
  async read(operator: Operator): Promise<OverviewResponse> {
    const call = { ...operator, action: 'overview' };
    return this.audit.of(call, async () => this.audit.recordRead(call, await this.present()));
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
