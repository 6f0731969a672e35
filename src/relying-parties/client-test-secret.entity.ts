import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A secret that gets tokens of test mode alone. Present ones have no end. */
@Entity('client_test_secrets')
export class ClientTestSecret {
  @PrimaryColumn('uuid')
  clientId: string;

  /** SHA-256 of the secret. */
  @PrimaryColumn('bytea')
  digest: Buffer;

  @Column('timestamptz', { default: () => 'now()' })
  madeAt: Date;

  /** Until when a former secret still serves, or when it ended. */
  @Column('timestamptz', { nullable: true })
  endsAt: Date | null;

  /** At most a minute older than the last token that it got. */
  @Column('timestamptz', { nullable: true })
  lastUsedAt: Date | null;
}
