import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A client whose events are recorded: since its first endpoint, or since it first read the feed. */
@Entity('webhook_listeners')
export class WebhookListener {
  @PrimaryColumn('uuid')
  clientId: string;

  @Column('timestamptz', { default: () => 'now()' })
  since: Date;

  /** When the client last read the feed, to the hour. */
  @Column('timestamptz', { default: () => 'now()' })
  readAt: Date;

  /** Rises with each restore of the database, after which PostgreSQL counts transactions from an earlier number. */
  @Column('integer', { default: () => '0' })
  epoch: number;

  /** The events that are kept, as far as they are counted: up to a place of the feed. */
  @Column('integer', { default: () => '0' })
  kept: number;

  @Column('integer', { default: () => '0' })
  countedEpoch: number;

  @Column('bigint', { default: () => '0' })
  countedTransaction: string;

  @Column('uuid', { default: () => "'00000000-0000-0000-0000-000000000000'" })
  countedId: string;

  /** When its events were counted last. The client that was counted longest ago is next. */
  @Column('timestamptz', { default: () => "'-infinity'" })
  countedAt: Date;

  /** The place of the last event that was dropped. A reader before it has missed some. */
  @Column('integer', { nullable: true })
  droppedEpoch: number | null;

  @Column('bigint', { nullable: true })
  droppedTransaction: string | null;

  @Column('uuid', { nullable: true })
  droppedId: string | null;
}
