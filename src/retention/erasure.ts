import { Injectable } from '@nestjs/common';
import { ErasureStore } from './erasure.store.ts';

/** The erasure that former subscribers ask for. */
@Injectable()
export class Erasure {
  constructor(private readonly store: ErasureStore) {}

  /** Erases what no law demands to keep of subscriptions that ended at least `hours` ago. */
  async onRequest(subscriptionIds: readonly string[], hours: number): Promise<void> {
    await this.store.onRequest(subscriptionIds, hours);
  }
}
