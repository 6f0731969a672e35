import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Cause } from './subscription.ts';
import type { SubscriptionChange, SubscriptionState } from '../domain/subscription.ts';

/** One transition of a subscription. Foreign keys chain each to the one before, and the subscription to the last. */
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

  /** Which suspension came or went, or why the subscription was cancelled. */
  @Column('text', { nullable: true })
  reason: string | null;

  @Column('text')
  actor: Cause['actor'] | 'unknown';

  /** The operator’s login or the client’s id. */
  @Column('text', { nullable: true })
  actorId: string | null;

  @Column('text', { nullable: true })
  eventSource: string | null;

  @Column('text', { nullable: true })
  eventId: string | null;

  /** When it took effect, which a carrier may tell late. */
  @Column('timestamptz')
  at: Date;

  /** When the service learned of it. */
  @Column('timestamptz', { default: () => 'now()' })
  recordedAt: Date;
}
