import { Column, Entity, PrimaryColumn } from 'typeorm';
import { ToldEvent } from './carrier-event.entity.ts';

/** An event that a carrier sent more than 90 days ago. The table has a partition for each month in which they were received. */
@Entity('past_carrier_events')
export class PastCarrierEvent extends ToldEvent {
  /** Digest of source and event id; twice in the table if the carrier sent the event again after 90 days. */
  @PrimaryColumn('text')
  id: string;

  @Column('text')
  outcome: 'applied' | 'stale';

  /** Why it was rejected at first. */
  @Column('text', { nullable: true })
  reason: string | null;

  @PrimaryColumn('timestamptz')
  receivedAt: Date;
}
