import type { PublicJwk } from '../crypto/keyring.ts';
import type { DeviceState } from '../domain/device.ts';
import type {
  CancelReason,
  Standing,
  SubscriptionChange,
  SubscriptionState,
  SuspensionReason,
} from '../domain/subscription.ts';
import type { EnrolmentCode } from './enrolment-code.entity.ts';
import type { Subscription } from './subscription.entity.ts';

/** A subscription that stands on a line. */
export type StandingSubscription = Pick<Subscription, 'id' | 'lineId' | 'state' | 'suspensions' | 'protectedSince'>;

/** The institution that issues a Smart OTP, and the key of the card that belongs to it, if there is one. */
export interface Issuer {
  /** The client's id. */
  id: string;
  cardKey: PublicJwk | null;
}

/** The purpose of a spent enrolment code: the subscription's own phone, or an institution's Smart OTP. */
export type SpentCode = StandingSubscription & Pick<EnrolmentCode, 'issuerId' | 'cardKey' | 'reissueId'>;

/** A subscription whose row is locked until the transaction ends. */
export type LockedSubscription = Standing &
  Pick<Subscription, 'id' | 'lineId' | 'link' | 'createdAt' | 'protectedSince'> & {
    /** When an app was last enrolled. */
    enrolledAt: Date | null;
    /** True for 24 hours after the person objected to a report of loss that was made without a login. */
    lossObjected: boolean;
    /** True for 24 hours after the old phone objected to a request for a new one. */
    newPhoneObjected: boolean;
  };

/** The actor of a change, and the time at which it took effect; now when left out. */
export interface Cause {
  actor: 'customer' | 'operator' | 'carrier' | 'reconciliation';
  actorId?: string;
  event?: { source: string; id: string };
  at?: Date;
  /** True for a report by a person who did not log in. */
  withoutLogin?: true;
}

/** A subscription as an operator sees it. */
export interface SubscriptionView {
  subscriptionId: string;
  state: SubscriptionState;
  suspensions: SuspensionReason[];
  reason: SuspensionReason | CancelReason | null;
  since: Date;
  subscribedAt: Date;
  protectedSince: Date | null;
  device: {
    serialNumber: string;
    name: string;
    platform: string;
    osVersion: string;
    appVersion: string;
    state: string;
    pinLocked: boolean;
    enrolledAt: string;
  } | null;
}

/** One transition of a subscription. */
export interface SubscriptionTransition {
  state: SubscriptionState;
  change: 'subscribed' | SubscriptionChange['kind'];
  reason: string | null;
  actor: Cause['actor'] | 'unknown';
  actorId: string | null;
  eventSource: string | null;
  eventId: string | null;
  at: Date;
  recordedAt: Date;
}

/** The progress of an enrolment: the code is unused, its device is under test, in use or revoked, or the code has expired. */
export type EnrolmentState = 'waiting' | DeviceState | 'expired';
