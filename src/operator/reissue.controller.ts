import { Body, Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiHeader, ApiTags } from '@nestjs/swagger';
import type { Caller } from '../crypto/access-token.ts';
import { FromClient } from '../http/client.guard.ts';
import { OpaqueId } from '../http/opaque-id.ts';
import { Operation } from '../http/operation.ts';
import { reissueNotFound, type ReissueRow } from '../subscriptions/reissues.ts';
import { subscriptionNotFound } from '../subscriptions/subscriptions.ts';
import { ReasonRequest } from './operator.dto.ts';
import { ForOperators, Permits } from './operator.guard.ts';
import { IssuedReissueResponse, ReissueRequest, ReissueResponse } from './reissue.dto.ts';
import type { ReissueOrigin } from '../customers/reissue-applications.ts';
import { ReissueDesk } from './reissue-desk.ts';
import { FromAuditContext, acting, auditedRead, type AuditContext } from './audit-context.ts';

const ReissueId = (): ParameterDecorator => Param('id', new OpaqueId(reissueNotFound));

@ApiTags('Operator')
@ForOperators()
@Controller('operator/v1')
export class ReissueController {
  constructor(private readonly desk: ReissueDesk) {}

  /**
   * Applies for a reissue that replaces a lost or broken phone. For a loss the subscription is suspended at once.
   * Errors: `subscription_not_found`, `serial_number_mismatch`, `nothing_to_change` while another reissue is in
   * progress or when the subscription never had a phone or has ended, `too_many_requests` after five applications of one
   * client for one person in a day.
   */
  @Post('subscriptions/:id/reissues')
  @Permits('apply_reissue')
  @Operation('applyForReissue', {
    summary: 'Apply for a reissue',
    answers: 'The reissue',
    refuses: ['subscription_not_found', 'serial_number_mismatch', 'nothing_to_change', 'too_many_requests'],
  })
  async apply(
    @FromClient() caller: Caller,
    @FromAuditContext() context: AuditContext,
    @Param('id', new OpaqueId(subscriptionNotFound)) id: string,
    @Body() { reason, ...application }: ReissueRequest,
  ): Promise<ReissueResponse> {
    return this.response(await this.desk.apply(acting(caller, context, reason), id, application));
  }

  /** Lists the last twenty reissues of a subscription, newest first. Errors: `subscription_not_found`. */
  @Get('subscriptions/:id/reissues')
  @Permits('look')
  @ApiHeader({
    name: 'Audit-Reason',
    required: true,
    description: 'The reason for this read, one line of 1 to 200 characters; kept in the audit',
  })
  @Operation('listReissues', {
    summary: 'List the reissues of a subscription',
    answers: 'The reissues, newest first',
    refuses: ['subscription_not_found'],
  })
  async list(
    @FromClient() caller: Caller,
    @FromAuditContext() context: AuditContext,
    @Param('id', new OpaqueId(subscriptionNotFound)) id: string,
  ): Promise<ReissueResponse[]> {
    return this.responses(await this.desk.list(auditedRead(caller, context), id));
  }

  /**
   * Approves a reissue that another client, or at the desk another operator, applied for. The old device is revoked for
   * good. Clients need the scope `operator.decide`. Errors: `reissue_not_found`, `reissue_closed`, `insufficient_scope`
   * for the applicant.
   */
  @Post('reissues/:id/approve')
  @Permits('decide')
  @HttpCode(200)
  @Operation('approveReissue', {
    summary: 'Approve a reissue',
    answers: 'The reissue',
    refuses: ['reissue_not_found', 'reissue_closed'],
  })
  async approve(
    @FromClient() caller: Caller,
    @FromAuditContext() context: AuditContext,
    @ReissueId() id: string,
    @Body() { reason }: ReasonRequest,
  ): Promise<ReissueResponse> {
    return this.response(await this.desk.approve(acting(caller, context, reason), id));
  }

  /**
   * Refuses a reissue; who may approve it may refuse it. Errors: `reissue_not_found`, `reissue_closed`,
   * `insufficient_scope` for the applicant.
   */
  @Post('reissues/:id/refuse')
  @Permits('decide')
  @HttpCode(200)
  @Operation('refuseReissue', {
    summary: 'Refuse a reissue',
    answers: 'The reissue',
    refuses: ['reissue_not_found', 'reissue_closed'],
  })
  async refuse(
    @FromClient() caller: Caller,
    @FromAuditContext() context: AuditContext,
    @ReissueId() id: string,
    @Body() { reason }: ReasonRequest,
  ): Promise<ReissueResponse> {
    return this.response(await this.desk.refuse(acting(caller, context, reason), id));
  }

  /**
   * Issues the code that enrols the new phone, to be handed over or printed in an activation letter. Errors:
   * `reissue_not_found`, `reissue_closed`, `insufficient_scope` for the client that approved it, and at the desk for
   * operators other than the applicant.
   */
  @Post('reissues/:id/issue')
  @Permits('apply_reissue')
  @Operation('issueReissue', {
    summary: 'Issue the code of a reissue',
    answers: 'The code that enrols the new phone',
    refuses: ['reissue_not_found', 'reissue_closed'],
  })
  issue(
    @FromClient() caller: Caller,
    @FromAuditContext() context: AuditContext,
    @ReissueId() id: string,
    @Body() { reason }: ReasonRequest,
  ): Promise<IssuedReissueResponse> {
    return this.desk.issue(acting(caller, context, reason), id);
  }

  /**
   * Withdraws a reissue that is in progress and invalidates its code. Errors: `reissue_not_found`, `reissue_closed`.
   */
  @Post('reissues/:id/withdraw')
  @Permits('apply_reissue')
  @HttpCode(200)
  @Operation('withdrawReissue', {
    summary: 'Withdraw a reissue',
    answers: 'The reissue',
    refuses: ['reissue_not_found', 'reissue_closed'],
  })
  async withdraw(
    @FromClient() caller: Caller,
    @FromAuditContext() context: AuditContext,
    @ReissueId() id: string,
    @Body() { reason }: ReasonRequest,
  ): Promise<ReissueResponse> {
    return this.response(await this.desk.withdraw(acting(caller, context, reason), id));
  }

  private async responses(rows: readonly ReissueRow[]): Promise<ReissueResponse[]> {
    const origins = await this.desk.originsOf(rows);
    return rows.map((row) => reissueResponse(row, origins.get(row.id)));
  }

  private async response(row: ReissueRow): Promise<ReissueResponse> {
    return reissueResponse(row, (await this.desk.originsOf([row])).get(row.id));
  }
}

function reissueResponse(
  { appliedAt, expiresAt, decidedAt, issuedAt, registeredAt, closedAt, ...row }: ReissueRow,
  origin: ReissueOrigin | undefined,
): ReissueResponse {
  return {
    ...row,
    ownApplication: origin
      ? {
          filedAt: origin.filedAt.toISOString(),
          identityProof: origin.identityProof,
          authenticationId: origin.authenticationId,
        }
      : null,
    appliedAt: appliedAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
    decidedAt: decidedAt?.toISOString() ?? null,
    issuedAt: issuedAt?.toISOString() ?? null,
    registeredAt: registeredAt?.toISOString() ?? null,
    closedAt: closedAt?.toISOString() ?? null,
  };
}
