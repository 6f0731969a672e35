import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { PublicJwk } from '../crypto/keyring.ts';

/** A code that enrols one device. */
@Entity('enrolment_codes')
export class EnrolmentCode {
  @PrimaryColumn('bytea')
  codeDigest: Buffer;

  @Column('uuid')
  subscriptionId: string;

  @Column('timestamptz')
  expiresAt: Date;

  @Column('timestamptz', { nullable: true })
  usedAt: Date | null;

  /** The device that it enrolled. */
  @Column('uuid', { nullable: true })
  deviceId: string | null;

  /** The institution that issued a Smart OTP with it. */
  @Column('uuid', { nullable: true })
  issuerId: string | null;

  @Column('jsonb', { nullable: true })
  cardKey: PublicJwk | null;

  /** The reissue after a loss that it belongs to. */
  @Column('uuid', { nullable: true })
  reissueId: string | null;
}
