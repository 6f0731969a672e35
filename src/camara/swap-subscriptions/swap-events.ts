import { Injectable } from '@nestjs/common';
import type { Session } from '../../database/database.ts';
import { SwapSubscriptionStore } from './swap-subscription.store.ts';

/** Tells the subscriptions of a line what the carrier tells of its SIM. */
@Injectable()
export class SwapEvents {
  constructor(private readonly store: SwapSubscriptionStore) {}

  /** Records a change of the SIM at `at`, the carrier's time, in the transaction of its event, which has locked the line. */
  async record(session: Session, lineId: string, at: Date): Promise<void> {
    await this.store.swapped(session, lineId, at);
  }
}
