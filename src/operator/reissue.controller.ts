import { Body, Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Caller } from '../crypto/access-token.ts';
import { FromClient } from '../http/client.guard.ts';
import { OpaqueId } from '../http/opaque-id.ts';
import { reissueNotFound, type ReissueRow } from '../subscriptions/reissues.ts';
import { subscriptionNotFound } from '../subscriptions/subscriptions.ts';
import { ReasonRequest } from './operator.dto.ts';
import { ForOperators, Permits } from './operator.guard.ts';
import { IssuedReissueResponse, ReissueRequest, ReissueResponse } from './reissue.dto.ts';
import { ReissueDesk, type ReissueOperator } from './reissue-desk.ts';
import { FromVisit, reading, writing, type Visit } from './audit-context.ts';

const ReissueId = (): ParameterDecorator => Param('id', new OpaqueId(reissueNotFound));
const acting = (caller: Caller, visit: Visit, reason: string): ReissueOperator => ({
  ...writing(caller, visit, reason),
  id: caller.id,
});

@ApiTags('Operator')
@ForOperators()
@Controller('operator/v1')
export class ReissueController {
  constructor(private readonly desk: ReissueDesk) {}

  /** Applies for a new phone in the place of one that is lost or broken. A loss stops everything at once. */
  @Post('subscriptions/:id/reissues')
  @Permits('apply_reissue')
  @ApiOperation({ summary: 'Apply for a reissue' })
  async apply(
    @FromClient() caller: Caller,
    @FromVisit() visit: Visit,
    @Param('id', new OpaqueId(subscriptionNotFound)) id: string,
    @Body() { reason, ...application }: ReissueRequest,
  ): Promise<ReissueResponse> {
    return told(await this.desk.apply(acting(caller, visit, reason), id, application));
  }

  /** The last twenty reissues of a subscription, newest first. */
  @Get('subscriptions/:id/reissues')
  @Permits('look')
  @ApiHeader({ name: 'Audit-Reason', required: true, description: 'Why this is looked at' })
  @ApiOperation({ summary: 'Reissues of a subscription' })
  async list(
    @FromClient() caller: Caller,
    @FromVisit() visit: Visit,
    @Param('id', new OpaqueId(subscriptionNotFound)) id: string,
  ): Promise<ReissueResponse[]> {
    return (await this.desk.list(reading(caller, visit), id)).map(told);
  }

  /** Lets be done what another person applied for. The old device is out of use for ever. */
  @Post('reissues/:id/approve')
  @Permits('decide')
  @HttpCode(200)
  @ApiOperation({ summary: 'Approve a reissue' })
  async approve(
    @FromClient() caller: Caller,
    @FromVisit() visit: Visit,
    @ReissueId() id: string,
    @Body() { reason }: ReasonRequest,
  ): Promise<ReissueResponse> {
    return told(await this.desk.approve(acting(caller, visit, reason), id));
  }

  @Post('reissues/:id/refuse')
  @Permits('decide')
  @HttpCode(200)
  @ApiOperation({ summary: 'Refuse a reissue' })
  async refuse(
    @FromClient() caller: Caller,
    @FromVisit() visit: Visit,
    @ReissueId() id: string,
    @Body() { reason }: ReasonRequest,
  ): Promise<ReissueResponse> {
    return told(await this.desk.refuse(acting(caller, visit, reason), id));
  }

  /** Draws the code that enrols the new phone, to be handed over or printed in an activation letter. */
  @Post('reissues/:id/issue')
  @Permits('apply_reissue')
  @ApiOperation({ summary: 'Issue a reissue’s code' })
  issue(
    @FromClient() caller: Caller,
    @FromVisit() visit: Visit,
    @ReissueId() id: string,
    @Body() { reason }: ReasonRequest,
  ): Promise<IssuedReissueResponse> {
    return this.desk.issue(acting(caller, visit, reason), id);
  }

  /** Ends a reissue that is under way, and makes its code void. */
  @Post('reissues/:id/withdraw')
  @Permits('apply_reissue')
  @HttpCode(200)
  @ApiOperation({ summary: 'Withdraw a reissue' })
  async withdraw(
    @FromClient() caller: Caller,
    @FromVisit() visit: Visit,
    @ReissueId() id: string,
    @Body() { reason }: ReasonRequest,
  ): Promise<ReissueResponse> {
    return told(await this.desk.withdraw(acting(caller, visit, reason), id));
  }
}

function told({
  appliedAt,
  expiresAt,
  decidedAt,
  issuedAt,
  registeredAt,
  closedAt,
  ...row
}: ReissueRow): ReissueResponse {
  return {
    ...row,
    appliedAt: appliedAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
    decidedAt: decidedAt?.toISOString() ?? null,
    issuedAt: issuedAt?.toISOString() ?? null,
    registeredAt: registeredAt?.toISOString() ?? null,
    closedAt: closedAt?.toISOString() ?? null,
  };
}
