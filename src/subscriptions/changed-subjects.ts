import { Injectable } from '@nestjs/common';
import { ServiceKeys } from '../crypto/service-keys.ts';
import { subjectOf } from '../crypto/subject.ts';
import type { Session } from '../database/database.ts';
import type { SubscriptionChange } from '../domain/subscription.ts';
import { decryptNamedPerson } from '../lines/named-person.ts';
import { ChangedSubjectStore } from './changed-subject.store.ts';

/** What relying parties learn of a person whom they have verified. */
export type SubjectChange = 'reissued' | 'sim_swapped' | 'owner_changed' | 'ended';

/**
 * Tells relying parties of what happened to a subscriber whom they have verified: each by its own id of the person, which
 * nobody else knows.
 */
@Injectable()
export class ChangedSubjects {
  constructor(
    private readonly store: ChangedSubjectStore,
    private readonly keys: ServiceKeys,
  ) {}

  /** Records the events in the transaction of the change. */
  async tell(session: Session, subscriptionId: string, change: SubjectChange): Promise<void> {
    const verified = await this.store.verifiedBy(session, subscriptionId);
    if (verified.length === 0) return;
    const subjects = verified.map(({ id, clientId, lineId, person }) => {
      const { birthDate, genderDigit } = decryptNamedPerson(this.keys, id, person);
      const subject = subjectOf(this.keys.subject, { clientId, lineId, owner: birthDate + genderDigit });
      return { clientId, subject };
    });
    await this.store.tell(session, subjects, change);
  }
}

/** What relying parties learn of a change of a subscription; undefined where it says nothing about the person. */
export function subjectChangeOf(change: SubscriptionChange): SubjectChange | undefined {
  if (change.kind === 'cancelled') return change.reason === 'owner_changed' ? 'owner_changed' : 'ended';
  return change.kind === 'suspended' && change.reason === 'sim_swapped' ? 'sim_swapped' : undefined;
}
