import { Module } from '@nestjs/common';
import { SubscriptionLifeModule } from '../life/life.module.ts';
import { LinesModule } from '../lines/lines.module.ts';
import { SubscriptionsModule } from '../subscriptions/subscriptions.module.ts';
import { CarrierEventStore } from './carrier-event.store.ts';
import { CarrierController } from './carrier.controller.ts';
import { CarrierFeed } from './feed.ts';
import { SnapshotImport } from './import.ts';
import { Reconcile } from './reconcile.ts';

/** What carriers tell: events as they happen, and everything once a night. */
@Module({
  imports: [SubscriptionLifeModule, SubscriptionsModule, LinesModule],
  controllers: [CarrierController],
  providers: [CarrierFeed, Reconcile, SnapshotImport, CarrierEventStore],
  exports: [CarrierFeed, CarrierEventStore],
})
export class CarrierModule {}
