import { Column, Entity, PrimaryColumn } from 'typeorm';

/**
 * What a client signed and may send once: the `jti` of an assertion (RFC 7523, 3), `request ` with that of a signed request, and
 * `proof ` with the key and the `jti` of a proof of possession.
 */
@Entity('client_assertions')
export class ClientAssertion {
  @PrimaryColumn('uuid')
  clientId: string;

  @PrimaryColumn('text')
  jti: string;

  @Column('timestamptz')
  expiresAt: Date;
}
