import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { RegistrationState } from '../../domain/authenticator.ts';

/**
 * Permission for an institution to ask a subscriber’s authenticator.
 * A decoy (without a device) is stored too, and never becomes active.
 */
@Entity('registrations')
export class Registration {
  @PrimaryColumn('uuid')
  id: string;

  @Column('uuid')
  clientId: string;

  @Column('uuid', { nullable: true })
  subscriptionId: string | null;

  /** The device to ask; null for a decoy. */
  @Column('uuid', { nullable: true })
  deviceId: string | null;

  /** Keyed index of the named person. */
  @Column('bytea', { nullable: true })
  personIndex: Buffer | null;

  @Column('text')
  state: RegistrationState;

  @Column('bytea')
  nonce: Buffer;

  /** SHA-256 of the Idempotency-Key. */
  @Column('bytea', { nullable: true })
  keyDigest: Buffer | null;

  /** Keyed digest of the request’s body. */
  @Column('bytea', { nullable: true })
  requestDigest: Buffer | null;

  @Column('timestamptz')
  requestedAt: Date;

  @Column('timestamptz')
  expiresAt: Date;

  @Column('timestamptz', { nullable: true })
  confirmedAt: Date | null;

  @Column('timestamptz', { nullable: true })
  closedAt: Date | null;

  @Column('text', { nullable: true })
  closedBy: 'app' | 'website' | 'client' | 'time' | 'another' | 'device' | null;
}
