import { Controller, Get, Param, Post, Query } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { mayOperator } from '../../domain/operator.ts';
import type { BodyType } from '../../http/fastify.ts';
import { Metrics } from '../../http/metrics.ts';
import { OpaqueId } from '../../http/opaque-id.ts';
import { approvalNotFound, Approvals } from '../approvals.ts';
import { Audit } from '../audit.ts';
import { ApprovedCodeTexts } from '../approved-code-texts.ts';
import { Corrections } from '../corrections.ts';
import { DeskFrames } from '../desk-frame.ts';
import { Permits } from '../operator.guard.ts';
import { ReissueDesk } from '../reissue-desk.ts';
import { doneIn } from './desk.ts';
import { DeskPages } from './desk.guard.ts';
import { approvalsPage } from './approvals.page.ts';
import { enrolmentCodePage } from './code.page.ts';
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
    private readonly corrections: Corrections,
    private readonly codeTexts: ApprovedCodeTexts,
    private readonly audit: Audit,
    private readonly frames: DeskFrames,
    private readonly metrics: Metrics,
  ) {}

  @Get()
  @Permits('worklist')
  async page(@AtDesk() desk: DeskRequest, @Query('done') done: unknown): Promise<string> {
    const mayClose = mayOperator(desk.operator.role, 'close_correction');
    const [open, closed, reissues, corrections] = await Promise.all([
      this.approvals.open(),
      this.approvals.closed(),
      this.reissues.waiting(),
      mayClose ? this.corrections.open() : [],
    ]);
    await this.audit.recordRead({ ...desk.acting('-'), action: 'worklist' }, undefined);
    return desk.show(approvalsPage(desk.reader, { open, closed, reissues, corrections, done: doneIn(done) }));
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
    const enrolment = await this.approvals.take(operator, id);
    // What waits was counted before the code was taken.
    const frame = await this.frames.of(desk.session, desk.operator);
    const mayText = await this.codeTexts.may(enrolment.subscriptionId);
    return desk.show(enrolmentCodePage({ ...desk.reader, frame }, enrolment, { approvalId: id, mayText }));
  }

  /** Texts the code that the page shows to the line's own number, and shows it again, with what refused it beside it. */
  @Post(':id/text')
  @RouteConfig(FORM)
  @Permits('ask')
  async text(@AtDesk() desk: DeskRequest, @ApprovalId() id: string): Promise<string> {
    const { reason: _reason, ...operator } = desk.acting('-');
    const typed = desk.fields['enrolmentCode'] ?? '';
    const { expiresAt, refusal, ...enrolment } = await this.codeTexts.text(operator, id, typed);
    if (refusal) desk.refused(refusal, this.metrics);
    const code = refusal?.problem.code;
    // What is neither the number's limit nor its SIM may pass at the next attempt.
    const mayText = code !== 'nothing_to_change' && code !== 'too_many_requests';
    const shown = { approvalId: id, mayText, isTexted: !refusal, refusal: code, expiresAt };
    return desk.show(enrolmentCodePage(desk.reader, enrolment, shown));
  }
}
