import { Module } from '@nestjs/common';
import { Environment } from '../../config/environment.ts';
import { Outbound } from '../gateways/outbound/outbound.ts';
import { RecurringTasks } from '../queue/recurring-tasks.ts';
import { Deliveries } from './deliveries.ts';
import { DeliveryStore } from './delivery.store.ts';
import { Endpoints } from './endpoints.ts';
import { EndpointStore } from './endpoint.store.ts';
import { Events } from './events.ts';
import { EventStore } from './event.store.ts';
import { HandOver } from './hand-over.ts';
import { outboundOf } from './outbound-of.ts';
import { Send } from './send.ts';
import { SendingStore } from './sending.store.ts';
import { WebhookEndpointController, WebhookEventController } from './webhook.controller.ts';
import { WebhookQueue } from './webhook-queue.ts';
import { WaitingWebhooks } from './waiting-webhooks.ts';
import { WaitingWebhookStore } from './waiting-webhook.store.ts';
import { Webhooks } from './webhooks.ts';

/**
 * Events for relying parties. In reading order: `tell.ts` records one beside the change that it tells of, `hand-over.ts`
 * gives it to the queue, `send.ts` sends it.
 */
@Module({
  controllers: [WebhookEndpointController, WebhookEventController],
  providers: [
    Deliveries,
    DeliveryStore,
    Endpoints,
    EndpointStore,
    Events,
    EventStore,
    HandOver,
    Send,
    SendingStore,
    WaitingWebhooks,
    WaitingWebhookStore,
    WebhookQueue,
    Webhooks,
    {
      provide: Outbound,
      useFactory: (environment: Environment) => outboundOf(environment),
      inject: [Environment],
    },
  ],
  exports: [Deliveries, Endpoints, Events, WaitingWebhooks],
})
export class WebhooksModule {
  constructor(tasks: RecurringTasks, handOver: HandOver, store: EventStore, { WEBHOOK_MOST_EVENTS }: Environment) {
    tasks.inEveryWorker(handOver);
    tasks.purge('webhook events', () => store.purge(WEBHOOK_MOST_EVENTS));
  }
}
