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
}
