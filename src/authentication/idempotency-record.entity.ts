import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A start that was sent with an Idempotency-Key; kept for 24 hours (contract). */
@Entity('idempotency_keys')
export class IdempotencyRecord {
  @PrimaryColumn('uuid')
  clientId: string;

  /** SHA-256 of the key. */
  @PrimaryColumn('bytea')
  keyDigest: Buffer;

  /** Keyed digest of the request’s body. */
  @Column('bytea')
  requestDigest: Buffer;

  @Column('uuid')
  authenticationId: string;

  @Column('timestamptz', { default: () => 'now()' })
  createdAt: Date;
}
