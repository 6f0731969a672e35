import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A verified authentication whose tokens are no longer valid: its client revoked one, or sent its code twice. */
@Entity('openid_revocations')
export class OpenIdRevocation {
  @PrimaryColumn('uuid')
  authenticationId: string;

  @Column('timestamptz', { default: () => 'now()' })
  revokedAt: Date;
}
