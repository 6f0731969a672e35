import { Injectable, Logger } from '@nestjs/common';
import { ServiceKeys } from '../crypto/service-keys.ts';
import { subjectOf } from '../crypto/subject.ts';
import type { Session } from '../database/database.ts';
import type { LineFacts } from '../domain/line.ts';
import type { SubscriptionChange } from '../domain/subscription.ts';
import { Lines } from '../lines/lines.ts';
import { decryptNamedPerson } from '../lines/named-person.ts';
import { ChangedSubjectStore, type VerifiedRow } from './changed-subject.store.ts';
import type { LockedSubscription } from './subscription.ts';

/** What relying parties learn of a person whom they have verified. */
type SubjectChange = 'reissued' | 'sim_swapped' | 'owner_changed' | 'ended';

/** The subscription that changes, as it was locked before the change. */
type Changed = Pick<LockedSubscription, 'id' | 'lineId' | 'owner'>;

/**
 * Tells relying parties of what happened to a subscriber whom they have verified on this line, also before the subscription:
 * each by its own id of the person, which nobody else knows.
 */
@Injectable()
export class ChangedSubjects {
  private readonly logger = new Logger(ChangedSubjects.name);

  constructor(
    private readonly store: ChangedSubjectStore,
    private readonly lines: Lines,
    private readonly keys: ServiceKeys,
  ) {}

  /** Tells of a change of a subscription, if it says something about the person. */
  async tellOf(session: Session, before: Changed, change: SubscriptionChange): Promise<void> {
    const told = subjectChangeOf(change);
    if (told) await this.tell(session, before, told);
  }

  /** Tells that the authenticator was reissued to the person. */
  async tellOfReissue(session: Session, before: Changed): Promise<void> {
    await this.tell(session, before, 'reissued');
  }

  /**
   * Records the events in the transaction of the change. A relying party whose verification cannot be read is left out:
   * the change protects the subscriber and must not fail for it.
   */
  private async tell(session: Session, { id, lineId, owner: cipher }: Changed, change: SubjectChange): Promise<void> {
    const verified = await this.store.verifiedOn(session, lineId);
    if (verified.length === 0) return;
    const owner = this.readable(`subscription ${id}`, () => this.lines.readOwner({ lineId, owner: cipher }));
    if (!owner) return;
    const named = verified.filter((row) => this.isOf(owner, row));
    const clients = new Map(named.map(({ clientId, sector }) => [clientId, sector ?? clientId]));
    const subjects = [...clients].map(([clientId, sector]) => ({
      clientId,
      subject: subjectOf(this.keys.subject, { sector, lineId, owner: owner.birthDate + owner.genderDigit }),
    }));
    if (subjects.length > 0) await this.store.tell(session, subjects, change);
  }

  /** True if the person of a verification is the owner of the line, and no former one. */
  private isOf({ birthDate, genderDigit }: LineFacts['owner'], { id, person }: VerifiedRow): boolean {
    const named = this.readable(`authentication ${id}`, () => decryptNamedPerson(this.keys, id, person));
    return named?.birthDate === birthDate && named.genderDigit === genderDigit;
  }

  /** What `read` decrypts; undefined when a key is missing or the row was altered. */
  private readable<Read>(what: string, read: () => Read): Read | undefined {
    try {
      return read();
    } catch {
      // The message of the error may contain the person.
      this.logger.error(`${what}: its person cannot be read, so relying parties are not told of a change`);
      return undefined;
    }
  }
}

/** What relying parties learn of a change of a subscription; undefined where it says nothing about the person. */
function subjectChangeOf(change: SubscriptionChange): SubjectChange | undefined {
  if (change.kind === 'cancelled') return change.reason === 'owner_changed' ? 'owner_changed' : 'ended';
  return change.kind === 'suspended' && change.reason === 'sim_swapped' ? 'sim_swapped' : undefined;
}
