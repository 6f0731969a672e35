import { Injectable } from '@nestjs/common';
import { onlyPublic, publicKey } from '../../crypto/compact-jws.ts';
import type { PublicJwk } from '../../crypto/keyring.ts';
import { Database } from '../../database/database.ts';
import { ENROLMENT_SECONDS } from '../../domain/device.ts';
import { Problem } from '../../domain/problem.ts';
import { Lines } from '../../lines/lines.ts';
import { readNamedPerson, type NamedPerson } from '../../lines/named-person.ts';
import { StartBudgets } from '../../lines/start-budgets.ts';
import { Notices } from '../../notices/notices.ts';
import { JobQueue } from '../../queue/job-queue.ts';
import { RelyingParties } from '../../relying-parties/relying-parties.ts';
import { Subscriptions } from '../../subscriptions/subscriptions.ts';
import { NamedSubscribers, DECOY_SUBSCRIPTION_ID } from '../named-subscribers.ts';

/** The person who gets a Smart OTP; the institution has verified the identity before. */
export interface IssuingSmartOtp extends NamedPerson {
  /** The public key (P-256) of the card that belongs to it, if the institution issues one. */
  cardKey?: PublicJwk;
}

/** The code and the vendor code that the institution gives its customer. */
export interface IssuedSmartOtp {
  enrolmentCode: string;
  enrolmentUri: string;
  expiresAt: string;
  /** The customer gives it with the serial number to another institution that registers the Smart OTP. */
  vendorCode: string;
}

/** Smart OTPs of institutions: one per institution and subscription, each on its own device. */
@Injectable()
export class SmartOtps {
  constructor(
    private readonly database: Database,
    private readonly lines: Lines,
    private readonly named: NamedSubscribers,
    private readonly subscriptions: Subscriptions,
    private readonly relyingParties: RelyingParties,
    private readonly budgets: StartBudgets,
    private readonly notices: Notices,
    private readonly queue: JobQueue,
  ) {}

  /**
   * Generates the code that enrols the institution's Smart OTP, and invalidates an earlier one of the same institution.
   * Every person named gets a code, with the same work and the same rows, but it enrols nothing when the person is not
   * a subscriber. It counts as a start,
   * and the subscriber is notified. Problems: `invalid_request`, `too_many_requests`, `insufficient_scope`.
   */
  async issue(input: IssuingSmartOtp, clientId: string): Promise<IssuedSmartOtp> {
    const { vendorCode } = await this.relyingParties.get(clientId);
    if (vendorCode === null) {
      throw new Problem(
        'insufficient_scope',
        'Issuing requires a vendor code. Request one from the operator of this service.',
      );
    }
    const { cardKey = null } = input;
    if (cardKey && !publicKey(cardKey)) {
      const errors = [
        { pointer: '/cardKey', detail: 'Send the public JWK of a P-256 key, with kty EC, crv P-256, x and y.' },
      ];
      throw new Problem('invalid_request', 'The card’s key is not a valid P-256 public key.', { errors });
    }
    await this.relyingParties.spendQuota(clientId);
    const person = readNamedPerson(input);
    const { subscriptionId, personIndex } = await this.named.find(person);
    const startBudgets = this.budgets.of(
      { personIndex, phoneNumber: person.phoneNumber },
      { clientId, kind: 'silent' },
    );
    const drawn = this.subscriptions.drawEnrolmentCode();
    const issuer = { id: clientId, cardKey: cardKey && onlyPublic(cardKey) };
    const issued = await this.database.transaction(async (session) => {
      const isSubscriber = subscriptionId !== DECOY_SUBSCRIPTION_ID;
      await this.subscriptions.lockOrDecoy(session, subscriptionId);
      const startedAt = await this.budgets.spend(session, startBudgets);
      if (!startedAt) return null;
      const given = isSubscriber ? { issuer } : { issuer, decoyIndex: personIndex };
      await this.subscriptions.enqueueEnrolment(session, subscriptionId, drawn.enrolmentCode, given);
      // A decoy also writes a notice, which is sent nowhere.
      const address = await this.notices.addressOrDecoy(session, subscriptionId);
      const notice = { kind: isSubscriber ? 'smart_otp_issued' : 'registration_asked' } as const;
      const expiresAt = new Date(startedAt.getTime() + ENROLMENT_SECONDS * 1000);
      return { expiresAt, notice: await this.notices.enqueue(session, subscriptionId, notice, address) };
    });
    if (!issued) throw await this.budgets.tooMany(startBudgets);
    this.queue.enqueue(issued.notice);
    return { ...drawn, expiresAt: issued.expiresAt.toISOString(), vendorCode };
  }
}
