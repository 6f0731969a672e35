import type { PublicJwk } from '../crypto/keyring.ts';
import type { DeviceState } from '../domain/device.ts';
import type { Standing } from '../domain/subscription.ts';
import type { EnrolmentCode } from './enrolment-code.entity.ts';
import type { SubscriptionLink } from './subscription-link.entity.ts';
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

/** What an enrolment code would enrol. */
export type OfferedEnrolment = Pick<Subscription, 'lineId'> &
  Pick<EnrolmentCode, 'expiresAt'> & { isSmartOtp: boolean };

/** A subscription whose row is locked until the transaction ends. */
export type LockedSubscription = Standing &
  Pick<Subscription, 'id' | 'lineId' | 'link' | 'createdAt' | 'protectedSince'> & {
    /** The owner of its line when it was locked, encrypted: its person, also once the line has another owner. */
    owner: Buffer;
    /** When an app was last enrolled. */
    enrolledAt: Date | null;
    /** True for 24 hours after the person objected to a report of loss that was made without a login. */
    lossObjected: boolean;
    /** True for 24 hours after the old phone objected to a request for a new one. */
    newPhoneObjected: boolean;
    /** True for 24 hours after an operator or a program unlocked the PIN. */
    pinUnlocked: boolean;
  };

/** The actor of a change, and the time at which it took effect; now when left out. */
export interface Cause {
  actor: Exclude<SubscriptionLink['actor'], 'unknown'>;
  actorId?: string;
  event?: { source: string; id: string };
  at?: Date;
  /** True for a report by a person who did not log in. */
  withoutLogin?: true;
}

/** A subscription as an operator sees it. */
export type SubscriptionView = Pick<Subscription, 'state' | 'suspensions' | 'reason' | 'since' | 'protectedSince'> & {
  subscriptionId: Subscription['id'];
  subscribedAt: Subscription['createdAt'];
  /** True for 24 hours after an operator or a program unlocked the PIN. */
  pinWasUnlocked: boolean;
  device: {
    serialNumber: string;
    name: string;
    platform: string;
    osVersion: string;
    appVersion: string;
    state: string;
    pinLocked: boolean;
    /** Locked for good; left out while it is not. */
    pinExhausted?: boolean;
    enrolledAt: string;
  } | null;
};

/** The same as stored: the name of the device is encrypted, or plain in a row of an older version. */
export type StoredView = Omit<SubscriptionView, 'device'> & {
  device:
    | (Omit<NonNullable<SubscriptionView['device']>, 'name'> & {
        id: string;
        name: string | null;
        /** Base64. */
        nameCipher: string | null;
      })
    | null;
};

/** One transition of a subscription. */
export type SubscriptionTransition = Pick<
  SubscriptionLink,
  'change' | 'reason' | 'actor' | 'actorId' | 'eventSource' | 'eventId' | 'at' | 'recordedAt'
> & { state: SubscriptionLink['toState'] };

/** The progress of an enrolment: the code is unused, its device is under test, in use or revoked, or the code has expired. */
export type EnrolmentState = 'waiting' | DeviceState | 'expired';
