import { Injectable } from '@nestjs/common';
import type { Session } from '../database/database.ts';
import type { Deed } from '../domain/deed.ts';

/** The deeds that a caller who was verified by push makes possible for one operator. */
export type CheckedDeed = Extract<Deed, 'cancel' | 'unlock_pin'>;

/** Verifications of callers by push: what an operator may do because the customer read a code from the phone aloud. */
export abstract class CallerChecks {
  /**
   * Spends the operator’s verification of the subscriber for this deed, in the transaction of the deed. Returns false
   * when there is none, or it was used or has expired.
   */
  abstract spend(
    session: Session,
    check: { subscriptionId: string; operatorId: string; deed: CheckedDeed },
  ): Promise<boolean>;
}

/** No caller is verified by push. */
@Injectable()
export class NoCallerChecks extends CallerChecks {
  override spend(): Promise<boolean> {
    return Promise.resolve(false);
  }
}
