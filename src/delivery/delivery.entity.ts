import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';
import type { DeliveryKind } from '../domain/delivery.ts';

/** The outbox: a push or text message that its transaction enqueued. The row goes once the platform acknowledged it. */
@Entity('deliveries')
export class Delivery {
  @PrimaryGeneratedColumn('identity', { type: 'bigint' })
  id: string;

  @Column('text')
  kind: DeliveryKind;

  @Column('uuid', { nullable: true })
  authenticationId: string | null;

  @Column('uuid', { nullable: true })
  deviceId: string | null;

  @Column('smallint', { default: () => '0' })
  attempts: number;

  /** When the sweeper takes it up, unless the queue was faster. */
  @Column('timestamptz')
  dueAt: Date;

  /** Until then one worker has it. */
  @Column('timestamptz', { nullable: true })
  claimedUntil: Date | null;

  @Column('timestamptz')
  createdAt: Date;

  @Column('timestamptz')
  expiresAt: Date;

  @Column('uuid', { nullable: true })
  noticeId: string | null;

  @Column('uuid', { nullable: true })
  alertId: string | null;
}
