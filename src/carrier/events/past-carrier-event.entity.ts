import { Column, Entity, PrimaryColumn } from 'typeorm';

/** An event that a carrier sent more than 90 days ago. The table has a partition for each month in which they were received. */
@Entity('past_carrier_events')
export class PastCarrierEvent {
  /** Digest of source and event id; twice in the table if the carrier sent the event again after 90 days. */
  @PrimaryColumn('text')
  id: string;

  @Column('text', { nullable: true })
  source: string | null;

  @Column('text', { nullable: true })
  eventId: string | null;

  @Column('text', { nullable: true })
  type: string | null;

  @Column('text', { nullable: true })
  lineId: string | null;

  @Column('bigint', { nullable: true })
  sequence: string | null;

  /** The instant at which it took effect, as the carrier tells it. */
  @Column('timestamptz', { nullable: true })
  at: Date | null;

  @Column('text')
  outcome: 'applied' | 'stale';

  /** Why it was rejected at first. */
  @Column('text', { nullable: true })
  reason: string | null;

  @PrimaryColumn('timestamptz')
  receivedAt: Date;
}
