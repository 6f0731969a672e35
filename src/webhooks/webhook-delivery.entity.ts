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

  /** Rises when it is sent anew: a job with an earlier number sends it no more. */
  @Column('integer', { default: () => '0' })
  claim: number;

  /** From when on it is handed to the queue, as long as no run sends it. */
  @Column('timestamptz', { default: () => 'now()' })
  dueAt: Date;
}
