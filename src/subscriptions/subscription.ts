import type { PublicJwk } from '../crypto/keyring.ts';
import type { DeviceState } from '../domain/device.ts';
import type {
  CancelReason,
  Standing,
  SubscriptionChange,
  SubscriptionState,
  SuspensionReason,
} from '../domain/subscription.ts';

export interface Subscription {
  id: string;
  lineId: string;
  state: SubscriptionState;
  protectedSince: Date | null;
}

/** The institution that issues a Smart OTP, and the key of the card that belongs to it, if there is one. */
export interface Issuer {
  /** The client's id. */
  id: string;
  cardKey: PublicJwk | null;
}

/** The subscription for which a spent code enrols a device: its own phone, or an institution’s Smart OTP. */
export interface SpentCode extends Subscription {
  issuerId: string | null;
  cardKey: PublicJwk | null;
  /** The reissue to which the code belongs. */
  reissueId: string | null;
}

/** A subscription that no other transaction can change until this one ends. */
export interface LockedSubscription extends Standing {
  id: string;
  lineId: string;
  link: number;
  createdAt: Date;
  /** When a device was last activated. */
  enrolledAt: Date | null;
}

/** The author of a change to a subscription. `at` is when the change took effect; now when left out. */
export interface Cause {
  actor: 'customer' | 'operator' | 'carrier' | 'reconciliation';
  actorId?: string;
  event?: { source: string; id: string };
  at?: Date;
}

/** A subscription as operators see it. */
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

/** The progress of an enrolment: the code waits, its device is under test, active or revoked, or the time is over. */
export type EnrolmentState = 'waiting' | DeviceState | 'expired';
