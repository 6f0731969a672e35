import { Column, Entity, PrimaryColumn } from 'typeorm';

/** When a client last authenticated with a key of its JWKS. */
@Entity('client_key_uses')
export class ClientKeyUse {
  @PrimaryColumn('uuid')
  clientId: string;

  /** SHA-256 thumbprint of the public key (RFC 7638), base64url. */
  @PrimaryColumn('text')
  thumbprint: string;

  @Column('timestamptz')
  lastUsedAt: Date;
}
