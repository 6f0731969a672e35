import { Injectable } from '@nestjs/common';
import type { Session } from '../database/database.ts';
import { Problem } from '../domain/problem.ts';
import { ChangedSubjects } from './changed-subjects.ts';
import {
  ReissueStore,
  type NewReissue,
  type ReissueActor,
  type ReissueRow,
  type WaitingReissueRow,
} from './reissue.store.ts';
import type { LockedSubscription } from './subscription.ts';
import { Subscriptions } from './subscriptions.ts';

export type { NewReissue, ReissueActor, ReissueRow } from './reissue.store.ts';

/**
 * Replaces a lost or broken phone.
 * One person applies and another one approves; then the code is issued, the new phone registers, and its test completes
 * the reissue.
 * Every step is one guarded statement on its row.
 */
@Injectable()
export class Reissues {
  constructor(
    private readonly store: ReissueStore,
    private readonly subscriptions: Subscriptions,
    private readonly subjects: ChangedSubjects,
  ) {}

  /** Returns a reissue. Problems: `reissue_not_found`. */
  async get(id: string, session?: Session): Promise<ReissueRow> {
    const found = await this.store.byId(id, session);
    if (!found) throw reissueNotFound();
    return found;
  }

  /** Lists the last twenty reissues of a subscription, newest first. */
  async ofSubscription(subscriptionId: string): Promise<ReissueRow[]> {
    return this.store.ofSubscription(subscriptionId);
  }

  /** Lists the reissues that wait for a decision, oldest first; at most 100. */
  async waiting(): Promise<WaitingReissueRow[]> {
    return this.store.waiting();
  }

  /**
   * Applies for a reissue. The caller has locked the subscription.
   * Problems: `serial_number_mismatch`, `nothing_to_change` while another reissue of the subscription is open.
   */
  async apply(session: Session, reissue: NewReissue, by: ReissueActor): Promise<void> {
    if (!(await this.store.hasSerial(session, reissue.subscriptionId, reissue.oldSerialNumber))) {
      throw new Problem(
        'serial_number_mismatch',
        'Ask the person to read the serial number again, in the form PG-0000-0000-0000.',
      );
    }
    if (await this.store.apply(session, reissue, by)) return;
    throw new Problem('nothing_to_change', 'A reissue of this subscription is in progress. Withdraw it first.');
  }

  /**
   * Approves or refuses a reissue.
   * Problems: `reissue_not_found`, `reissue_closed`, `insufficient_scope` for the own application.
   */
  async decide(session: Session, id: string, state: 'approved' | 'refused', by: ReissueActor): Promise<void> {
    if (await this.store.decide(session, id, state, by)) return;
    const found = await this.get(id, session);
    if (found.state !== 'applied') throw reissueClosed(found);
    // The actor's role or scope allows the decision; a second person is missing.
    throw new Problem(
      'insufficient_scope',
      'Another one than the applicant must decide: at the desk a supervisor, for an application by a client another client.',
      { roles: [] },
    );
  }

  /**
   * Issues an approved reissue, which then expires after `seconds` at the earliest and 30 days after the decision at
   * the latest.
   * Problems: `reissue_not_found`, `reissue_closed`, `insufficient_scope` for another operator’s application,
   * and for the client that approved it.
   */
  async issue(session: Session, id: string, by: ReissueActor, seconds: number): Promise<void> {
    if (await this.store.issue(session, id, by, seconds)) return;
    const found = await this.get(id, session);
    if (found.state !== 'approved' && found.state !== 'issued' && found.state !== 'registered')
      throw reissueClosed(found);
    throw new Problem(
      'insufficient_scope',
      'The operator who applied for the reissue issues it; for an application by a client, a client that did not approve it. Otherwise withdraw it and apply again.',
      { roles: [] },
    );
  }

  /** Withdraws an open reissue. Problems: `reissue_not_found`, `reissue_closed`. */
  async withdraw(session: Session, id: string, by: ReissueActor): Promise<void> {
    if (!(await this.store.withdraw(session, id, by.name))) throw reissueClosed(await this.get(id, session));
  }

  /** Withdraws a reissue for the person, who does not want it. Returns false when it has ended. */
  async stop(session: Session, id: string): Promise<boolean> {
    return this.store.withdraw(session, id, 'customer');
  }

  /**
   * Records the phone that was enrolled with the reissue’s code. Problems: `enrolment_code_invalid` when the reissue
   * has ended.
   */
  async registered(session: Session, id: string, deviceId: string): Promise<void> {
    if (await this.store.register(session, id, deviceId)) return;
    throw new Problem('enrolment_code_invalid', 'The reissue has ended. Contact the call centre.');
  }

  /**
   * Completes the reissue of a phone that passed its test. Two people have checked who holds the phone, so this also
   * lifts a reported loss.
   * Returns the subscription after the change, or null when the phone was enrolled without a reissue.
   * Problems: `device_test_closed` when the reissue has ended.
   */
  async completed(session: Session, deviceId: string, before: LockedSubscription): Promise<LockedSubscription | null> {
    const approvedBy = await this.store.complete(session, deviceId);
    if (approvedBy === undefined) {
      if (!(await this.store.isForDevice(session, deviceId))) return null;
      throw new Problem('device_test_closed', 'The reissue has ended. Contact the call centre.');
    }
    await this.subjects.tellOfReissue(session, before);
    const by = { actor: 'operator', actorId: approvedBy } as const;
    await this.subscriptions.change(session, before, { kind: 'resumed', reason: 'loss_reported' }, by);
    return this.subscriptions.lock(session, before.id);
  }

  /** Withdraws the applications of an operator that no other operator has decided. */
  async withdrawAppliedBy(session: Session, operator: ReissueActor): Promise<void> {
    await this.store.withdrawAppliedBy(session, operator);
  }

  /**
   * Closes expired reissues, and removes a batch of closed ones that are older than `days`. Returns true if more may
   * remain.
   */
  async purge(days: number): Promise<boolean> {
    return this.store.purge(days);
  }
}

export function reissueNotFound(): Problem {
  return new Problem('reissue_not_found', 'Use an id listed in the reissues of the subscription.');
}

function reissueClosed({ state }: ReissueRow): Problem {
  return new Problem(
    'reissue_closed',
    `The state of the reissue is ${state}, which does not allow this. Look the reissue up again.`,
    { state },
  );
}
