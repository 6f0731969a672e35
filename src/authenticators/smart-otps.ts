import { Injectable } from '@nestjs/common';
import { publicKey } from '../crypto/compact-jws.ts';
import type { PublicJwk } from '../crypto/keyring.ts';
import { Database } from '../database.ts';
import { ENROLMENT_SECONDS } from '../domain/device.ts';
import { Problem } from '../domain/problem.ts';
import { readNamedPerson, type NamedPerson } from '../lines/named-person.ts';
import { RelyingParties } from '../relying-parties/relying-parties.ts';
import { Subscriptions } from '../subscriptions/subscriptions.ts';
import { NamedSubscribers, NOBODY } from './named-subscribers.ts';

/** Whom an institution gives a Smart OTP to, once it has seen who they are. */
export interface IssuingSmartOtp extends NamedPerson {
  /** The public key of the card that belongs to it, where the institution gives one (P-256). */
  cardKey?: PublicJwk;
}

/** What the institution hands to its customer. */
export interface IssuedSmartOtp {
  enrolmentCode: string;
  enrolmentUri: string;
  expiresAt: string;
  /** What the customer says beside the serial number when another institution is to register it. */
  vendorCode: string;
}

/** Smart OTPs as institutions issue them: one an institution and subscription, each on a device of its own. */
@Injectable()
export class SmartOtps {
  constructor(
    private readonly database: Database,
    private readonly named: NamedSubscribers,
    private readonly subscriptions: Subscriptions,
    private readonly relyingParties: RelyingParties,
  ) {}

  /**
   * Draws the code that enrols the institution's Smart OTP; an earlier one of the same institution is void. A code is
   * answered for everybody, and enrols nothing where the person is not a subscriber.
   * Problems: `invalid_request`, `too_many_requests`, `insufficient_scope`.
   */
  async issue(input: IssuingSmartOtp, clientId: string): Promise<IssuedSmartOtp> {
    const { vendorCode } = await this.relyingParties.get(clientId);
    if (vendorCode === null) {
      throw new Problem('insufficient_scope', 'Ask the operator of this service for a vendor code first.');
    }
    const { cardKey = null } = input;
    if (cardKey && !publicKey(cardKey)) {
      const errors = [{ pointer: '/cardKey', detail: 'Give the public JWK of a P-256 key: kty EC, crv P-256, x, y.' }];
      throw new Problem('invalid_request', 'The card’s key cannot be read.', { errors });
    }
    await this.relyingParties.spendQuota(clientId);
    const { subscriptionId } = await this.named.find(readNamedPerson(input));
    const drawn = this.subscriptions.drawEnrolmentCode();
    const issuer = { id: clientId, cardKey: cardKey && onlyPublic(cardKey) };
    const expiresAt = await this.database.transaction(async (session) => {
      if (subscriptionId !== NOBODY) await this.subscriptions.lock(session, subscriptionId);
      return this.subscriptions.promiseEnrolment(session, subscriptionId, drawn.enrolmentCode, { issuer });
    });
    const until = expiresAt ?? new Date(Date.now() + ENROLMENT_SECONDS * 1000);
    return { ...drawn, expiresAt: until.toISOString(), vendorCode };
  }
}

function onlyPublic({ kty, crv, x, y }: PublicJwk): PublicJwk {
  return { kty, crv, x, y };
}
