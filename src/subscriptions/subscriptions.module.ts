import { Module } from '@nestjs/common';
import { LinesModule } from '../lines/lines.module.ts';
import { NoticesModule } from '../notices/notices.module.ts';
import { SubscriptionStore } from './subscription.store.ts';
import { Subscriptions } from './subscriptions.ts';

@Module({
  imports: [LinesModule, NoticesModule],
  providers: [SubscriptionStore, Subscriptions],
  exports: [Subscriptions],
})
export class SubscriptionsModule {}
