import { Injectable } from '@nestjs/common';
import { Alerts, WITHOUT_LOGIN } from '../alerts/alerts.ts';
import { PendingAuthentications, type Cancelled } from '../authentication/pending-authentications.ts';
import { SmsPermissions } from '../sms-permissions/sms-permissions.ts';
import { Database, isConflict, isDeadlock, type Session } from '../database/database.ts';
import { Devices } from '../devices/devices.ts';
import { ALERT_KINDS } from '../domain/alert.ts';
import type { LineEffect } from '../domain/line-event.ts';
import { isInDoubt, type LineHappening } from '../domain/line-memory.ts';
import type { Notice } from '../domain/notice.ts';
import type { Standing, SubscriptionChange } from '../domain/subscription.ts';
import { LineMemories } from '../lines/line-memories.ts';
import { Lines, NumberOvertaken, type LosingLine } from '../lines/lines.ts';
import { Notices, type NoticeAddress } from '../notices/notices.ts';
import { JobQueue } from '../queue/job-queue.ts';
import { ChangedSubjects } from '../subscriptions/changed-subjects.ts';
import type { Cause, LockedSubscription } from '../subscriptions/subscription.ts';
import { Subscriptions, type Enrolment, type Joining } from '../subscriptions/subscriptions.ts';

/** How often a change of lines is tried that other changes overtake. */
const ATTEMPTS = 10;

/** A transaction that changes subscriptions, and the ids to announce after its commit. */
export class LifecycleStep {
  readonly cancelled: Cancelled[] = [];
  readonly queued: string[] = [];

  constructor(readonly session: Session) {}
}

/**
 * Changes a subscription together with all consequences in the same transaction: cancels pending authentications,
 * revokes devices, notifies the person.
 * Changes by operators, the carrier and the customer all go through this class.
 */
@Injectable()
export class SubscriptionLifecycle {
  constructor(
    private readonly database: Database,
    private readonly subscriptions: Subscriptions,
    private readonly subjects: ChangedSubjects,
    private readonly pending: PendingAuthentications,
    private readonly smsPermissions: SmsPermissions,
    private readonly devices: Devices,
    private readonly notices: Notices,
    private readonly lines: Lines,
    private readonly memories: LineMemories,
    private readonly alerts: Alerts,
    private readonly queue: JobQueue,
  ) {}

  /**
   * Runs `work` in one transaction. After the commit, wakes the callers that wait for a cancelled authentication and
   * enqueues the deliveries.
   */
  async inTransaction<Result>(work: (step: LifecycleStep) => Promise<Result>): Promise<Result> {
    let step: LifecycleStep | undefined;
    const result = await this.database.transaction((session) => {
      step = new LifecycleStep(session);
      return work(step);
    });
    this.pending.committed(step?.cancelled ?? []);
    for (const id of step?.queued ?? []) this.queue.enqueue(id);
    return result;
  }

  /**
   * As `inTransaction`, for changes of lines, whose numbers may be moving at the same time: what another transaction
   * overtook is done again.
   */
  async changingLines<Result>(work: (step: LifecycleStep) => Promise<Result>): Promise<Result> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.inTransaction(work);
      } catch (error) {
        const isOvertaken = error instanceof NumberOvertaken || isConflict(error, 'lines_phone') || isDeadlock(error);
        if (!isOvertaken || attempt === ATTEMPTS) throw error;
      }
    }
  }

  /** Subscribes the line of a number. Problems: as `Subscriptions.subscribe`. */
  async subscribe(
    phoneNumber: string,
    by: Joining,
    inTransaction: (session: Session, subscriptionId: string) => Promise<void> = () => Promise.resolve(),
  ): Promise<Enrolment> {
    const cancelled: Cancelled[] = [];
    const enrolment = await this.subscriptions.subscribe(phoneNumber, by, async (session, subscriptionId, losing) => {
      const step = new LifecycleStep(session);
      await this.numbersLost(step, losing);
      cancelled.push(...step.cancelled);
      await inTransaction(session, subscriptionId);
    });
    this.pending.committed(cancelled);
    return enrolment;
  }

  /** Cancels what is pending under the numbers that lines have lost: from now on they are other people's. */
  async numbersLost(step: LifecycleStep, losing: readonly LosingLine[]): Promise<void> {
    for (const line of losing) {
      const standing = await this.subscriptions.standingOnLine(line.lineId, step.session);
      if (standing) await this.lock(step, standing.id);
      await this.cancelPending(step, standing?.id ?? null, this.lines.startIndexesOf(line));
    }
  }

  /**
   * Locks the line, then the subscription. Every flow takes these locks first, in this order, as the carrier's events
   * do; a flow that has locked the line calls `Subscriptions.lock`. Problems: `subscription_not_found`.
   */
  async lock(step: LifecycleStep, subscriptionId: string): Promise<LockedSubscription> {
    await this.lines.lockOf(step.session, subscriptionId);
    return this.subscriptions.lock(step.session, subscriptionId);
  }

  /**
   * Applies one change with its consequences.
   * Returns null, without effect, if the transition table does not allow it; and the standing as it is where what stands
   * already happened again in a way that counts, as {@link happenedAgain} says.
   */
  async change(
    step: LifecycleStep,
    before: LockedSubscription,
    change: SubscriptionChange,
    by: Cause,
  ): Promise<Standing | null> {
    const { session } = step;
    const address = await this.notices.addressOf(session, before.id);
    const after = await this.subscriptions.change(session, before, change, by);
    if (!after) return (await this.happenedAgain(step, before, change, by)) ? standingOf(before) : null;
    // First, because it locks registrations, and the end of a registration locks it before its authentications.
    if (change.kind === 'cancelled') await this.devices.revokeAll(session, before.id);
    if (change.kind === 'cancelled' || change.kind === 'suspended') {
      await this.smsPermissions.endAll(session, before.id);
      await this.cancelPending(step, before.id, []);
    }
    const happening = happeningOf(change, before);
    if (happening) await this.memories.remember(session, before.lineId, happening);
    if (change.kind === 'suspended' && change.reason !== 'line_suspended') await this.endEnrolments(step, before);
    await this.alert(step, before, change, by);
    const notice = noticeOf(change, before, after);
    if (notice) step.queued.push(await this.notices.enqueue(session, before.id, notice, address));
    return after;
  }

  /**
   * What suspends already may happen again, for which the alert of the first time is no answer: each SIM change has an
   * alert of its own, and a report of loss by log-in, at the call centre or by a phone takes the place of one
   * without a login, which the phone alone could lift. Returns false where nothing follows from it.
   */
  private async happenedAgain(
    step: LifecycleStep,
    before: LockedSubscription,
    change: SubscriptionChange,
    by: Cause,
  ): Promise<boolean> {
    const { session } = step;
    if (change.kind !== 'suspended' || before.state === 'cancelled') return false;
    if (!before.suspensions.includes(change.reason) || change.reason === 'line_suspended') return false;
    if (change.reason === 'loss_reported') {
      if (by.withoutLogin || !(await this.alerts.isOpen(session, before.id, 'loss_reported', WITHOUT_LOGIN)))
        return false;
      await this.memories.remember(session, before.lineId, { kind: 'loss_reported', at: new Date() });
    }
    await this.subjects.tellOf(session, before, change);
    await this.endEnrolments(step, before);
    await this.alert(step, before, change, by);
    return true;
  }

  /** The person must prove their identity and enrol again: a thief may hold an enrolment code or a phone under test. */
  private async endEnrolments({ session }: LifecycleStep, { id }: LockedSubscription): Promise<void> {
    await this.subscriptions.voidEnrolmentCodes(session, id);
    await this.devices.revokeTesting(session, id);
  }

  /** Tells the phone, which can answer. An alert ends with what it tells of. */
  private async alert(
    { session, queued }: LifecycleStep,
    { id }: LockedSubscription,
    change: SubscriptionChange,
    { withoutLogin }: Cause,
  ): Promise<void> {
    if (change.kind === 'cancelled') await this.alerts.withdraw(session, id, ALERT_KINDS);
    if (!('reason' in change) || (change.reason !== 'sim_swapped' && change.reason !== 'loss_reported')) return;
    if (change.kind === 'resumed') await this.alerts.withdraw(session, id, [change.reason]);
    if (change.kind === 'suspended') {
      queued.push(...(await this.alerts.raise(session, id, change.reason, withoutLogin ? WITHOUT_LOGIN : null)));
    }
  }

  /** Applies the effect of a line event to the subscription of the line. */
  async applyLineEffect(
    step: LifecycleStep,
    subscription: LockedSubscription,
    effect: LineEffect,
    by: Cause,
  ): Promise<void> {
    const { cancel, suspend, resume, revokeDevice } = effect;
    if (cancel) await this.change(step, subscription, { kind: 'cancelled', reason: cancel }, by);
    else if (suspend) await this.change(step, subscription, { kind: 'suspended', reason: suspend }, by);
    else if (resume) await this.change(step, subscription, { kind: 'resumed', reason: resume }, by);
    else if (revokeDevice) await this.revokeDevices(step, subscription);
  }

  /**
   * Revokes the devices, so that the app must be enrolled again, and cancels the authentications that they had opened.
   */
  async revokeDevices(step: LifecycleStep, before: LockedSubscription): Promise<void> {
    const { session } = step;
    const { phoneNumber, push } = await this.notices.addressOf(session, before.id);
    await this.devices.revokeAll(session, before.id, { replaced: true });
    await this.subscriptions.handsetChanged(session, before.id);
    await this.smsPermissions.endAll(session, before.id);
    await this.cancelPending(step, before.id, [], true);
    if (before.state === 'awaiting_device') return;
    step.queued.push(...(await this.alerts.raise(session, before.id, 'new_phone')));
    // The notice goes to the number, because the SIM is in the new phone, and to the old phone, whose owner may not
    // know of a new one.
    const enqueue = (notice: Notice, address: NoticeAddress) =>
      this.notices.enqueue(session, before.id, notice, address);
    step.queued.push(await enqueue({ kind: 'enrol_again' }, { phoneNumber }));
    if (push) step.queued.push(await enqueue({ kind: 'device_retired' }, { phoneNumber, push }));
  }

  /**
   * Revokes the devices for good, because other ones replace them; notifies the old phone and the number. For 72 hours
   * the old phone may still answer alerts, so that its owner can stop what others ask for.
   */
  async retireDevices(step: LifecycleStep, before: LockedSubscription, notice: Notice): Promise<void> {
    const { session } = step;
    const address = await this.notices.addressOf(session, before.id);
    await this.devices.revokeAll(session, before.id, { replaced: true });
    await this.subscriptions.voidEnrolmentCodes(session, before.id);
    await this.smsPermissions.endAll(session, before.id);
    await this.cancelPending(step, before.id, []);
    await this.notify(step, before.id, notice, address);
  }

  /** Notifies the person on the phone in use and on the number as well, because either may be in other hands. */
  async notify(step: LifecycleStep, subscriptionId: string, notice: Notice, address?: NoticeAddress): Promise<void> {
    step.queued.push(...(await this.notices.enqueueToBoth(step.session, subscriptionId, notice, address)));
  }

  /**
   * Tells the person that an operator asks to cancel the subscription. `object` on the phone withdraws the request
   * (`requestId`). Called in the transaction that records the request, with the subscription locked.
   */
  async announceCancellation(step: LifecycleStep, subscriptionId: string, requestId: string): Promise<void> {
    step.queued.push(...(await this.alerts.raise(step.session, subscriptionId, 'cancellation', requestId)));
    await this.notify(step, subscriptionId, { kind: 'cancellation_asked' });
  }

  /** Tells the person that a reissue of the app was applied for. `object` on the phone stops it and voids its code. */
  async announceReissue(step: LifecycleStep, subscriptionId: string, reissueId: string): Promise<void> {
    step.queued.push(...(await this.alerts.raise(step.session, subscriptionId, 'reissue', reissueId)));
    await this.notify(step, subscriptionId, { kind: 'reissue_applied' });
  }

  /** Closes the open alert of a request that has ended without the person's answer. */
  async endAnnouncement(step: LifecycleStep, subscriptionId: string, kind: 'cancellation' | 'reissue'): Promise<void> {
    await this.alerts.withdraw(step.session, subscriptionId, [kind]);
  }

  /**
   * Voids the unused enrolment codes for the subscription's own phone, and revokes a device that enrolled with one and
   * is still under test.
   */
  async voidEnrolments(step: LifecycleStep, subscriptionId: string): Promise<void> {
    await this.subscriptions.voidOwnEnrolmentCodes(step.session, subscriptionId);
    await this.devices.revokeOwnTesting(step.session, subscriptionId);
  }

  /** Cancels the open authentications of a subscription and those that name one of the persons. */
  async cancelPending(
    step: LifecycleStep,
    subscriptionId: string | null,
    personIndexes: readonly Buffer[],
    onlyOpened = false,
  ): Promise<void> {
    const closed = await this.pending.cancel(step.session, { subscriptionId, personIndexes, onlyOpened });
    step.cancelled.push(...closed);
  }
}

function standingOf({ state, suspensions, reason }: LockedSubscription): Standing {
  return { state, suspensions, reason };
}

/** What the line remembers of a change of its subscription. */
function happeningOf(change: SubscriptionChange, before: LockedSubscription): LineHappening | null {
  const at = new Date();
  if (change.kind === 'suspended' && change.reason === 'loss_reported') return { kind: 'loss_reported', at };
  if (change.kind !== 'cancelled') return null;
  if (change.reason === 'owner_changed') return { kind: 'owner_changed' };
  return { kind: 'protection_ended', at, wasProtected: before.protectedSince !== null, inDoubt: isInDoubt(before) };
}

/**
 * The notice for a change: for every suspension, for a cancellation, and for the resumption once no suspension remains.
 */
function noticeOf(change: SubscriptionChange, before: Standing, after: Standing): Notice | null {
  if (change.kind === 'cancelled') return { kind: 'cancelled', detail: change.reason };
  if (change.kind === 'suspended') return { kind: 'suspended', detail: change.reason };
  if (change.kind === 'resumed' && before.state === 'suspended' && after.state === 'active') return { kind: 'resumed' };
  return null;
}
