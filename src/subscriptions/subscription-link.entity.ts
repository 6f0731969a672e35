import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { SubscriptionChange, SubscriptionState } from '../domain/subscription.ts';

/**
 * One transition of a subscription. Foreign keys chain each transition to the previous one, and the subscription to its
 * last one.
 */
@Entity('subscription_links')
export class SubscriptionLink {
  @PrimaryColumn('uuid')
  subscriptionId: string;

  /** From 1. */
  @PrimaryColumn('integer')
  number: number;

  @Column('integer', { nullable: true })
  previous: number | null;

  @Column('text', { nullable: true })
  fromState: SubscriptionState | null;

  @Column('text')
  toState: SubscriptionState;

  @Column('text')
  change: 'subscribed' | SubscriptionChange['kind'];

  /** The suspension that was added or lifted, or the reason for the cancellation. */
  @Column('text', { nullable: true })
  reason: string | null;

  @Column('text')
  actor: 'customer' | 'operator' | 'carrier' | 'reconciliation' | 'unknown';

  /** The operator’s login or the client’s id. */
  @Column('text', { nullable: true })
  actorId: string | null;

  @Column('text', { nullable: true })
  eventSource: string | null;

  @Column('text', { nullable: true })
  eventId: string | null;

  /** When the change took effect. A carrier may report it late. */
  @Column('timestamptz')
  at: Date;

  /** When the service learned of it. */
  @Column('timestamptz', { default: () => 'now()' })
  recordedAt: Date;
}
