import { Controller, Get, Param } from '@nestjs/common';
import { OpaqueId } from '../../http/opaque-id.ts';
import { subscriptionNotFound } from '../../subscriptions/subscriptions.ts';
import { Permits } from '../operator.guard.ts';
import { authenticationNotFound, OperatorDesk } from '../operator-desk.ts';
import { OperatorSessions } from '../operator-sessions.ts';
import { DeskPages } from './desk.guard.ts';
import { AtDesk, DeskRequest } from './desk-request.ts';
import { historyPage } from './history.page.ts';

/** The page of one authentication in the history of a subscription. */
@DeskPages()
@Controller('operator/subscriptions/:id/history')
export class DeskHistoryController {
  constructor(
    private readonly desk: OperatorDesk,
    private readonly sessions: OperatorSessions,
  ) {}

  /** Shows it under the reason for looking at its subscription. Without such a reason, the subscription asks for one. */
  @Get(':authentication')
  @Permits('look')
  async entry(
    @AtDesk() desk: DeskRequest,
    @Param('id', new OpaqueId(subscriptionNotFound)) id: string,
    @Param('authentication', new OpaqueId(authenticationNotFound)) authentication: string,
  ): Promise<string> {
    const reason = await this.sessions.reasonFor(desk.session, id);
    if (reason === undefined) return desk.go(`/operator/subscriptions/${id}`);
    const one = await this.desk.historyEntry(desk.acting(reason), id, authentication);
    return desk.show(historyPage(desk.reader, id, one));
  }
}
