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

/** The institution that issues a Smart OTP, and the key of the card that belongs to it, where it gives one. */
export interface Issuer {
  /** The client's id. */
  id: string;
  cardKey: PublicJwk | null;
}

/** What an enrolment code was for: the subscription's own phone, or an institution's Smart OTP. */
export interface SpentCode extends Subscription {
  issuerId: string | null;
  cardKey: PublicJwk | null;
  /** The reissue after a loss that it belongs to. */
  reissueId: string | null;
}

/** A subscription that nobody else can change until the transaction ends. */
export interface LockedSubscription extends Standing {
  id: string;
  lineId: string;
  link: number;
  createdAt: Date;
  /** When an app was last enrolled. */
  enrolledAt: Date | null;
}

/** Who changed a subscription, and when it took effect; left out, now. */
export interface Cause {
  actor: 'customer' | 'operator' | 'carrier' | 'reconciliation';
  actorId?: string;
  event?: { source: string; id: string };
  at?: Date;
}

/** What an operator sees of one subscription. */
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

/** One link of a subscription's life. */
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

/** How far an enrolment has come: the code waits, its app is being tested, in use or revoked, or the time is over. */
export type EnrolmentState = 'waiting' | DeviceState | 'expired';
