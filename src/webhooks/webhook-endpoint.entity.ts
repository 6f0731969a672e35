import { Column, Entity, PrimaryColumn } from 'typeorm';

/** An address of a client to which its events are sent. */
@Entity('webhook_endpoints')
export class WebhookEndpoint {
  @PrimaryColumn('uuid')
  id: string;

  @Column('uuid')
  clientId: string;

  @Column('text')
  url: string;

  /** The types of events that it gets; `*` for all. */
  @Column('text', { array: true })
  types: string[];

  @Column('text', { nullable: true })
  description: string | null;

  @Column('timestamptz', { default: () => 'now()' })
  createdAt: Date;

  /** Since when every attempt failed. */
  @Column('timestamptz', { nullable: true })
  failingSince: Date | null;

  @Column('timestamptz', { nullable: true })
  disabledAt: Date | null;

  /** Its client, an answer 410, or five days of nothing but failures. */
  @Column('text', { nullable: true })
  disabledBy: 'client' | 'gone' | 'failures' | null;

  /** Nothing is sent before: the endpoint asked for a pause. */
  @Column('timestamptz', { nullable: true })
  pausedUntil: Date | null;

  /** The run that sends to the endpoint. */
  @Column('uuid', { nullable: true })
  turn: string | null;

  /** Until when no other run may send to the endpoint. */
  @Column('timestamptz', { nullable: true })
  turnUntil: Date | null;
}
