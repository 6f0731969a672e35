import { Injectable } from '@nestjs/common';
import { PendingAuthentications } from '../authentication/pending-authentications.ts';
import { SmsPermissions } from '../sms-permissions/sms-permissions.ts';
import { Database, type Session } from '../database/database.ts';
import { Devices } from '../devices/devices.ts';
import type { LineEffect } from '../domain/line-event.ts';
import type { Notice } from '../domain/notice.ts';
import type { Standing, SubscriptionChange } from '../domain/subscription.ts';
import { Notices, type NoticeAddress } from '../notices/notices.ts';
import { JobQueue } from '../queue/job-queue.ts';
import type { Cause, LockedSubscription } from '../subscriptions/subscription.ts';
import { Subscriptions } from '../subscriptions/subscriptions.ts';

/** A transaction in which lives change, and what has to be told once it is committed. */
export class LifecycleStep {
  readonly cancelled: string[] = [];
  readonly queued: string[] = [];

  constructor(readonly session: Session) {}
}

/**
 * What happens to a subscription, with all that follows from it in the same transaction: what was pending is
 * cancelled, devices are taken out of use, the person is told. The operators', the carrier's and the customer's
 * changes all come through here.
 */
@Injectable()
export class SubscriptionLifecycle {
  constructor(
    private readonly database: Database,
    private readonly subscriptions: Subscriptions,
    private readonly pending: PendingAuthentications,
    private readonly smsPermissions: SmsPermissions,
    private readonly devices: Devices,
    private readonly notices: Notices,
    private readonly queue: JobQueue,
  ) {}

  /** Runs `work` in one transaction; whoever waits for what it changed is told after the commit. */
  async inTransaction<Result>(work: (step: LifecycleStep) => Promise<Result>): Promise<Result> {
    let step: LifecycleStep | undefined;
    const result = await this.database.transaction((session) => {
      step = new LifecycleStep(session);
      return work(step);
    });
    this.pending.wakeWaiters(step?.cancelled ?? []);
    for (const id of step?.queued ?? []) this.queue.enqueue(id);
    return result;
  }

  /** Locks the subscription first, as everybody does. Problems: `subscription_not_found`. */
  async lock(step: LifecycleStep, subscriptionId: string): Promise<LockedSubscription> {
    return this.subscriptions.lock(step.session, subscriptionId);
  }

  /** One change with its consequences; null, and nothing is done, where the table knows no such change. */
  async change(
    step: LifecycleStep,
    before: LockedSubscription,
    change: SubscriptionChange,
    by: Cause,
  ): Promise<Standing | null> {
    const { session } = step;
    const address = await this.notices.addressOf(session, before.id);
    const after = await this.subscriptions.change(session, before, change, by);
    if (!after) return null;
    if (change.kind === 'cancelled' || change.kind === 'suspended') {
      await this.smsPermissions.endAll(session, before.id);
      await this.cancelPending(step, before.id, []);
    }
    if (change.kind === 'cancelled') await this.devices.revokeAll(session, before.id);
    if (change.kind === 'suspended' && change.reason !== 'line_suspended') {
      // The app has to be enrolled by whoever can show who they are: a code may be in other hands, and a phone under test.
      await this.subscriptions.voidEnrolmentCodes(session, before.id);
      await this.devices.revokeTesting(session, before.id);
    }
    const notice = noticeOf(change, before, after);
    if (notice) step.queued.push(await this.notices.enqueue(session, before.id, notice, address));
    return after;
  }

  /** Does to a subscription what happened to its line. */
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

  /** The app has to be enrolled anew: its devices are out of use, and what they had opened is worth nothing. */
  async revokeDevices(step: LifecycleStep, before: LockedSubscription): Promise<void> {
    const { session } = step;
    const { phoneNumber, push } = await this.notices.addressOf(session, before.id);
    await this.devices.revokeAll(session, before.id);
    await this.subscriptions.handsetChanged(session, before.id);
    await this.smsPermissions.endAll(session, before.id);
    await this.cancelPending(step, before.id, [], true);
    if (before.state === 'awaiting_device') return;
    // To the number, for the SIM is in the new phone; and to the old one, whose owner may know nothing of a new one.
    const enqueue = (notice: Notice, address: NoticeAddress) =>
      this.notices.enqueue(session, before.id, notice, address);
    step.queued.push(await enqueue({ kind: 'enrol_again' }, { phoneNumber }));
    if (push) step.queued.push(await enqueue({ kind: 'device_retired' }, { phoneNumber, push }));
  }

  /** Its devices are out of use for ever, because others take their place; the old one and the number are told. */
  async retireDevices(step: LifecycleStep, before: LockedSubscription, notice: Notice): Promise<void> {
    const { session } = step;
    const address = await this.notices.addressOf(session, before.id);
    await this.devices.revokeAll(session, before.id);
    await this.subscriptions.voidEnrolmentCodes(session, before.id);
    await this.smsPermissions.endAll(session, before.id);
    await this.cancelPending(step, before.id, []);
    await this.notify(step, before.id, notice, address);
  }

  /** Tells the person by the phone that is in use, and by the number as well: either may be in other hands. */
  async notify(step: LifecycleStep, subscriptionId: string, notice: Notice, address?: NoticeAddress): Promise<void> {
    const { session } = step;
    const { phoneNumber, push } = address ?? (await this.notices.addressOf(session, subscriptionId));
    const enqueue = (to: NoticeAddress) => this.notices.enqueue(session, subscriptionId, notice, to);
    step.queued.push(await enqueue({ phoneNumber }));
    if (push) step.queued.push(await enqueue({ phoneNumber, push }));
  }

  /** What was handed over to enrol the subscription's own phone, and what was enrolled with it and not tested yet, is void. */
  async voidEnrolments(step: LifecycleStep, subscriptionId: string): Promise<void> {
    await this.subscriptions.voidOwnEnrolmentCodes(step.session, subscriptionId);
    await this.devices.revokeOwnTesting(step.session, subscriptionId);
  }

  /** Cancels what is open on a subscription, and what was asked of a person under a number. */
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

/** What the person is told: of every reason to suspend, and when the last of them has gone. */
function noticeOf(change: SubscriptionChange, before: Standing, after: Standing): Notice | null {
  if (change.kind === 'cancelled') return { kind: 'cancelled', detail: change.reason };
  if (change.kind === 'suspended') return { kind: 'suspended', detail: change.reason };
  if (change.kind === 'resumed' && before.state === 'suspended' && after.state === 'active') return { kind: 'resumed' };
  return null;
}
