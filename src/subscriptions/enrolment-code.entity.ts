import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { PublicJwk } from '../crypto/keyring.ts';

/** A code that enrols one device. */
@Entity('enrolment_codes')
export class EnrolmentCode {
  @PrimaryColumn('bytea')
  codeDigest: Buffer;

  /** Null for a decoy. */
  @Column('uuid', { nullable: true })
  subscriptionId: string | null;

  /** The index of the named person who is no subscriber, so that the next code of the institution replaces this one. */
  @Column('bytea', { nullable: true })
  decoyIndex: Buffer | null;

  @Column('timestamptz')
  expiresAt: Date;

  @Column('timestamptz', { nullable: true })
  usedAt: Date | null;

  /** The device that it enrolled. */
  @Column('uuid', { nullable: true })
  deviceId: string | null;

  /** The institution whose Smart OTP the code enrols; null for the subscription’s own phone. */
  @Column('uuid', { nullable: true })
  issuerId: string | null;

  @Column('jsonb', { nullable: true })
  cardKey: PublicJwk | null;

  /** True for a code that the phone before it showed, after its PIN. */
  @Column('boolean', { default: () => 'false' })
  confirmed: boolean;

  /** The reissue to which the code belongs. */
  @Column('uuid', { nullable: true })
  reissueId: string | null;
}
