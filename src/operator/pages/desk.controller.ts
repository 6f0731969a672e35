import { Controller, Get, Param, Post, Query } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { mayOperator } from '../../domain/operator.ts';
import { maskPhoneNumber, parsePhoneNumber } from '../../domain/phone-number.ts';
import type { BodyType } from '../../http/fastify.ts';
import { OpaqueId } from '../../http/opaque-id.ts';
import { TextMessages } from '../../delivery/text-messages.ts';
import { Approvals } from '../approvals.ts';
import { Audit } from '../audit.ts';
import { CustomerReports, alreadySettled } from '../customer-reports.ts';
import { HeldLines } from '../held-lines.ts';
import { Permits } from '../operator.guard.ts';
import { OperatorDesk } from '../operator-desk.ts';
import { OperatorSessions } from '../operator-sessions.ts';
import { Overview } from '../overview.ts';
import { PushCallerChecks } from '../push-caller-checks.ts';
import { ReissueDesk } from '../reissue-desk.ts';
import { doneIn } from './desk.ts';
import { DeskPages } from './desk.guard.ts';
import { deskHomePage, resultsPage, type Worklist } from './home.page.ts';
import { AtDesk, DeskRequest } from './desk-request.ts';

const FORM = { bodyType: 'form' satisfies BodyType };

/** The desk's home page: the search, and the worklist. */
@DeskPages()
@Controller('operator')
export class DeskController {
  constructor(
    private readonly desk: OperatorDesk,
    private readonly approvals: Approvals,
    private readonly held: HeldLines,
    private readonly reissues: ReissueDesk,
    private readonly reports: CustomerReports,
    private readonly overview: Overview,
    private readonly audit: Audit,
    private readonly sessions: OperatorSessions,
    private readonly texts: TextMessages,
    private readonly callers: PushCallerChecks,
  ) {}

  @Get()
  @Permits('search')
  async home(@AtDesk() desk: DeskRequest, @Query('done') done: unknown): Promise<string> {
    const [worklist, overview] = await Promise.all([this.worklist(desk), this.overview.present()]);
    return desk.show(deskHomePage(desk.reader, { worklist, overview, done: doneIn(done) }));
  }

  /**
   * A search is a POST, so that no phone number appears in a URL. Its reason also covers the pages of the subscriptions
   * it finds.
   */
  @Post('search')
  @RouteConfig(FORM)
  @Permits('search')
  async search(@AtDesk() desk: DeskRequest): Promise<string> {
    const { phoneNumber: number = '', reason: typed = '' } = desk.fields;
    const reason = desk.typedReason;
    const phoneNumber = parsePhoneNumber(number);
    if (reason === undefined || phoneNumber === null) {
      const isWrong = { numberIsWrong: phoneNumber === null, reasonIsWrong: reason === undefined };
      const faults = { number, reason: typed, ...isWrong };
      const [worklist, overview] = await Promise.all([this.worklist(desk), this.overview.present()]);
      return desk.show(deskHomePage(desk.reader, { worklist, overview, faults }));
    }
    const found = await this.desk.find(desk.acting(reason), phoneNumber);
    await this.sessions.remember(
      desk.session,
      found.map(({ subscriptionId }) => subscriptionId),
      reason,
    );
    // The search that was audited above covers them: they are about the same number.
    const texts = await this.texts.ofNumber(phoneNumber);
    const stands = found.some(({ state }) => state !== 'cancelled');
    const isHeld = !stands && mayOperator(desk.operator.role, 'ask') && (await this.held.isHeld(phoneNumber));
    return desk.show(resultsPage(desk.reader, maskPhoneNumber(phoneNumber), { found, texts, isHeld }));
  }

  @Post('reports/:id/settle')
  @RouteConfig(FORM)
  @Permits('settle')
  async settle(@AtDesk() desk: DeskRequest, @Param('id', new OpaqueId(alreadySettled)) id: string): Promise<string> {
    await this.reports.settle(desk.acting(), id);
    return desk.go('/operator?done=settle');
  }

  /** Reads the worklist. It contains masked numbers, so a read that returns entries is audited. */
  private async worklist(desk: DeskRequest): Promise<Worklist | null> {
    if (!mayOperator(desk.operator.role, 'worklist')) return null;
    const [approvals, reissues, applications, reports, denials] = await Promise.all([
      this.approvals.open(),
      this.reissues.waiting(),
      this.reissues.applied(),
      this.reports.unsettled(),
      this.callers.denials(),
    ]);
    const isEmpty = approvals.length + reissues.length + applications.length + reports.length + denials.length === 0;
    if (!isEmpty) {
      const operator = desk.acting('-');
      await this.audit.recordRead({ ...operator, action: 'worklist' }, undefined);
    }
    return { approvals, reissues, applications, reports, denials };
  }
}
