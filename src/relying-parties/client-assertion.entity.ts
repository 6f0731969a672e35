import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A `jti` of a private_key_jwt assertion: each is accepted once (RFC 7523, 3). */
@Entity('client_assertions')
export class ClientAssertion {
  @PrimaryColumn('uuid')
  clientId: string;

  @PrimaryColumn('text')
  jti: string;

  @Column('timestamptz')
  expiresAt: Date;
}
