import { Injectable, Logger } from '@nestjs/common';
import { Environment } from '../../config/environment.ts';
import { equalInConstantTime } from '../crypto/constant-time.ts';
import { randomId } from '../crypto/random.ts';
import type { Session } from '../database/database.ts';
import { ServiceKeys } from '../crypto/service-keys.ts';
import { ENROLMENT_SECONDS } from '../domain/device.ts';
import { parsePhoneNumber } from '../domain/phone-number.ts';
import { SubscriptionLifecycle, type LifecycleStep } from '../lifecycle/lifecycle.ts';
import { Lines } from '../lines/lines.ts';
import { Notices } from '../notices/notices.ts';
import type { RecurringTask } from '../queue/recurring-tasks.ts';
import { Subscriptions } from '../subscriptions/subscriptions.ts';
import type { LockedSubscription } from '../subscriptions/subscription.ts';
import type { NamedPerson } from '../lines/named-person.ts';
import type { CustomerReportKind, ReportOutcome } from './report.ts';
import { ReportStore, type DueReport, type UnsettledReport } from './report.store.ts';

/** Milliseconds until what could not be dealt with is tried again. */
const RETRY_MS = 60_000;

/**
 * Reports of people who cannot log in: a lost phone, a new phone, a forgotten PIN. Every report gets the same answer and
 * a worker resolves it afterwards, so that the answer does not tell who is subscribed.
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
    private readonly subscriptions: Subscriptions,
    private readonly notices: Notices,
    private readonly keys: ServiceKeys,
    private readonly environment: Environment,
  ) {}

  /** Takes a report down; a worker deals with it within a second. */
  async file(kind: CustomerReportKind, person: NamedPerson): Promise<void> {
    const id = randomId();
    await this.store.file(id, kind, this.keys.fields.encrypt(JSON.stringify(person), `reports:person:${id}`));
  }

  /** What waits for the call centre, oldest first. */
  unsettled(): Promise<UnsettledReport[]> {
    return this.store.unsettled();
  }

  /** The subscription that a report is about, if it named one. */
  async subscriptionOf(id: string): Promise<string | null> {
    return (await this.store.byId(id))?.subscriptionId ?? null;
  }

  /** Notes that an operator has spoken with the customer. False when it was settled before, or there is none. */
  async settle(session: Session, id: string, operator: string): Promise<boolean> {
    return this.store.settle(session, id, operator);
  }

  async purge(days: number): Promise<void> {
    await this.store.purge(days);
  }

  /** Deals with what is due, one report after the other. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted && (await this.dealWithNext()));
  }

  /** One transaction a report: what it brings about, and that it was dealt with. False when none is due. */
  private async dealWithNext(): Promise<boolean> {
    let id: string | undefined;
    try {
      return await this.lifecycle.inTransaction(async (step) => {
        const report = await this.store.next(step.session);
        if (!report) return false;
        ({ id } = report);
        const subscription = await this.named(step, report);
        const outcome = subscription ? await this.dealWith(step, report, subscription) : 'nobody';
        if (outcome instanceof Date) await this.store.postpone(id, outcome, step.session);
        else await this.store.resolve(step.session, id, { outcome, subscriptionId: subscription?.id ?? null });
        return true;
      });
    } catch (error) {
      if (id === undefined) throw error;
      // Nothing of it was done. One that cannot be dealt with must not keep the others waiting.
      this.logger.error(`report ${id}: ${(error as Error).message}`);
      await this.store.postpone(id, new Date(Date.now() + RETRY_MS));
      return true;
    }
  }

  /** The standing subscription of the person that a report names, if the line is theirs. */
  private async named(step: LifecycleStep, { id, person }: DueReport): Promise<LockedSubscription | undefined> {
    const text = this.keys.fields.decrypt(person, `reports:person:${id}`).toString('utf8');
    const { phoneNumber, birthDate, genderDigit } = JSON.parse(text) as NamedPerson;
    const line = await this.lines.lock(step.session, { phoneNumber: parsePhoneNumber(phoneNumber) ?? '' });
    const { owner } = line?.facts ?? {};
    const isTheirs =
      owner &&
      equalInConstantTime(Buffer.from(owner.birthDate + owner.genderDigit), Buffer.from(birthDate + genderDigit));
    if (!line || !isTheirs) return undefined;
    const standing = await this.subscriptions.standingOnLine(line.facts.lineId, step.session);
    return standing && this.lifecycle.lock(step, standing.id);
  }

  /** What a report brings about; an instant, when it has to wait until then. */
  private async dealWith(
    step: LifecycleStep,
    { kind }: DueReport,
    subscription: LockedSubscription,
  ): Promise<ReportOutcome | Date> {
    switch (kind) {
      case 'lost_phone': {
        const change = { kind: 'suspended', reason: 'loss_reported' } as const;
        return (await this.lifecycle.change(step, subscription, change, { actor: 'customer' }))
          ? 'suspended'
          : 'no_change';
      }
      case 'forgotten_pin':
        // One call is enough, however often it is asked for.
        if (subscription.state === 'awaiting_device') return 'no_change';
        return (await this.store.isAtTheDesk(step.session, subscription.id, kind)) ? 'no_change' : 'call_centre';
      case 'new_phone':
        return this.newPhone(step, subscription);
    }
  }

  /**
   * Sends the code after the carrier has reported the new handset and some time has passed, in which the holder of the
   * old phone could object to the notice that it got. A lost phone or a swapped SIM takes two people at the call centre.
   */
  private async newPhone(step: LifecycleStep, subscription: LockedSubscription): Promise<ReportOutcome | Date> {
    const { id, state, suspensions } = subscription;
    // Before the first app, the website shows a code after a login by SMS; this one would only void it.
    if (state === 'awaiting_device') return 'no_change';
    const handset = await this.subscriptions.newHandset(step.session, id);
    if (suspensions.length > 0 || !handset) return 'call_centre';
    const dueAt = new Date(handset.since.getTime() + this.environment.NEW_PHONE_WAIT_MINUTES * 60_000);
    if (dueAt > handset.now) return dueAt;
    const { enrolmentCode } = await this.subscriptions.enrolmentCode(id, step.session);
    const { phoneNumber } = await this.notices.addressOf(step.session, id);
    const address = { phoneNumber, enrolmentCode };
    const notice = { kind: 'enrolment_code' } as const;
    step.queued.push(await this.notices.enqueue(step.session, id, notice, address, ENROLMENT_SECONDS));
    return 'code_sent';
  }
}
