import { Controller, Get, Param, Post, Query } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { BodyType } from '../../http/fastify.ts';
import { OpaqueId } from '../../http/opaque-id.ts';
import { approvalNotFound, Approvals } from '../approvals.ts';
import { Audit } from '../audit.ts';
import { Permits } from '../operator.guard.ts';
import { ReissueDesk } from '../reissue-desk.ts';
import { doneIn } from './desk.ts';
import { DeskPages } from './desk.guard.ts';
import { approvalsPage } from './approvals.page.ts';
import { enrolmentCodePage } from './subscription.page.ts';
import { AtDesk, DeskRequest } from './desk-request.ts';

const FORM = { bodyType: 'form' satisfies BodyType };
const ApprovalId = (): ParameterDecorator => Param('id', new OpaqueId(approvalNotFound));

/** The approvals: requests of one operator that another one decides. */
@DeskPages()
@Controller('operator/approvals')
export class DeskApprovalsController {
  constructor(
    private readonly approvals: Approvals,
    private readonly reissues: ReissueDesk,
    private readonly audit: Audit,
  ) {}

  @Get()
  @Permits('worklist')
  async page(@AtDesk() desk: DeskRequest, @Query('done') done: unknown): Promise<string> {
    const [open, closed, reissues] = await Promise.all([
      this.approvals.open(),
      this.approvals.closed(),
      this.reissues.waiting(),
    ]);
    await this.audit.recordRead({ ...desk.acting('-'), action: 'worklist' }, undefined);
    return desk.show(approvalsPage(desk.reader, { open, closed, reissues, done: doneIn(done) }));
  }

  /** Requests to subscribe a line in a hold, whose owner stands before the operator. */
  @Post('subscribe')
  @RouteConfig(FORM)
  @Permits('ask')
  async askToSubscribe(@AtDesk() desk: DeskRequest): Promise<string> {
    const { phoneNumber = '', identified, agreed } = desk.fields;
    await this.approvals.askToSubscribe(desk.acting(), phoneNumber, {
      identified: identified === 'yes',
      agreed: agreed === 'yes',
    });
    return desk.go('/operator/approvals?done=ask-subscribe');
  }

  @Post(':id/approve')
  @RouteConfig(FORM)
  @Permits('decide')
  async approve(@AtDesk() desk: DeskRequest, @ApprovalId() id: string): Promise<string> {
    await this.approvals.approve(desk.acting(), id);
    return desk.go('/operator/approvals?done=approve');
  }

  @Post(':id/refuse')
  @RouteConfig(FORM)
  @Permits('decide')
  async refuse(@AtDesk() desk: DeskRequest, @ApprovalId() id: string): Promise<string> {
    await this.approvals.refuse(desk.acting(), id);
    return desk.go('/operator/approvals?done=refuse');
  }

  @Post(':id/withdraw')
  @RouteConfig(FORM)
  @Permits('ask')
  async withdraw(@AtDesk() desk: DeskRequest, @ApprovalId() id: string): Promise<string> {
    await this.approvals.withdraw(desk.acting(), id);
    return desk.go('/operator/approvals?done=withdraw');
  }

  /** Only this response contains the code. */
  @Post(':id/take')
  @RouteConfig(FORM)
  @Permits('ask')
  async take(@AtDesk() desk: DeskRequest, @ApprovalId() id: string): Promise<string> {
    const { reason: _reason, ...operator } = desk.acting('-');
    return desk.show(enrolmentCodePage(desk.reader, await this.approvals.take(operator, id)));
  }
}
