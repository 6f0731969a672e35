import { Module } from '@nestjs/common';
import { Environment } from '../../config/environment.ts';
import { SwapEventsModule } from '../camara/swap-subscriptions/swap-events.module.ts';
import { RecurringTasks } from '../queue/recurring-tasks.ts';
import { LifecycleModule } from '../lifecycle/lifecycle.module.ts';
import { LinesModule } from '../lines/lines.module.ts';
import { RelyingPartiesModule } from '../relying-parties/relying-parties.module.ts';
import { SubscriptionsModule } from '../subscriptions/subscriptions.module.ts';
import { CarrierEventStore } from './events/carrier-event.store.ts';
import { CarrierController } from './carrier.controller.ts';
import { HandshakeController } from './events/handshake.controller.ts';
import { EventConsequences } from './events/consequences.ts';
import { EventLanes } from './events/event-lanes.ts';
import { EventRecords } from './events/event-records.ts';
import { EventSets } from './events/event-sets.ts';
import { FeedMetrics } from './events/feed-metrics.ts';
import { CarrierFeed } from './events/feed.ts';
import { SnapshotImport } from './snapshot/import.ts';
import { Reconcile } from './snapshot/reconcile.ts';

/** The interval at which old events are moved to their month, and months are added. */
const MONTHS_MS = 10_000;

/** The carrier's feed: events as they happen, and a full snapshot every night. */
@Module({
  imports: [LifecycleModule, SubscriptionsModule, LinesModule, RelyingPartiesModule, SwapEventsModule],
  controllers: [CarrierController, HandshakeController],
  providers: [
    CarrierFeed,
    FeedMetrics,
    EventLanes,
    EventSets,
    EventConsequences,
    EventRecords,
    CarrierEventStore,
    Reconcile,
    SnapshotImport,
  ],
  exports: [CarrierFeed, CarrierEventStore],
})
export class CarrierModule {
  constructor(tasks: RecurringTasks, store: CarrierEventStore, { HISTORY_DAYS }: Environment) {
    tasks.purge('carrier events', () => store.purge(HISTORY_DAYS));
    tasks.oncePerCluster(
      { name: 'add months of carrier events', everyMs: MONTHS_MS, run: () => store.addMonths() },
      { name: 'move carrier events', everyMs: MONTHS_MS, run: () => store.move() },
    );
  }
}
