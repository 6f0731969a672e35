import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { AuthenticatorKind } from '../domain/authenticator.ts';

/** A secret that a device and the service share. The row outlives the secret: it records the agreement to the terms. */
@Entity('authenticators')
export class Authenticator {
  @PrimaryColumn('uuid')
  id: string;

  @Column('uuid')
  deviceId: string;

  @Column('uuid')
  subscriptionId: string;

  @Column('text')
  kind: AuthenticatorKind;

  /** Encrypted; null once its device is revoked. */
  @Column('bytea', { nullable: true })
  secret: Buffer | null;

  /** The version of the terms that the person agreed to. */
  @Column('text')
  terms: string;

  /** Wrong codes in a row; five lock the authenticator. */
  @Column('smallint', { default: () => '0' })
  failures: number;

  /** The last time step whose code was accepted. */
  @Column('bigint', { default: () => "'-1'" })
  lastStep: string;

  /** The deviation of the phone’s clock from the service’s, in steps. */
  @Column('integer', { default: () => '0' })
  drift: number;

  /** The step of a right code far off the expected one; the next code after it resynchronises the clock. */
  @Column('bigint', { nullable: true })
  farStep: string | null;

  @Column('integer', { nullable: true })
  farDrift: number | null;

  @Column('timestamptz', { nullable: true })
  farAt: Date | null;

  @Column('timestamptz', { default: () => 'now()' })
  createdAt: Date;
}
