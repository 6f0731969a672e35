import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query, UseGuards } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Caller } from '../../crypto/access-token.ts';
import { FromClient } from '../../http/client.guard.ts';
import { CamaraGuard, Covers } from '../camara.guard.ts';
import {
  CreateSwapSubscriptionRequest,
  SwapSubscriptionResponse,
  SwapSubscriptionsQuery,
} from './swap-subscription.dto.ts';
import { SwapSubscriptions } from './swap-subscriptions.ts';

/** CAMARA Sim Swap Subscriptions 0.3.0 (release r3.3). */
@ApiExcludeController()
@UseGuards(CamaraGuard)
@Controller('sim-swap-subscriptions/v0.3/subscriptions')
export class SwapSubscriptionsController {
  constructor(private readonly subscriptions: SwapSubscriptions) {}

  @Post()
  @HttpCode(201)
  @Covers('sim-swap-subscriptions:org.camaraproject.sim-swap-subscriptions.v0.swapped:create')
  create(
    @Body() request: CreateSwapSubscriptionRequest,
    @FromClient() caller: Caller,
  ): Promise<SwapSubscriptionResponse> {
    return this.subscriptions.create(request, caller);
  }

  @Get()
  @Covers('sim-swap-subscriptions:read')
  list(@Query() { before }: SwapSubscriptionsQuery, @FromClient() caller: Caller): Promise<SwapSubscriptionResponse[]> {
    return this.subscriptions.list(caller, before);
  }

  @Get(':subscriptionId')
  @Covers('sim-swap-subscriptions:read')
  one(@Param('subscriptionId') id: string, @FromClient() caller: Caller): Promise<SwapSubscriptionResponse> {
    return this.subscriptions.one(id, caller);
  }

  @Delete(':subscriptionId')
  @HttpCode(204)
  @Covers('sim-swap-subscriptions:delete')
  delete(@Param('subscriptionId') id: string, @FromClient() caller: Caller): Promise<void> {
    return this.subscriptions.delete(id, caller);
  }
}
