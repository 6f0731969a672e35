import { Module } from '@nestjs/common';
import { Environment } from '../../../config/environment.ts';
import { Outbound } from '../../gateways/outbound/outbound.ts';
import { OpenIdModule } from '../../openid/openid.module.ts';
import { RecurringTasks } from '../../queue/recurring-tasks.ts';
import { RelyingPartiesModule } from '../../relying-parties/relying-parties.module.ts';
import { outboundOf } from '../../webhooks/outbound-of.ts';
import { SubjectsModule } from '../subjects.module.ts';
import { Notify } from './notify.ts';
import { SealedSinks } from './sealed-sink.ts';
import { SubscriptionLimit } from './subscription-limit.ts';
import { MOST_OF_A_CLIENT, SwapNotificationStore } from './swap-notification.store.ts';
import { SwapSubscriptionStore } from './swap-subscription.store.ts';
import { SwapSubscriptionsController } from './swap-subscriptions.controller.ts';
import { SwapSubscriptions } from './swap-subscriptions.ts';

/**
 * Connections to one host at once: a receiver that is slow holds up its own notifications and not the sockets of all. A
 * client's notifications do not wait for one another within their deadline.
 */
const MOST_CONNECTIONS = MOST_OF_A_CLIENT;
/** Milliseconds between two looks for notifications that are due. */
const EVERY_MS = 500;
/** Milliseconds between two looks for subscriptions whose time is over. */
const ENDS_MS = 10_000;

/**
 * CAMARA Sim Swap Subscriptions. In reading order: `swap-subscriptions.ts` makes one, `swap-events.ts` records what the
 * carrier tells, `notify.ts` sends it.
 */
@Module({
  imports: [SubjectsModule, OpenIdModule, RelyingPartiesModule],
  controllers: [SwapSubscriptionsController],
  providers: [
    Notify,
    SealedSinks,
    SubscriptionLimit,
    SwapNotificationStore,
    SwapSubscriptionStore,
    SwapSubscriptions,
    {
      provide: Outbound,
      useFactory: (environment: Environment) => outboundOf(environment, { most: MOST_CONNECTIONS }),
      inject: [Environment],
    },
  ],
})
export class SwapSubscriptionsModule {
  constructor(tasks: RecurringTasks, notify: Notify, store: SwapSubscriptionStore) {
    tasks.inEveryWorker({
      name: 'notify of SIM changes',
      everyMs: EVERY_MS,
      run: () => notify.run(),
      drain: () => notify.drain(),
    });
    tasks.oncePerCluster({ name: 'end swap subscriptions', everyMs: ENDS_MS, run: () => store.endDue() });
    tasks.purge('swap subscriptions', () => store.purge());
  }
}
