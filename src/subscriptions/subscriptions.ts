import { Injectable } from '@nestjs/common';
import { Environment } from '../../config/environment.ts';
import { normaliseEnrolmentCode, randomEnrolmentCode, randomId } from '../crypto/random.ts';
import { sha256 } from '../crypto/sha256.ts';
import type { Session } from '../database.ts';
import { ENROLMENT_SECONDS } from '../domain/device.ts';
import { ineligibility, INELIGIBILITY_SENTENCES, type IneligibilityCode } from '../domain/eligibility.ts';
import { seoulDay } from '../domain/person.ts';
import { parsePhoneNumber } from '../domain/phone-number.ts';
import { Problem } from '../domain/problem.ts';
import { Lines } from '../lines/lines.ts';
import { SubscriptionStore, type Subscription } from './subscription.store.ts';

/** A subscription that waits for its app, with the code that enrols it. */
export interface Enrolment {
  subscriptionId: string;
  /** 4×5 Base32 characters, good once and for ten minutes. */
  enrolmentCode: string;
  /** What a QR code holds. */
  enrolmentUri: string;
}

/** What other features and operators ask of subscriptions. */
@Injectable()
export class Subscriptions {
  constructor(
    private readonly store: SubscriptionStore,
    private readonly lines: Lines,
    private readonly environment: Environment,
  ) {}

  /** Subscribes the line of a number, if every rule allows it. Problems: `invalid_request`, `not_eligible`. */
  async subscribe(phoneNumber: string): Promise<Enrolment> {
    const number = parsePhoneNumber(phoneNumber);
    if (!number) {
      const errors = [{ pointer: '/phoneNumber', detail: 'Write a Korean mobile number, such as 010-1234-5678.' }];
      throw new Problem('invalid_request', 'The phone number cannot be read.', { errors });
    }
    const line = await this.lines.byPhoneNumber(number);
    // A number that our carrier does not know is another carrier's.
    if (!line) throw notEligible(['not_home_carrier']);
    const faults = ineligibility({
      line,
      homeCarriers: this.environment.HOME_CARRIERS,
      alreadySubscribed: (await this.store.standingOnLine(line.lineId)) !== undefined,
      today: seoulDay(new Date()),
    });
    if (faults.length > 0) throw notEligible(faults);
    const subscriptionId = randomId();
    if (!(await this.store.create(subscriptionId, line.lineId))) throw notEligible(['already_subscribed']);
    return this.enrolmentCode(subscriptionId);
  }

  /** A new enrolment code; earlier ones are void at once. Problems: `subscription_not_found`. */
  async enrolmentCode(subscriptionId: string): Promise<Enrolment> {
    const enrolmentCode = randomEnrolmentCode();
    const expiresAt = await this.store.issueEnrolmentCode(subscriptionId, sha256(enrolmentCode), ENROLMENT_SECONDS);
    if (!expiresAt) throw subscriptionNotFound();
    const uri = new URL('pushguard://enrol');
    uri.searchParams.set('issuer', this.environment.ISSUER);
    uri.searchParams.set('code', enrolmentCode);
    return { subscriptionId, enrolmentCode, enrolmentUri: uri.href };
  }

  /** The subscription that stands on a line, if one does. */
  async standingOnLine(lineId: string): Promise<Subscription | undefined> {
    return this.store.standingOnLine(lineId);
  }

  /** Spends an enrolment code as a person typed it. Problems: `enrolment_code_invalid`. */
  async spendEnrolmentCode(session: Session, typed: string): Promise<Subscription> {
    const subscription = await this.store.spendEnrolmentCode(session, sha256(normaliseEnrolmentCode(typed)));
    if (!subscription) {
      throw new Problem(
        'enrolment_code_invalid',
        'The code is wrong, used or older than ten minutes; ask for a new one.',
      );
    }
    return subscription;
  }

  /** From the moment when a device became active, codes go to it and nowhere else. */
  async protect(session: Session, subscriptionId: string): Promise<void> {
    if (await this.store.protect(session, subscriptionId)) return;
    throw new Problem('subscription_not_active', 'The subscription was cancelled; subscribe again.');
  }
}

/** For an unknown id, and for a subscription that no longer stands. */
export function subscriptionNotFound(): Problem {
  return new Problem('subscription_not_found', 'Look the subscription up by its phone number.');
}

/** A refusal that names every rule that fails, in Korean and English. */
export function notEligible(codes: readonly IneligibilityCode[]): Problem {
  const reasons = codes.map((code) => ({
    code,
    message: `${INELIGIBILITY_SENTENCES[code].ko} ${INELIGIBILITY_SENTENCES[code].en}`,
  }));
  return new Problem('not_eligible', 'See reasons for what would make it possible.', { reasons });
}
