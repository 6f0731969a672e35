import { Injectable } from '@nestjs/common';
import { Alerts } from '../alerts/alerts.ts';
import { Authenticators } from '../authenticators/authenticators.ts';
import {
  registrationNotFound,
  Registrations,
  type OwnRegistration,
} from '../authenticators/registrations/registrations.ts';
import { Charges } from '../charges/charges.ts';
import type { MonthToDate } from '../charges/charge.ts';
import { maskPhoneNumber } from '../domain/phone-number.ts';
import { Problem } from '../domain/problem.ts';
import { History, type HistoryEntry } from '../history/history.ts';
import { CodeTexts } from '../lifecycle/code-texts.ts';
import { SubscriptionLifecycle } from '../lifecycle/lifecycle.ts';
import type { EnrolmentState, SubscriptionView } from '../subscriptions/subscription.ts';
import { Subscriptions, type Enrolment } from '../subscriptions/subscriptions.ts';
import type { CustomerVisit } from './customer-session.ts';
import { Consents } from '../consents/consents.ts';
import type { AgreedVersions } from '../pages/legal/legal-texts.ts';
import { Customers, type Customer, type ShownEnrolment } from './customers.ts';
import { NewPhone, type NewPhoneStanding } from './new-phone.ts';
import { ReissueApplications, type OwnApplication } from './reissue-applications.ts';
import type { Locale } from '../domain/locale.ts';

/** The customer's view of their service. */
export interface Overview {
  subscription: SubscriptionView;
  fee: MonthToDate;
  history: HistoryEntry[];
  /** Institutions that may request codes from the customer's phones. */
  registrations: OwnRegistration[];
  /** The one-time passwords of the customer's phone; undefined without any. */
  otp: { locked: boolean } | undefined;
  /** A request for a new phone that waits, or the objection to one. */
  newPhone: NewPhoneStanding | undefined;
  /** True while the app can lift a report of loss that stands. One by log-in or at the call centre it cannot. */
  mayLiftLoss: boolean;
  /** The application for a reissue that is open, if the customer filed it with the app. */
  reissue: Omit<OwnApplication, 'number'> | undefined;
}

/** The receipt of a cancelled subscription. */
export interface Receipt {
  cancelledAt: Date;
  fee: MonthToDate;
}

/** The actions of a verified customer on their subscription. */
@Injectable()
export class MyService {
  constructor(
    private readonly customers: Customers,
    private readonly consents: Consents,
    private readonly subscriptions: Subscriptions,
    private readonly lifecycle: SubscriptionLifecycle,
    private readonly history: History,
    private readonly charges: Charges,
    private readonly registrations: Registrations,
    private readonly authenticators: Authenticators,
    private readonly newPhone: NewPhone,
    private readonly alerts: Alerts,
    private readonly applications: ReissueApplications,
    private readonly texts: CodeTexts,
  ) {}

  /** Returns the customer's current subscription; undefined without one. */
  async overview({ line }: Customer): Promise<Overview | undefined> {
    const subscription = await this.standing(line.lineId);
    if (!subscription) return undefined;
    const { subscriptionId, suspensions } = subscription;
    const [fee, history, registrations, otp, newPhone, mayLiftLoss, reissue] = await Promise.all([
      this.charges.soFar(subscriptionId),
      this.history.latest(subscriptionId),
      this.registrations.standing(subscriptionId),
      this.authenticators.ownOtp(subscriptionId),
      this.newPhone.standing({ id: subscriptionId, lineId: line.lineId, suspensions }),
      this.alerts.mayLiftLoss(subscriptionId),
      this.applications.openOf(subscriptionId),
    ]);
    return { subscription, fee, history, registrations, otp, newPhone, mayLiftLoss, reissue };
  }

  /** Subscribes the customer and records the versions of the accepted documents. Problems: as `Subscriptions.subscribe`. */
  async join(customer: Customer, digest: Buffer, versions: AgreedVersions, locale: Locale): Promise<void> {
    const enrolment = await this.lifecycle.subscribe(
      customer.line.phoneNumber,
      { actor: 'customer', verified: customer.line },
      (session, subscriptionId) =>
        this.consents.record(session, subscriptionId, { versions, locale, channel: 'website' }),
    );
    await this.show(digest, enrolment);
  }

  /**
   * Issues a new enrolment code. Until protection begins, any logged-in customer may request one. Once it has begun,
   * the old phone's app must have verified the customer for exactly this intent within the last ten minutes. Problems:
   * `session_ended`; `subscription_not_active` while the subscription is suspended or after it ended.
   */
  async newCode({ line, session: visit }: Customer, digest: Buffer): Promise<void> {
    const standing = await this.subscriptions.standingOnLine(line.lineId);
    if (!standing) throw new Problem('subscription_not_active', 'The line has no subscription. Join first.');
    const enrolment = await this.lifecycle.inTransaction(async (step) => {
      const { state, suspensions } = await this.lifecycle.lock(step, standing.id);
      if (state === 'cancelled' || suspensions.length > 0) {
        throw new Problem(
          'subscription_not_active',
          'The subscription is suspended or cancelled, so no phone can be enrolled. Contact the call centre.',
        );
      }
      if (state !== 'awaiting_device' && !isForNewPhone(visit)) {
        throw new Problem('session_ended', 'Verify your identity again to enrol a new phone.');
      }
      return this.subscriptions.enrolmentCode(standing.id, step.session, { confirmed: isForNewPhone(visit) });
    });
    await this.show(digest, enrolment);
  }

  /** Returns the enrolment that the page shows, its state, and whether {@link newCode} would issue another code. */
  async enrolment(
    { session, line }: Customer,
    digest: Buffer,
  ): Promise<
    { shown: ShownEnrolment; state: EnrolmentState; mayHaveAnother: boolean; textTo: string | undefined } | undefined
  > {
    const shown = this.customers.readEnrolment(digest, session);
    if (!shown) return undefined;
    const state = await this.subscriptions.enrolmentState(shown.enrolmentCode);
    const standing = await this.subscriptions.standingOnLine(line.lineId);
    const mayText = state === 'waiting' && standing?.protectedSince === null && (await this.texts.may(standing));
    return {
      shown,
      state,
      mayHaveAnother: !standing?.protectedSince || isForNewPhone(session),
      textTo: mayText ? maskPhoneNumber(line.phoneNumber) : undefined,
    };
  }

  /**
   * Texts the link with the code that the page shows to the customer's own number, while the code enrols a phone of this
   * line. Problems: `session_ended` without a live code; `nothing_to_change` where no code may be texted;
   * `too_many_requests`.
   */
  async textLink({ line, session: visit }: Customer, digest: Buffer): Promise<void> {
    const shown = this.customers.readEnrolment(digest, visit);
    const standing = await this.subscriptions.standingOnLine(line.lineId);
    if (!shown || !standing) throw new Problem('session_ended', 'There is no enrolment code to send.');
    await this.lifecycle.inTransaction(async (step) => {
      const locked = await this.lifecycle.lock(step, standing.id);
      const live = await this.texts.live(step, locked, shown.enrolmentCode);
      if (!live) throw new Problem('session_ended', 'The enrolment code is no longer valid. Request a new one.');
      await this.texts.text(step, locked, live, {
        form: 'link',
        // Afterwards the number alone must not enrol a phone.
        alsoWhileProtected: false,
        withheld: () =>
          new Problem('nothing_to_change', 'The code cannot be sent by text message now. Scan it, or type it.'),
      });
    });
  }

  /** Revokes an institution's registration. Problems: `registration_not_found`, `registration_closed`. */
  async revoke({ line }: Customer, registrationId: string): Promise<void> {
    const subscription = await this.subscriptions.standingOnLine(line.lineId);
    if (!subscription) throw registrationNotFound();
    await this.registrations.revoke(registrationId, subscription.id, 'website');
  }

  /** Cancels the customer's subscription at once and for good. Problems: `nothing_to_change`. */
  async cancel({ line }: Customer): Promise<void> {
    const subscription = await this.subscriptions.standingOnLine(line.lineId);
    if (!subscription) throw new Problem('nothing_to_change', 'There is no subscription to cancel.');
    await this.lifecycle.inTransaction(async (step) => {
      const before = await this.lifecycle.lock(step, subscription.id);
      const after = await this.lifecycle.change(
        step,
        before,
        { kind: 'cancelled', reason: 'website' },
        { actor: 'customer' },
      );
      if (!after)
        throw new Problem('nothing_to_change', 'The subscription is already cancelled.', { state: 'cancelled' });
    });
  }

  /** Returns the receipt of a cancellation on the website since the customer was verified; undefined without one. */
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

/** True if the old phone's app verified, within the last ten minutes, that a new phone replaces it. */
function isForNewPhone({ isFresh, verifiedFor, channel }: CustomerVisit): boolean {
  return isFresh && verifiedFor === 'new_phone' && channel === 'push';
}
