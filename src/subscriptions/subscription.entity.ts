import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { CancelReason, SubscriptionState, SuspensionReason } from '../domain/subscription.ts';

/** A line’s subscription to the service. */
@Entity('subscriptions')
export class Subscription {
  @PrimaryColumn('uuid')
  id: string;

  @Column('text')
  lineId: string;

  @Column('text')
  state: SubscriptionState;

  /** The present reasons for the suspension. Several may apply at once. */
  @Column('text', { array: true, default: () => "'{}'" })
  suspensions: SuspensionReason[];

  @Column('text', { nullable: true })
  reason: SuspensionReason | CancelReason | null;

  /** When the first device passed its test. From then on, a code goes by SMS only with the subscriber’s permission. */
  @Column('timestamptz', { nullable: true })
  protectedSince: Date | null;

  /** When it entered its present state. */
  @Column('timestamptz', { default: () => 'now()' })
  since: Date;

  @Column('timestamptz', { default: () => 'now()' })
  createdAt: Date;

  /** The number of its last transition. */
  @Column('integer', { default: () => '1' })
  link: number;

  /** When the carrier last reported another handset. */
  @Column('timestamptz', { nullable: true })
  handsetChangedAt: Date | null;

  /** When the app was last reissued. */
  @Column('timestamptz', { nullable: true })
  reissuedAt: Date | null;

  /** When the person last objected on the phone to a report of loss that was made without a login. */
  @Column('timestamptz', { nullable: true })
  lossObjectedAt: Date | null;

  /** When the old phone last objected to a request for a new one. */
  @Column('timestamptz', { nullable: true })
  newPhoneObjectedAt: Date | null;

  /** When a phone was last enrolled without the confirmation of the one before it. */
  @Column('timestamptz', { nullable: true })
  unconfirmedEnrolmentAt: Date | null;

  /** When an operator or a program last unlocked the PIN. */
  @Column('timestamptz', { nullable: true })
  pinUnlockedAt: Date | null;
}
