import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The answer to a verification, kept for the 60 seconds in which it is repeated (contract). */
@Entity('verification_answers')
export class VerificationAnswer {
  @PrimaryColumn('uuid')
  authenticationId: string;

  /** Keyed digest of the code and, with `sign`, the transaction. */
  @Column('bytea')
  requestDigest: Buffer;

  /** The answer as JSON, encrypted; null until it was composed. */
  @Column('bytea', { nullable: true })
  answer: Buffer | null;

  @Column('timestamptz', { default: () => 'now()' })
  verifiedAt: Date;
}
