import { Controller, Get, Param, Post, Query } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { CHECKED_DEEDS } from '../../domain/caller-check.ts';
import { Problem } from '../../domain/problem.ts';
import { wholeCodeIn } from '../../domain/typed-text.ts';
import type { BodyType } from '../../http/fastify.ts';
import { OpaqueId } from '../../http/opaque-id.ts';
import { subscriptionNotFound } from '../../subscriptions/subscriptions.ts';
import { FollowQuery } from '../../windows/page/window-page.dto.ts';
import { Permits } from '../operator.guard.ts';
import { PushCallerChecks } from '../push-caller-checks.ts';
import { callerCheckPage, CODE_NOTES } from './caller-check.page.ts';
import { DeskPages } from './desk.guard.ts';
import { AtDesk, DeskRequest } from './desk-request.ts';

const FORM = { bodyType: 'form' satisfies BodyType };
const SubscriptionId = (): ParameterDecorator => Param('id', new OpaqueId(subscriptionNotFound));

/** The page on which an operator verifies a caller by push. It follows what the person does on the phone by itself. */
@DeskPages()
@Controller('operator/subscriptions/:id/caller-check')
export class DeskCallerCheckController {
  constructor(private readonly checks: PushCallerChecks) {}

  /** Shows this operator's latest check. It holds no personal data, so a look at it needs no reason. */
  @Get()
  @Permits('check_caller')
  async page(@AtDesk() desk: DeskRequest, @SubscriptionId() id: string, @Query('note') note: unknown): Promise<string> {
    const check = await this.checks.view(desk.operator.id, id);
    if (!check) return desk.go(`/operator/subscriptions/${id}`);
    const shown = { subscriptionId: id, check, now: new Date(), note: CODE_NOTES.find((one) => one === note) };
    return desk.show(callerCheckPage(desk.reader, shown));
  }

  /** Returns the state of the check. The page polls it. */
  @Get('state')
  @Permits('check_caller')
  async state(
    @AtDesk() desk: DeskRequest,
    @SubscriptionId() id: string,
    @Query() { wait = 0, state: known }: FollowQuery,
  ): Promise<{ state: string }> {
    const state = await this.checks.state(desk.operator.id, id, { known, waitSeconds: wait });
    return { state: state ?? 'none' };
  }

  /** Asks the phone whether its person called, for the deed that was chosen. */
  @Post()
  @RouteConfig(FORM)
  @Permits('check_caller')
  async ask(@AtDesk() desk: DeskRequest, @SubscriptionId() id: string): Promise<string> {
    const deed = CHECKED_DEEDS.find((one) => one === desk.fields['deed']);
    if (deed === undefined) {
      const errors = [{ pointer: '/deed', detail: `Choose one of ${CHECKED_DEEDS.join(', ')}.` }];
      throw new Problem('invalid_request', 'Choose what the caller is verified for.', { errors });
    }
    await this.checks.ask(desk.acting(), id, deed);
    return desk.go(addressOf(id));
  }

  /** Takes the code that the person reads aloud. */
  @Post('code')
  @RouteConfig(FORM)
  @Permits('check_caller')
  async verify(@AtDesk() desk: DeskRequest, @SubscriptionId() id: string): Promise<string> {
    const code = wholeCodeIn(desk.fields['code'] ?? '');
    if (code === null) return desk.go(`${addressOf(id)}?note=incomplete`);
    try {
      await this.checks.verify(by(desk), id, code);
    } catch (error) {
      if (!(error instanceof Problem) || !SHOWN_BY_STATE.has(error.code)) throw error;
      // Redirects to the page, because reloading the answer to a form would send the form again.
      return desk.go(error.code === 'code_mismatch' ? `${addressOf(id)}?note=mismatch` : addressOf(id));
    }
    return desk.go(addressOf(id));
  }

  /** Takes the question back from the phone. */
  @Post('withdraw')
  @RouteConfig(FORM)
  @Permits('check_caller')
  async withdraw(@AtDesk() desk: DeskRequest, @SubscriptionId() id: string): Promise<string> {
    await this.checks.withdraw(by(desk), id);
    return desk.go(addressOf(id));
  }
}

/** Refusals that the page of the check shows by its state. */
const SHOWN_BY_STATE = new Set<string>([
  'code_mismatch',
  'attempts_exhausted',
  'authentication_closed',
  'authentication_expired',
]);

function by({ operator, address }: DeskRequest): { operator: string; operatorId: string; address: string } {
  return { operator: operator.login, operatorId: operator.id, address };
}

function addressOf(id: string): string {
  return `/operator/subscriptions/${id}/caller-check`;
}
