import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A long-lived bearer that a carrier's platform presents where it can get no access token: at the carrier feed alone. */
@Entity('sink_tokens')
export class SinkToken {
  @PrimaryColumn('uuid')
  id: string;

  @Column('uuid')
  clientId: string;

  /** SHA-256 of the token. */
  @Column('bytea')
  digest: Buffer;

  /** What it is for, as the person who issued it says. */
  @Column('text', { nullable: true })
  note: string | null;

  @Column('timestamptz', { default: () => 'now()' })
  issuedAt: Date;

  @Column('timestamptz')
  expiresAt: Date;

  @Column('timestamptz', { nullable: true })
  revokedAt: Date | null;

  /** At most a minute older than the last request with it. */
  @Column('timestamptz', { nullable: true })
  lastUsedAt: Date | null;
}
