import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A secret with which events to an endpoint are signed. */
@Entity('webhook_secrets')
export class WebhookSecret {
  @PrimaryColumn('uuid')
  id: string;

  @Column('uuid')
  endpointId: string;

  @Column('uuid')
  clientId: string;

  /** Encrypted. */
  @Column('bytea')
  secret: Buffer;

  @Column('timestamptz', { default: () => 'now()' })
  createdAt: Date;

  /** Until when a former secret signs beside its successor; null for the present one. */
  @Column('timestamptz', { nullable: true })
  endsAt: Date | null;

  /** SHA-256 of the Idempotency-Key of the request that made it; kept for 24 hours. */
  @Column('bytea', { nullable: true })
  keyDigest: Buffer | null;

  /** Keyed digest of that request. */
  @Column('bytea', { nullable: true })
  requestDigest: Buffer | null;
}
