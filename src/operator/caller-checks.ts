import type { Session } from '../database/database.ts';
import type { CheckedDeed } from '../domain/caller-check.ts';

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
