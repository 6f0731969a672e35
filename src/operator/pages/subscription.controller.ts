import { Controller, Get, Param, Post, Query } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { mayOperator } from '../../domain/operator.ts';
import type { BodyType } from '../../http/fastify.ts';
import { OpaqueId } from '../../http/opaque-id.ts';
import { Approvals } from '../approvals.ts';
import { Permits } from '../operator.guard.ts';
import { OperatorDesk } from '../operator-desk.ts';
import { OperatorSessions } from '../operator-sessions.ts';
import { PushCallerChecks } from '../push-caller-checks.ts';
import { subscriptionNotFound } from '../../subscriptions/subscriptions.ts';
import { doneIn } from './desk.ts';
import { DeskPages } from './desk.guard.ts';
import { reasonPage } from './home.page.ts';
import { revealedPage, subscriptionPage } from './subscription.page.ts';
import { AtDesk, DeskRequest } from './desk-request.ts';
import type { Done } from '../words/keys.ts';

const FORM = { bodyType: 'form' satisfies BodyType };
const SubscriptionId = (): ParameterDecorator => Param('id', new OpaqueId(subscriptionNotFound));

/** The page of one subscription at the desk, and the actions on it. */
@DeskPages()
@Controller('operator/subscriptions/:id')
export class DeskSubscriptionController {
  constructor(
    private readonly desk: OperatorDesk,
    private readonly approvals: Approvals,
    private readonly sessions: OperatorSessions,
    private readonly callers: PushCallerChecks,
  ) {}

  /** Shows the subscription under the reason of the search that found it. Without such a reason, asks for one. */
  @Get()
  @Permits('look')
  async page(@AtDesk() desk: DeskRequest, @SubscriptionId() id: string, @Query('done') done: unknown): Promise<string> {
    const reason = await this.sessions.reasonFor(desk.session, id);
    // The page of another person: the reason of the call before is not proposed.
    if (reason === undefined) return desk.show(reasonPage(desk.reader, addressOf(id), false));
    const operator = desk.acting(reason);
    const look = await this.desk.look(operator, id);
    const waiting = mayOperator(desk.operator.role, 'worklist') ? await this.approvals.open() : [];
    const waits = waiting.some(({ subscriptionId }) => subscriptionId === id);
    const caller = {
      check: await this.callers.view(desk.operator.id, id),
      deniedAt: await this.callers.deniedAt(id),
    };
    return desk.show(subscriptionPage(desk.reader, look, { reason, waits, done: doneIn(done), caller }));
  }

  @Post('reason')
  @RouteConfig(FORM)
  @Permits('look')
  async reason(@AtDesk() desk: DeskRequest, @SubscriptionId() id: string): Promise<string> {
    const reason = desk.typedReason;
    if (reason === undefined) return desk.show(reasonPage(desk.reader, addressOf(id), true));
    await this.sessions.beginCall(desk.session, [id], reason);
    return desk.go(addressOf(id));
  }

  @Post('reveal')
  @RouteConfig(FORM)
  @Permits('reveal')
  async reveal(@AtDesk() desk: DeskRequest, @SubscriptionId() id: string): Promise<string> {
    const operator = desk.acting();
    // The form of the page carries a value for one use, so that a reload shows nothing again.
    const { once, from } = desk.fields;
    if (once !== undefined && !(await this.sessions.isFirst(desk.session, `once ${once.slice(0, 64)}`))) {
      return desk.go(afterwards(id, 'reveal-over'));
    }
    const back = from === 'approvals' ? 'approvals' : 'subscription';
    return desk.show(revealedPage(desk.reader, id, await this.desk.reveal(operator, id), back));
  }

  /** Cancels while the caller is verified by push. Otherwise another operator decides; see `askCancel`. */
  @Post('cancel')
  @RouteConfig(FORM)
  @Permits('cancel')
  async cancel(@AtDesk() desk: DeskRequest, @SubscriptionId() id: string): Promise<string> {
    await this.desk.cancel(desk.doing(), id);
    return desk.go(afterwards(id, 'cancel'));
  }

  @Post('report-loss')
  @RouteConfig(FORM)
  @Permits('report_loss')
  async reportLoss(@AtDesk() desk: DeskRequest, @SubscriptionId() id: string): Promise<string> {
    await this.desk.reportLoss(desk.acting(), id);
    return desk.go(afterwards(id, 'report-loss'));
  }

  @Post('unlock-pin')
  @RouteConfig(FORM)
  @Permits('unlock_pin')
  async unlockPin(@AtDesk() desk: DeskRequest, @SubscriptionId() id: string): Promise<string> {
    await this.desk.unlockPin(desk.doing(), id);
    return desk.go(afterwards(id, 'unlock-pin'));
  }

  @Post('ask-cancel')
  @RouteConfig(FORM)
  @Permits('ask')
  async askCancel(@AtDesk() desk: DeskRequest, @SubscriptionId() id: string): Promise<string> {
    await this.approvals.ask(desk.acting(), 'cancel', id);
    return desk.go(afterwards(id, 'ask-cancel'));
  }

  @Post('ask-unlock-pin')
  @RouteConfig(FORM)
  @Permits('ask')
  async askUnlockPin(@AtDesk() desk: DeskRequest, @SubscriptionId() id: string): Promise<string> {
    await this.approvals.ask(desk.acting(), 'unlock_pin', id);
    return desk.go(afterwards(id, 'ask-unlock-pin'));
  }

  @Post('ask-resume')
  @RouteConfig(FORM)
  @Permits('ask')
  async askResume(@AtDesk() desk: DeskRequest, @SubscriptionId() id: string): Promise<string> {
    await this.approvals.ask(desk.acting(), 'resume', id);
    return desk.go(afterwards(id, 'ask-resume'));
  }

  @Post('ask-enrolment-code')
  @RouteConfig(FORM)
  @Permits('ask')
  async askEnrolmentCode(@AtDesk() desk: DeskRequest, @SubscriptionId() id: string): Promise<string> {
    await this.approvals.ask(desk.acting(), 'enrolment_code', id);
    return desk.go(afterwards(id, 'ask-enrolment-code'));
  }
}

function addressOf(id: string): string {
  return `/operator/subscriptions/${id}`;
}

function afterwards(id: string, done: Done): string {
  return `${addressOf(id)}?done=${done}`;
}
