import { Module } from '@nestjs/common';
import { SwapEvents } from './swap-events.ts';
import { SwapSubscriptionStore } from './swap-subscription.store.ts';

/** What the carrier's feed tells of SIMs, for those who subscribed to it. */
@Module({ providers: [SwapEvents, SwapSubscriptionStore], exports: [SwapEvents] })
export class SwapEventsModule {}
