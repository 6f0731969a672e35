import { Column, Entity, PrimaryColumn } from 'typeorm';

export type NotificationKind = 'started' | 'swapped' | 'ended';

/** Why a subscription ended (CAMARA, `TerminationReason`). */
export type TerminationReason =
  | 'MAX_EVENTS_REACHED'
  | 'NETWORK_TERMINATED'
  | 'SUBSCRIPTION_EXPIRED'
  | 'ACCESS_TOKEN_EXPIRED'
  | 'SUBSCRIPTION_DELETED';

/** A notification that is still to be sent. Its row goes when its receiver took it, or after its last attempt. */
@Entity('swap_notifications')
export class SwapNotification {
  /** The id of the CloudEvent. */
  @PrimaryColumn('uuid', { default: () => 'gen_random_uuid()' })
  id: string;

  @Column('uuid')
  subscriptionId: string;

  @Column('uuid')
  clientId: string;

  @Column('text')
  kind: NotificationKind;

  /** When that happened which it tells of. */
  @Column('timestamptz')
  at: Date;

  /** Of an end alone. */
  @Column('text', { nullable: true })
  reason: TerminationReason | null;

  /** Attempts that were begun. */
  @Column('integer', { default: () => '0' })
  attempts: number;

  @Column('timestamptz', { default: () => 'now()' })
  dueAt: Date;
}
