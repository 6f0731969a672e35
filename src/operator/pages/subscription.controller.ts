import { Controller, Get, Param, Post, Query } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { mayOperator } from '../../domain/operator.ts';
import type { Taken } from '../../http/fastify.ts';
import { OpaqueId } from '../../http/opaque-id.ts';
import { Approvals } from '../approvals.ts';
import { Permits } from '../operator.guard.ts';
import { OperatorDesk } from '../operator-desk.ts';
import { OperatorSessions } from '../operator-sessions.ts';
import { subscriptionNotFound } from '../../subscriptions/subscriptions.ts';
import { doneIn } from './desk.ts';
import { DeskPages } from './desk.guard.ts';
import { reasonPage } from './home.page.ts';
import { revealedPage, subscriptionPage } from './subscription.page.ts';
import { AtDesk, DeskVisit } from './desk-request.ts';
import type { Done } from '../words/desk.ts';

const FORM = { takes: 'form' satisfies Taken };
const SubscriptionId = (): ParameterDecorator => Param('id', new OpaqueId(subscriptionNotFound));

/** One subscription at the desk: looking at it, and what can be done to it. */
@DeskPages()
@Controller('operator/subscriptions/:id')
export class DeskSubscriptionController {
  constructor(
    private readonly desk: OperatorDesk,
    private readonly approvals: Approvals,
    private readonly sessions: OperatorSessions,
  ) {}

  /** Shown for the reason of the search that found it; whoever comes another way is asked for one. */
  @Get()
  @Permits('look')
  async page(@AtDesk() visit: DeskVisit, @SubscriptionId() id: string, @Query('done') done: unknown): Promise<string> {
    const reason = await this.sessions.reasonFor(visit.session, id);
    if (reason === undefined) return visit.show(reasonPage(visit.reader, addressOf(id), false));
    const operator = visit.acting(reason);
    const look = await this.desk.look(operator, id);
    const waiting = mayOperator(visit.operator.role, 'worklist') ? await this.approvals.open() : [];
    const waits = waiting.some(({ subscriptionId }) => subscriptionId === id);
    return visit.show(subscriptionPage(visit.reader, look, { reason, waits, done: doneIn(done) }));
  }

  @Post('reason')
  @RouteConfig(FORM)
  @Permits('look')
  async reason(@AtDesk() visit: DeskVisit, @SubscriptionId() id: string): Promise<string> {
    const reason = visit.typedReason;
    if (reason === undefined) return visit.show(reasonPage(visit.reader, addressOf(id), true));
    await this.sessions.remember(visit.session, [id], reason);
    return visit.go(addressOf(id));
  }

  @Post('reveal')
  @RouteConfig(FORM)
  @Permits('reveal')
  async reveal(@AtDesk() visit: DeskVisit, @SubscriptionId() id: string): Promise<string> {
    const operator = visit.acting();
    return visit.show(revealedPage(visit.reader, id, await this.desk.reveal(operator, id)));
  }

  @Post('cancel')
  @RouteConfig(FORM)
  @Permits('cancel')
  async cancel(@AtDesk() visit: DeskVisit, @SubscriptionId() id: string): Promise<string> {
    await this.desk.cancel(visit.acting(), id);
    return visit.go(afterwards(id, 'cancel'));
  }

  @Post('report-loss')
  @RouteConfig(FORM)
  @Permits('report_loss')
  async reportLoss(@AtDesk() visit: DeskVisit, @SubscriptionId() id: string): Promise<string> {
    await this.desk.reportLoss(visit.acting(), id);
    return visit.go(afterwards(id, 'report-loss'));
  }

  @Post('unlock-pin')
  @RouteConfig(FORM)
  @Permits('unlock_pin')
  async unlockPin(@AtDesk() visit: DeskVisit, @SubscriptionId() id: string): Promise<string> {
    await this.desk.unlockPin(visit.acting(), id);
    return visit.go(afterwards(id, 'unlock-pin'));
  }

  @Post('ask-resume')
  @RouteConfig(FORM)
  @Permits('ask')
  async askResume(@AtDesk() visit: DeskVisit, @SubscriptionId() id: string): Promise<string> {
    await this.approvals.ask(visit.acting(), 'resume', id);
    return visit.go(afterwards(id, 'ask-resume'));
  }

  @Post('ask-enrolment-code')
  @RouteConfig(FORM)
  @Permits('ask')
  async askEnrolmentCode(@AtDesk() visit: DeskVisit, @SubscriptionId() id: string): Promise<string> {
    await this.approvals.ask(visit.acting(), 'enrolment_code', id);
    return visit.go(afterwards(id, 'ask-enrolment-code'));
  }
}

function addressOf(id: string): string {
  return `/operator/subscriptions/${id}`;
}

function afterwards(id: string, done: Done): string {
  return `${addressOf(id)}?done=${done}`;
}
