import { Column, Entity, PrimaryColumn } from 'typeorm';

/** An event that is still to be sent to an endpoint. */
@Entity('webhook_deliveries')
export class WebhookDelivery {
  @PrimaryColumn('uuid')
  endpointId: string;

  @PrimaryColumn('uuid')
  eventId: string;

  @Column('smallint', { default: () => '0' })
  attempts: number;

  /** Rises when it is handed to the queue: a job with an earlier number sends nothing. */
  @Column('integer', { default: () => '0' })
  claim: number;

  /** When it is handed to the queue, if no job has sent it by then. */
  @Column('timestamptz', { default: () => 'now()' })
  dueAt: Date;
}
