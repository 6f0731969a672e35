import { Injectable } from '@nestjs/common';
import { Charges } from '../charges/charges.ts';
import type { SoFar } from '../charges/charge.ts';
import { Devices } from '../devices/devices.ts';
import type { DeviceState } from '../domain/device.ts';
import { Problem } from '../domain/problem.ts';
import { History, type HistoryEntry } from '../history/history.ts';
import { SubscriptionLife } from '../life/life.ts';
import type { SubscriptionView } from '../subscriptions/subscription.ts';
import { Subscriptions, type Enrolment } from '../subscriptions/subscriptions.ts';
import { CustomerSessionStore } from './customer-session.store.ts';
import { Customers, type Customer } from './customers.ts';

/** What a customer sees of the service. */
export interface Overview {
  subscription: SubscriptionView;
  fee: SoFar;
  history: HistoryEntry[];
}

/** An enrolment as the page shows it. */
export interface ShownEnrolment extends Enrolment {
  /** ISO 8601, when the code was made. */
  at: string;
}

/** How far the enrolment of an app has come: the code waits, the app is being tested, it is in use, or it came to nothing. */
export type EnrolmentState = 'waiting' | DeviceState | 'expired';

/** The end of a subscription, as its receipt says it. */
export interface Receipt {
  cancelledAt: Date;
  fee: SoFar;
}

/** Seconds in which an enrolment code is used, as the page counts them. */
const CODE_MS = 600_000;

/** What a verified customer does with the service. */
@Injectable()
export class MyService {
  constructor(
    private readonly customers: Customers,
    private readonly store: CustomerSessionStore,
    private readonly subscriptions: Subscriptions,
    private readonly life: SubscriptionLife,
    private readonly devices: Devices,
    private readonly history: History,
    private readonly charges: Charges,
  ) {}

  /** The customer's standing subscription; undefined when there is none. */
  async overview({ line }: Customer): Promise<Overview | undefined> {
    const subscription = await this.standing(line.lineId);
    if (!subscription) return undefined;
    const { subscriptionId } = subscription;
    const [fee, history] = await Promise.all([this.charges.soFar(subscriptionId), this.history.latest(subscriptionId)]);
    return { subscription, fee, history };
  }

  /** Subscribes, and keeps which terms were agreed to. Problems: as `Subscriptions.subscribe`. */
  async join(customer: Customer, digest: Buffer, terms: string, locale: 'ko' | 'en'): Promise<void> {
    const enrolment = await this.subscriptions.subscribe(
      customer.line.phoneNumber,
      { actor: 'customer' },
      (session, subscriptionId) => this.store.consent(session, subscriptionId, terms, locale),
    );
    await this.show(digest, enrolment);
  }

  /**
   * A new enrolment code, for whoever was verified a moment ago: by text message while protection has not begun, by the
   * old phone's app after it has. Problems: `session_ended`, `subscription_not_active` unless it is active or waits.
   */
  async newCode(customer: Customer, digest: Buffer): Promise<void> {
    const subscription = await this.standing(customer.line.lineId);
    const isOpen = subscription && subscription.state !== 'suspended' && subscription.suspensions.length === 0;
    if (!subscription || !isOpen) {
      throw new Problem('subscription_not_active', 'Only an active subscription enrols a phone; call the call centre.');
    }
    if (!customer.session.isFresh) throw new Problem('session_ended', 'Be verified once more for this.');
    await this.show(digest, await this.subscriptions.enrolmentCode(subscription.subscriptionId));
  }

  /** The enrolment that the page shows, and how far it has come. */
  async enrolment(
    { session }: Customer,
    digest: Buffer,
  ): Promise<{ shown: ShownEnrolment; state: EnrolmentState } | undefined> {
    const shown = this.customers.readEnrolment(digest, session) as ShownEnrolment | null;
    if (!shown || !session.verifiedAt) return undefined;
    const device = await this.devices.enrolledSince(shown.subscriptionId, session.verifiedAt);
    const isOver = Date.now() - Date.parse(shown.at) > CODE_MS;
    return { shown, state: device ?? (isOver ? 'expired' : 'waiting') };
  }

  /** Ends the customer's subscription at once, and for good. Problems: `nothing_to_change`. */
  async cancel({ line }: Customer): Promise<void> {
    const subscription = await this.subscriptions.standingOnLine(line.lineId);
    if (!subscription) throw new Problem('nothing_to_change', 'There is no subscription to cancel.');
    await this.life.inOneStep(async (step) => {
      const before = await this.life.lock(step, subscription.id);
      const after = await this.life.change(
        step,
        before,
        { kind: 'cancelled', reason: 'website' },
        { actor: 'customer' },
      );
      if (!after)
        throw new Problem('nothing_to_change', 'The subscription was cancelled before.', { state: 'cancelled' });
    });
  }

  /** The receipt of what was cancelled here since the customer was verified. */
  async receipt({ line, session }: Customer): Promise<Receipt | undefined> {
    const [latest] = await this.subscriptions.ofLines([line.lineId]);
    const { verifiedAt } = session;
    if (latest?.state !== 'cancelled' || latest.reason !== 'website' || !verifiedAt || latest.since < verifiedAt) {
      return undefined;
    }
    return { cancelledAt: latest.since, fee: await this.charges.soFar(latest.subscriptionId) };
  }

  private async standing(lineId: string): Promise<SubscriptionView | undefined> {
    return (await this.subscriptions.ofLines([lineId])).find(({ state }) => state !== 'cancelled');
  }

  private async show(digest: Buffer, enrolment: Enrolment): Promise<void> {
    const shown: ShownEnrolment = { ...enrolment, at: new Date().toISOString() };
    await this.customers.keepEnrolment(digest, shown);
  }
}
