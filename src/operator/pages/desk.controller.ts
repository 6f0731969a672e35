import { Controller, Get, Param, Post, Query } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { mayOperator } from '../../domain/operator.ts';
import { maskPhoneNumber, parsePhoneNumber } from '../../domain/phone-number.ts';
import type { BodyType } from '../../http/fastify.ts';
import { OpaqueId } from '../../http/opaque-id.ts';
import { TextMessages } from '../../delivery/text-messages.ts';
import { Problem } from '../../domain/problem.ts';
import { isUuid } from '../../domain/uuid.ts';
import { Approvals, type DeskOperator } from '../approvals.ts';
import { Audit } from '../audit.ts';
import { CustomerReports, alreadySettled } from '../customer-reports.ts';
import { Permits } from '../operator.guard.ts';
import type { EligibilityResponse } from '../operator.dto.ts';
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
  async home(
    @AtDesk() desk: DeskRequest,
    @Query('done') done: unknown,
    @Query('applications') after: unknown,
  ): Promise<string> {
    const page = typeof after === 'string' && isUuid(after) ? after : null;
    const [worklist, overview] = await Promise.all([this.worklist(desk, page), this.overview.present()]);
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
    const ids = found.map(({ subscriptionId }) => subscriptionId);
    await this.sessions.beginCall(desk.session, ids, reason);
    const standing = found.filter(({ state }) => state !== 'cancelled');
    // Earlier subscriptions may be those of other people, so they are not opened without being asked for.
    if (found.length === 1 && standing[0]) return desk.go(`/operator/subscriptions/${standing[0].subscriptionId}`);
    // The search that was audited above covers them: they are about the same number.
    const texts = await this.texts.ofNumber(phoneNumber);
    const eligibility = standing.length > 0 ? undefined : await this.eligibility(desk.acting(reason), phoneNumber);
    const reader = { ...desk.reader, frame: { ...desk.frame, callReason: reason } };
    return desk.show(resultsPage(reader, maskPhoneNumber(phoneNumber), { found, texts, eligibility }));
  }

  /** Ends the call: the next look at a subscription asks for its reason. */
  @Post('end-call')
  @RouteConfig(FORM)
  @Permits('search')
  async endCall(@AtDesk() desk: DeskRequest): Promise<string> {
    await this.sessions.endCall(desk.session);
    return desk.go('/operator?done=end-call');
  }

  /** Returns how many requests wait for this operator. Pages poll it. */
  @Get('waiting')
  @Permits('worklist')
  waiting(@AtDesk() { frame }: DeskRequest): { waiting: number; mark: string } {
    return { waiting: frame.waiting ?? 0, mark: frame.mark };
  }

  @Post('reports/:id/settle')
  @RouteConfig(FORM)
  @Permits('settle')
  async settle(@AtDesk() desk: DeskRequest, @Param('id', new OpaqueId(alreadySettled)) id: string): Promise<string> {
    await this.reports.settle(desk.acting(), id);
    return desk.go('/operator?done=settle');
  }

  /** Whether the line of a number may subscribe; null while the carrier does not answer. */
  private async eligibility(operator: DeskOperator, phoneNumber: string): Promise<EligibilityResponse | null> {
    return this.desk.eligibility(operator, phoneNumber).catch((error: unknown) => {
      if (error instanceof Problem && error.code === 'service_unavailable') return null;
      throw error;
    });
  }

  /** Reads the worklist. It contains masked numbers, so a read that returns entries is audited. */
  private async worklist(desk: DeskRequest, applicationsAfter: string | null = null): Promise<Worklist | null> {
    if (!mayOperator(desk.operator.role, 'worklist')) return null;
    const [approvals, reissues, applications, reports, denials] = await Promise.all([
      this.approvals.open(),
      this.reissues.waiting(),
      this.reissues.applied(applicationsAfter),
      this.reports.unsettled(),
      this.callers.denials(),
    ]);
    if ([approvals, reissues, applications.shown, reports, denials].some(({ length }) => length > 0)) {
      const operator = desk.acting('-');
      await this.audit.recordRead({ ...operator, action: 'worklist' }, undefined);
    }
    return { approvals, reissues, applications, reports, denials };
  }
}
