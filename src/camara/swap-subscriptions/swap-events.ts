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

  /** Ends the subscriptions that began before `at`, the carrier's time of an event that gave the line to another person. */
  async endBegunBefore(session: Session, lineId: string, at: Date): Promise<void> {
    await this.store.endBegunBefore(session, lineId, at);
  }
}
