import { Column, Entity, PrimaryColumn } from 'typeorm';

/** An authorization request, from the client's first call until its tokens have expired. */
@Entity('openid_requests')
export class OpenIdRequest {
  @PrimaryColumn('uuid')
  id: string;

  @Column('uuid')
  clientId: string;

  /** SHA-256 of the random part of `request_uri`, where the request was pushed (RFC 9126). */
  @Column('bytea', { nullable: true })
  requestUriDigest: Buffer | null;

  /** The checked request as JSON, encrypted: state, nonce and purpose are the client's own texts. */
  @Column('bytea')
  parameters: Buffer;

  @Column('text')
  redirectUri: string;

  /** SHA-256 of the verifier (RFC 7636), in base64url. Null: a nonce stands for it. */
  @Column('text', { nullable: true })
  codeChallenge: string | null;

  /** The thumbprint of the key that must come with the code (RFC 9449, 10). */
  @Column('text', { nullable: true })
  dpopJkt: string | null;

  /** The window in which the person is verified. Null until a browser brings a pushed request. */
  @Column('uuid', { nullable: true })
  windowId: string | null;

  /** The verified authentication for which a code was issued. */
  @Column('uuid', { nullable: true })
  authenticationId: string | null;

  /** SHA-256 of the code that was issued last. */
  @Column('bytea', { nullable: true })
  codeDigest: Buffer | null;

  @Column('timestamptz', { nullable: true })
  codeExpiresAt: Date | null;

  @Column('timestamptz', { nullable: true })
  redeemedAt: Date | null;

  /** When its present step ends. */
  @Column('timestamptz')
  expiresAt: Date;
}
