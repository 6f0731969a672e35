import { Controller, Get } from '@nestjs/common';
import { ApiHeader, ApiTags } from '@nestjs/swagger';
import type { Caller } from '../crypto/access-token.ts';
import { FromClient } from '../http/client.guard.ts';
import { Operation } from '../http/operation.ts';
import { auditedRead, FromAuditContext, type AuditContext } from './audit-context.ts';
import { ForOperators, Permits } from './operator.guard.ts';
import { OverviewResponse } from './overview.dto.ts';
import { Overview } from './overview.ts';

@ApiTags('Operator')
@ForOperators()
@Controller('operator/v1/overview')
export class OverviewController {
  constructor(private readonly overview: Overview) {}

  /**
   * Returns how the service stands: reports of loss and whether too many came, suspensions, what waits for a decision,
   * and the relying parties of whose requests people said that they were not theirs. Counts only. Errors:
   * `invalid_request` without a reason.
   */
  @Get()
  @Permits('look')
  @ApiHeader({
    name: 'Audit-Reason',
    required: true,
    description: 'The reason for this read, one line of 1 to 200 characters; kept in the audit',
  })
  @Operation('getOverview', { summary: 'Get the overview', answers: 'Counts, as of now' })
  read(@FromClient() caller: Caller, @FromAuditContext() context: AuditContext): Promise<OverviewResponse> {
    return this.overview.read(auditedRead(caller, context));
  }
}
