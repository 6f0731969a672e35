import { Injectable, Logger } from '@nestjs/common';
import { ServiceKeys } from '../crypto/service-keys.ts';
import { subjectOf } from '../crypto/subject.ts';
import type { Session } from '../database/database.ts';
import type { SubscriptionChange } from '../domain/subscription.ts';
import { decryptNamedPerson } from '../lines/named-person.ts';
import { ChangedSubjectStore, type ChangedSubject, type VerifiedRow } from './changed-subject.store.ts';

/** What relying parties learn of a person whom they have verified. */
type SubjectChange = 'reissued' | 'sim_swapped' | 'owner_changed' | 'ended';

/**
 * Tells relying parties of what happened to a subscriber whom they have verified: each by its own id of the person, which
 * nobody else knows.
 */
@Injectable()
export class ChangedSubjects {
  private readonly logger = new Logger(ChangedSubjects.name);

  constructor(
    private readonly store: ChangedSubjectStore,
    private readonly keys: ServiceKeys,
  ) {}

  /** Tells of a change of a subscription, if it says something about the person. */
  async tellOf(session: Session, subscriptionId: string, change: SubscriptionChange): Promise<void> {
    const told = subjectChangeOf(change);
    if (told) await this.tell(session, subscriptionId, told);
  }

  /** Tells that the authenticator was reissued to the person. */
  async tellOfReissue(session: Session, subscriptionId: string): Promise<void> {
    await this.tell(session, subscriptionId, 'reissued');
  }

  /**
   * Records the events in the transaction of the change. A relying party whose verification cannot be read is left out:
   * the change protects the subscriber and must not fail for it.
   */
  private async tell(session: Session, subscriptionId: string, change: SubjectChange): Promise<void> {
    const verified = await this.store.verifiedBy(session, subscriptionId);
    const subjects = verified.flatMap((row) => this.subjectIn(row) ?? []);
    if (subjects.length > 0) await this.store.tell(session, subjects, change);
  }

  /** The person of a verification at its relying party; undefined when a key is missing or the row was altered. */
  private subjectIn({ id, clientId, lineId, person }: VerifiedRow): ChangedSubject | undefined {
    try {
      const { birthDate, genderDigit } = decryptNamedPerson(this.keys, id, person);
      const subject = subjectOf(this.keys.subject, { clientId, lineId, owner: birthDate + genderDigit });
      return { clientId, subject };
    } catch {
      // The message of the error may contain the person.
      this.logger.error(
        `authentication ${id}: its person cannot be read, so its relying party is not told of a change`,
      );
      return undefined;
    }
  }
}

/** What relying parties learn of a change of a subscription; undefined where it says nothing about the person. */
function subjectChangeOf(change: SubscriptionChange): SubjectChange | undefined {
  if (change.kind === 'cancelled') return change.reason === 'owner_changed' ? 'owner_changed' : 'ended';
  return change.kind === 'suspended' && change.reason === 'sim_swapped' ? 'sim_swapped' : undefined;
}
