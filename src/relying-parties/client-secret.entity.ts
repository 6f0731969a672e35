import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A secret that a client has or had. The present one is the one whose digest stands in `clients.secret_digest`. */
@Entity('client_secrets')
export class ClientSecret {
  @PrimaryColumn('uuid')
  clientId: string;

  /** SHA-256 of the secret. */
  @PrimaryColumn('bytea')
  digest: Buffer;

  @Column('timestamptz', { default: () => 'now()' })
  madeAt: Date;

  /** Until when a former secret still serves. Null: it was not replaced through `rotate`. */
  @Column('timestamptz', { nullable: true })
  endsAt: Date | null;

  /** At most a minute older than the last token that it got. */
  @Column('timestamptz', { nullable: true })
  lastUsedAt: Date | null;

  /** When it got its end, by a successor or by a change of keys. */
  @Column('timestamptz', { nullable: true })
  replacedAt: Date | null;
}
