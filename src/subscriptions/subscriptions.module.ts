import { Module } from '@nestjs/common';
import { LinesModule } from '../lines/lines.module.ts';
import { OperatorController } from './operator.controller.ts';
import { SubscriptionStore } from './subscription.store.ts';
import { Subscriptions } from './subscriptions.ts';

@Module({
  imports: [LinesModule],
  controllers: [OperatorController],
  providers: [SubscriptionStore, Subscriptions],
  exports: [Subscriptions],
})
export class SubscriptionsModule {}
