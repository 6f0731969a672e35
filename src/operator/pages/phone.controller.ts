import { Controller, Get, Param, Post, Query } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { Problem } from '../../domain/problem.ts';
import type { BodyType } from '../../http/fastify.ts';
import { OpaqueId } from '../../http/opaque-id.ts';
import { permissionNotFound } from '../../sms-permissions/sms-permissions.ts';
import { subscriptionNotFound } from '../../subscriptions/subscriptions.ts';
import { FollowQuery } from '../../windows/page/window-page.dto.ts';
import { Permits } from '../operator.guard.ts';
import { PhoneDeeds } from '../phone-deeds.ts';
import { DeskPages } from './desk.guard.ts';
import { AtDesk, DeskRequest } from './desk-request.ts';
import { testPushPage } from './test-push.page.ts';

const FORM = { bodyType: 'form' satisfies BodyType };
/** Milliseconds for which the page of a test push waits for the answer, so that it is there without script. */
const WAIT_MS = 5_000;
const SubscriptionId = (): ParameterDecorator => Param('id', new OpaqueId(subscriptionNotFound));

/** What an agent does at the desk about a phone on which nothing arrives. */
@DeskPages()
@Controller('operator/subscriptions/:id')
export class DeskPhoneController {
  constructor(private readonly deeds: PhoneDeeds) {}

  @Post('test-push')
  @RouteConfig(FORM)
  @Permits('test_push')
  async testPush(@AtDesk() desk: DeskRequest, @SubscriptionId() id: string): Promise<string> {
    return desk.go(`${addressOf(id)}/test-push/${await this.deeds.testPush(desk.acting(), id)}`);
  }

  /** Shows the answer to a test push. It holds no personal data, so a look at it needs no reason. */
  @Get('test-push/:push')
  @Permits('test_push')
  async answer(
    @AtDesk() desk: DeskRequest,
    @SubscriptionId() id: string,
    @Param('push') push: string,
  ): Promise<string> {
    const view = await this.deeds.testPushView(id, pushId(push), { waitMs: WAIT_MS });
    return desk.show(testPushPage(desk.reader, { subscriptionId: id, push, view }));
  }

  /** Returns the state of a test push. The page polls it. */
  @Get('test-push/:push/state')
  @Permits('test_push')
  async state(
    @SubscriptionId() id: string,
    @Param('push') push: string,
    @Query() { wait = 0, state: known }: FollowQuery,
  ): Promise<{ state: string }> {
    const { state } = await this.deeds.testPushView(id, pushId(push), { known, waitMs: wait * 1_000 });
    return { state };
  }

  @Post('sms-permissions/:permission/end')
  @RouteConfig(FORM)
  @Permits('end_sms_permission')
  async endSmsPermission(
    @AtDesk() desk: DeskRequest,
    @SubscriptionId() id: string,
    @Param('permission', new OpaqueId(permissionNotFound)) permission: string,
  ): Promise<string> {
    await this.deeds.endSmsPermission(desk.acting(), id, permission);
    return desk.go(`${addressOf(id)}?done=end-sms`);
  }
}

function addressOf(id: string): string {
  return `/operator/subscriptions/${id}`;
}

/** The number of a delivery. Problems: `not_found`. */
function pushId(written: string): string {
  if (/^[1-9]\d{0,17}$/.test(written)) return written;
  throw new Problem('not_found', 'Send a test push from the page of the subscription.');
}
