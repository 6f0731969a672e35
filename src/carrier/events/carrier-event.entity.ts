import { Column, Entity, PrimaryColumn } from 'typeorm';

/** What the carrier told in an event. */
export abstract class ToldEvent {
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
}

/** An event of a carrier, once by source and id within 90 days. Older ones are `PastCarrierEvent`, unless they may be replayed. */
@Entity('carrier_events')
export class CarrierEvent extends ToldEvent {
  /** Digest of source and event id. */
  @PrimaryColumn('text')
  id: string;

  @Column('text')
  outcome: 'applied' | 'stale' | 'unknown_line' | 'rejected';

  /** Why it was rejected. */
  @Column('text', { nullable: true })
  reason: string | null;

  /** The whole event, encrypted, while it may be replayed. */
  @Column('bytea', { nullable: true })
  kept: Buffer | null;

  @Column('timestamptz', { default: () => 'now()' })
  receivedAt: Date;
}
