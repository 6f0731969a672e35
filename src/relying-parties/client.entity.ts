import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { ClientAuthMethod, DeliveryMode, RequestSigningAlg, IdTokenAlgorithm } from '../domain/client.ts';

/** A program that calls the service: a relying party, a carrier or an operator’s system. */
@Entity('clients')
export class Client {
  @PrimaryColumn('uuid')
  id: string;

  /** The name under which it asks for tokens. */
  @Column('text')
  clientId: string;

  /** 1 to 60 characters: it travels in every code’s envelope, which has to fit a push. */
  @Column('text')
  name: string;

  /** SHA-256 of its present secret. Former ones that still serve are in `client_secrets`. */
  @Column('bytea', { nullable: true })
  secretDigest: Buffer | null;

  /** Its keys for `private_key_jwt`. */
  @Column('jsonb', { nullable: true })
  jwks: object | null;

  @Column('text', { array: true })
  scopes: string[];

  /** Where hosted windows may return to, compared exactly. */
  @Column('text', { array: true, default: () => "'{}'" })
  returnUrls: string[];

  @Column('integer', { default: () => '6000' })
  startsPerMinute: number;

  @Column('timestamptz', { default: () => 'now()' })
  createdAt: Date;

  /** Pages that may show its hosted windows in a frame. */
  @Column('text', { array: true, default: () => "'{}'" })
  frameOrigins: string[];

  /** Subscribers may not permit SMS for it. */
  @Column('boolean', { default: () => 'false' })
  refusesSms: boolean;

  /** Printed beside the serial number of a Smart OTP that this institution issued. */
  @Column('text', { nullable: true })
  vendorCode: string | null;

  /** It gets nothing without a registration: no push, no SMS, no OTP. */
  @Column('boolean', { default: () => 'false' })
  requiresRegistration: boolean;

  /**
   * The host of the page where it has codes typed, for the origin-bound line of a text message: lower case, without
   * scheme and port. Null: its messages have no such line.
   */
  @Column('text', { nullable: true })
  windowHost: string | null;

  /** The only way in which it may authenticate; `none` for a public client. Null: by its keys, or by its secret in either place. */
  @Column('text', { nullable: true })
  tokenEndpointAuthMethod: ClientAuthMethod | null;

  /**
   * What its assertions may name as `aud`: this issuer, which RFC 10070 demands, or also the URL of the called endpoint,
   * which older clients name.
   */
  @Column('text', { default: () => "'issuer'" })
  assertionAudience: 'issuer' | 'endpoint';

  /** Since when it gets no tokens, and those that it has are refused. It stays so. */
  @Column('timestamptz', { nullable: true })
  disabledAt: Date | null;

  /** Its keys for `private_key_jwt` that get tokens of test mode alone. */
  @Column('jsonb', { nullable: true })
  testJwks: object | null;

  /** How it learns that its CIBA request has ended: it polls, or it is also pinged (CIBA Core 1.0, 5). */
  @Column('text', { default: () => "'poll'" })
  backchannelTokenDeliveryMode: DeliveryMode;

  /** Where pings go. */
  @Column('text', { nullable: true })
  backchannelClientNotificationEndpoint: string | null;

  /** The algorithm of its signed CIBA requests. If set, an unsigned request is refused. */
  @Column('text', { nullable: true })
  backchannelAuthenticationRequestSigningAlg: RequestSigningAlg | null;

  /** It may name a person by the phone number alone. */
  @Column('boolean', { default: () => 'false' })
  mayNameByNumber: boolean;

  /** It follows FAPI-CIBA: signed requests, authentication by `private_key_jwt`, and access tokens that are bound to a key. */
  @Column('boolean', { default: () => 'false' })
  fapi: boolean;

  /** Its access tokens are bound to a key that it proves by DPoP (RFC 9449, 5.2). */
  @Column('boolean', { default: () => 'false' })
  dpopBoundAccessTokens: boolean;

  /** Its authorization requests are signed (RFC 9101, 10.5). */
  @Column('boolean', { default: () => 'false' })
  requireSignedRequestObject: boolean;

  /** The window of its log-ins by OpenID Connect shows two digits, for which the app asks before it opens. */
  @Column('boolean', { default: () => 'false' })
  logInMatch: boolean;

  /** The algorithm of its id_tokens. */
  @Column('text', { default: () => "'ES256'" })
  idTokenSignedResponseAlg: IdTokenAlgorithm;

  /**
   * Clients of one sector get one `subject` for a person (OpenID Connect Core 1.0, 8.1): a host name of the company. Null: a
   * sector of its own.
   */
  @Column('text', { nullable: true })
  sector: string | null;

  /** Where it publishes its keys for `private_key_jwt` (RFC 7591, 2), in place of `jwks`. */
  @Column('text', { nullable: true })
  jwksUri: string | null;

  /** It follows the CAMARA Security and Interoperability Profile (r4.2), where that differs from CIBA and RFC 7523. */
  @Column('boolean', { default: () => 'false' })
  camara: boolean;
}
