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

  /** The reasons that stand; they add up. */
  @Column('text', { array: true, default: () => "'{}'" })
  suspensions: SuspensionReason[];

  @Column('text', { nullable: true })
  reason: SuspensionReason | CancelReason | null;

  /** When the first device was tested: from then on no code goes by SMS. */
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

  /** When the carrier last told of another handset. */
  @Column('timestamptz', { nullable: true })
  handsetChangedAt: Date | null;

  /** When an app was last issued anew after a loss. */
  @Column('timestamptz', { nullable: true })
  reissuedAt: Date | null;
}
