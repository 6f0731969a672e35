import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { EventType } from './event-types.ts';

/** The default of `id`: ids of one millisecond lie side by side. */
const BY_TIME = `(lpad(to_hex((extract(epoch FROM clock_timestamp()) * 1000)::bigint), 12, '0')
  || substr(replace(gen_random_uuid()::text, '-', ''), 13))::uuid`;

/** What happened, as its relying party is told. It has no personal data. */
@Entity('webhook_events')
export class WebhookEvent {
  @PrimaryColumn('uuid', { default: () => BY_TIME })
  id: string;

  @Column('uuid')
  clientId: string;

  /** The epoch of the listener when it was recorded. */
  @Column('integer')
  epoch: number;

  /** The transaction that recorded it. */
  @Column('bigint', { default: () => 'pg_current_xact_id()::text::bigint' })
  transaction: string;

  @Column('text')
  type: EventType;

  @Column('timestamptz')
  happenedAt: Date;

  @Column('jsonb')
  data: object;

  /** Sent by request, as an example. */
  @Column('boolean', { default: () => 'false' })
  isExample: boolean;
}
