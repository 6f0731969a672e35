import { Injectable, Logger } from '@nestjs/common';
import { Environment } from '../../config/environment.ts';
import { Alerts, WITHOUT_LOGIN } from '../alerts/alerts.ts';
import { equalInConstantTime } from '../crypto/constant-time.ts';
import { randomId } from '../crypto/random.ts';
import type { Session } from '../database/database.ts';
import { ServiceKeys } from '../crypto/service-keys.ts';
import { brieflyDoubtedAt } from '../domain/line-memory.ts';
import { parsePhoneNumber } from '../domain/phone-number.ts';
import { afterChange } from '../domain/subscription.ts';
import { FormLimits } from '../http/form-limits.ts';
import { SubscriptionLifecycle, type LifecycleStep } from '../lifecycle/lifecycle.ts';
import { LineMemories } from '../lines/line-memories.ts';
import { Lines } from '../lines/lines.ts';
import type { RecurringTask } from '../queue/recurring-tasks.ts';
import { Subscriptions } from '../subscriptions/subscriptions.ts';
import type { LockedSubscription } from '../subscriptions/subscription.ts';
import type { NamedPerson } from '../lines/named-person.ts';
import { wrongOwnerLimit } from './limits.ts';
import { LossBreaker } from './loss-breaker.ts';
import { NewPhone } from './new-phone.ts';
import type { CustomerReportKind, ReportOutcome } from './report.ts';
import { ReportStore, type MadeReport, type NextReport, type UnsettledReport } from './report.store.ts';

/** Milliseconds until the next attempt after a failure. */
const RETRY_MS = 60_000;

/** A report of loss as a change of the subscription. */
const LOST = { kind: 'suspended', reason: 'loss_reported' } as const;

/** The person of a report, and how they made it. */
interface Reported extends NamedPerson {
  /** True if the person logged in with the phone and its PIN. A log-in by text message proves no more than the SIM. */
  byLogin: boolean;
}

/**
 * Reports on the website and in the app: a lost phone, a new phone, or a forgotten PIN. The service stores every report
 * in the same way and resolves it afterwards, so that its answer does not reveal who is a subscriber.
 */
@Injectable()
export class Reports implements RecurringTask {
  readonly name = 'reports';
  readonly everyMs = 500;
  private readonly logger = new Logger(Reports.name);

  constructor(
    private readonly store: ReportStore,
    private readonly lifecycle: SubscriptionLifecycle,
    private readonly lines: Lines,
    private readonly memories: LineMemories,
    private readonly subscriptions: Subscriptions,
    private readonly newPhone: NewPhone,
    private readonly breaker: LossBreaker,
    private readonly alerts: Alerts,
    private readonly limits: FormLimits,
    private readonly keys: ServiceKeys,
    private readonly environment: Environment,
  ) {}

  /** Files a report; a worker resolves it within a second. */
  async file(kind: CustomerReportKind, reported: Reported): Promise<void> {
    const id = randomId();
    await this.store.file(id, kind, this.keys.fields.encrypt(JSON.stringify(reported), placeOf(id)));
  }

  /** Lists the reports that wait for the call centre, oldest first. */
  unsettled(): Promise<UnsettledReport[]> {
    return this.store.unsettled();
  }

  /** Lists the reports about a subscription, newest first. */
  ofSubscription(subscriptionId: string): ReturnType<ReportStore['ofSubscription']> {
    return this.store.ofSubscription(subscriptionId);
  }

  /** Returns the subscription of a report; null if the report named none. */
  async subscriptionOf(id: string): Promise<string | null> {
    return (await this.store.byId(id))?.subscriptionId ?? null;
  }

  /**
   * Records that an operator has spoken with the customer. Returns false when the report does not exist or was settled
   * before.
   */
  async settle(session: Session, id: string, operator: string): Promise<boolean> {
    return this.store.settle(session, id, operator);
  }

  /**
   * Deletes a batch of reports filed more than `days` ago, except those that still need a worker or the call centre.
   * Returns true if more may remain.
   */
  async purge(days: number): Promise<boolean> {
    return this.store.purge(days);
  }

  /** Resolves the due reports one after the other. */
  async run(signal: AbortSignal): Promise<void> {
    if (!(await this.store.isAnyDue())) return;
    while (!signal.aborted && (await this.dealWithNext()));
  }

  /** Resolves the next report in one transaction with all its effects. Returns false when none is due. */
  private async dealWithNext(): Promise<boolean> {
    let id: string | undefined;
    try {
      return await this.lifecycle.inTransaction(async (step) => {
        const next = await this.store.next(step.session);
        if (!next) return false;
        ({ id } = next);
        const { byLogin, ...person } = this.read(next);
        const { subscription, guessedLineId } = await this.named(step, person);
        // After line and subscription, which every flow locks first: one that serves the report holds them by now.
        const report = await this.store.lockDue(step.session, id);
        if (!report) return true;
        if (guessedLineId !== undefined) await this.limits.trySpendIn(step.session, wrongOwnerLimit(guessedLineId));
        const outcome = subscription ? await this.dealWith(step, { ...report, byLogin }, subscription) : 'nobody';
        if (outcome instanceof Date) await this.store.postpone(id, outcome, step.session);
        else await this.store.resolve(step.session, id, { outcome, subscriptionId: subscription?.id ?? null });
        return true;
      });
    } catch (error) {
      if (id === undefined) throw error;
      // The transaction was rolled back. Postpone the report, so that it does not block the others.
      this.logger.error(`report ${id}: ${(error as Error).message}`);
      await this.store.postpone(id, new Date(Date.now() + RETRY_MS));
      return true;
    }
  }

  /** Decrypts the person of a report. An earlier version filed the person alone, without a log-in. */
  private read({ id, person }: NextReport): Reported {
    const text = this.keys.fields.decrypt(person, placeOf(id)).toString('utf8');
    return { byLogin: false, ...(JSON.parse(text) as NamedPerson) };
  }

  /**
   * Locks the line of the reported number, and the current subscription of its owner. Returns the subscription if the
   * reported person is the owner and has one, and the line if the report names another person as its owner.
   */
  private async named(
    step: LifecycleStep,
    { phoneNumber, birthDate, genderDigit }: NamedPerson,
  ): Promise<{ subscription?: LockedSubscription; guessedLineId?: string }> {
    const line = await this.lines.lock(step.session, { phoneNumber: parsePhoneNumber(phoneNumber) ?? '' });
    const { owner } = line?.facts ?? {};
    if (!line || !owner) return {};
    const [known, typed] = [owner.birthDate + owner.genderDigit, birthDate + genderDigit];
    const { lineId } = line.facts;
    if (!equalInConstantTime(Buffer.from(known), Buffer.from(typed))) return { guessedLineId: lineId };
    const standing = await this.subscriptions.standingOnLine(lineId, step.session);
    return standing ? { subscription: await this.subscriptions.lock(step.session, standing.id) } : {};
  }

  /** Carries out a report. Returns its outcome, or the time until which it must wait. */
  private async dealWith(
    step: LifecycleStep,
    report: MadeReport,
    subscription: LockedSubscription,
  ): Promise<ReportOutcome | Date> {
    switch (report.kind) {
      case 'lost_phone':
        return report.byLogin ? this.lostByLogin(step, subscription) : this.lost(step, subscription);
      case 'forgotten_pin':
        // The call centre calls once, however often the customer reports.
        if (subscription.state === 'awaiting_device') return 'no_change';
        return (await this.store.isAtTheDesk(step.session, subscription.id, report.kind)) ? 'no_change' : 'call_centre';
      case 'new_phone':
        return this.newPhone.proceed(step, report, subscription);
    }
  }

  /**
   * Suspends whatever was reported or objected to before, and no alert lifts it. Where a report without a log-in stands
   * already, this one takes its place.
   */
  private async lostByLogin(step: LifecycleStep, subscription: LockedSubscription): Promise<ReportOutcome> {
    const after = await this.lifecycle.change(step, subscription, LOST, { actor: 'customer' });
    return after ? 'suspended' : 'no_change';
  }

  /**
   * A report without a log-in. Suspends, except within 24 hours after the person objected to such a report, while too
   * many reports come, and after too many guesses at the owner of the line. Then it holds codes by SMS and new phones of
   * the line, and the call centre speaks with the person first of all; while that hold stands, another report adds
   * nothing to it.
   */
  private async lost(step: LifecycleStep, subscription: LockedSubscription): Promise<ReportOutcome> {
    const { session } = step;
    const { id, lineId } = subscription;
    if (!afterChange(subscription, LOST)) return 'no_change';
    if (subscription.lossObjected) {
      if (await this.store.isHeldForLoss(session, id)) return 'no_change';
      await this.memories.remember(session, lineId, { kind: 'loss_reported', at: new Date() });
      return 'call_centre';
    }
    const isGuessed = await this.limits.isSpentIn(session, wrongOwnerLimit(lineId));
    if (!isGuessed && (await this.breaker.maySuspend())) {
      await this.lifecycle.change(step, subscription, LOST, { actor: 'customer', withoutLogin: true });
      return 'suspended';
    }
    // Another alert would close the one to which the person may be typing the PIN.
    if (await this.store.isHeldForLoss(session, id)) return 'no_change';
    const at = brieflyDoubtedAt(new Date(), { sms: this.environment.SMS_HOLD_HOURS });
    await this.memories.remember(session, lineId, { kind: 'loss_reported', at });
    // The person may lift the hold on the phone, as a suspension.
    step.queued.push(...(await this.alerts.raise(session, id, 'loss_reported', WITHOUT_LOGIN)));
    return 'call_centre';
  }
}

/** The place to which the encryption binds the person of a report. */
function placeOf(id: string): string {
  return `reports:person:${id}`;
}
