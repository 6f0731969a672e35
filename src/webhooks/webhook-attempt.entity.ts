import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

/** One attempt to send an event to an endpoint. */
@Entity('webhook_attempts')
export class WebhookAttempt {
  @PrimaryGeneratedColumn('identity', { type: 'bigint' })
  id: string;

  @Column('uuid')
  eventId: string;

  @Column('uuid')
  endpointId: string;

  /** 1 for the first one. */
  @Column('smallint')
  attempt: number;

  @Column('timestamptz')
  at: Date;

  @Column('integer')
  ms: number;

  /** The status of the answer. */
  @Column('smallint', { nullable: true })
  status: number | null;

  /** Why there was no answer. */
  @Column('text', { nullable: true })
  fault: string | null;

  /** The first KiB of the answer’s body. */
  @Column('text', { nullable: true })
  response: string | null;
}
