import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { PublicJwk } from '../crypto/keyring.ts';
import type { DeviceState } from '../domain/device.ts';
import type { Locale } from '../domain/locale.ts';
import type { Platform, PushChoice } from '../domain/push-service.ts';

/** The language and the versions of the documents that a person agreed to. */
export interface DeviceConsent {
  locale: Locale;
  terms: string;
  privacy: string;
}

/** One installation of the app, with its own keys. */
@Entity('devices')
export class Device {
  @PrimaryColumn('uuid')
  id: string;

  @Column('uuid')
  subscriptionId: string;

  @Column('text')
  serialNumber: string;

  @Column('text')
  state: DeviceState;

  @Column('jsonb')
  signingKey: PublicJwk;

  @Column('jsonb')
  encryptionKey: PublicJwk;

  /**
   * The knowledge key, which the PIN unwraps on the phone; encrypted, and bound to the subscription and the keys. Null 72
   * hours after the device was revoked, like name and push token.
   */
  @Column('bytea', { nullable: true })
  knowledgeKey: Buffer | null;

  @Column('text')
  platform: Platform;

  /** The service that carries its pushes. With `none` it has no token, and asks the service itself. */
  @Column('text')
  pushService: PushChoice;

  @Column('text')
  osVersion: string;

  @Column('text')
  appVersion: string;

  /** The name as older versions stored it, until `npm run reencrypt`. */
  @Column('text', { nullable: true })
  name: string | null;

  /** The person's name for the phone, encrypted. */
  @Column('bytea', { nullable: true })
  nameCipher: Buffer | null;

  /**
   * Encrypted; null once the push service reported it dead, or once the device was revoked. A phone whose place another
   * one took keeps it for 72 hours, for the pushes of alerts.
   */
  @Column('bytea', { nullable: true })
  pushToken: Buffer | null;

  /** SHA-256 of the push token, which shows whether a dead token is still the stored one. */
  @Column('bytea', { nullable: true })
  pushTokenDigest: Buffer | null;

  @Column('timestamptz', { default: () => 'now()' })
  pushTokenAt: Date;

  /** When the push service reported the token dead, for which it was cleared; null while the phone has one. */
  @Column('timestamptz', { nullable: true })
  pushTokenDiedAt: Date | null;

  /** Wrong PINs in a row since the last unlock; five lock the PIN. */
  @Column('smallint', { default: () => '0' })
  pinFailures: number;

  /** Wrong PINs since the last right one, unlocked or not; fifteen lock the PIN for good. */
  @Column('smallint', { default: () => '0' })
  pinWrong: number;

  /** When the person was told that the PIN is locked; null while it is not. */
  @Column('timestamptz', { nullable: true })
  pinLockedAt: Date | null;

  /** Keyed digest of the test code. */
  @Column('bytea', { nullable: true })
  testDigest: Buffer | null;

  @Column('text', { nullable: true })
  testEnvelope: string | null;

  @Column('smallint', { default: () => '0' })
  testFailures: number;

  @Column('timestamptz')
  testExpiresAt: Date;

  @Column('timestamptz', { default: () => 'now()' })
  createdAt: Date;

  @Column('timestamptz', { nullable: true })
  activatedAt: Date | null;

  @Column('timestamptz', { nullable: true })
  revokedAt: Date | null;

  /** When another phone took its place. For 72 hours it may then still read and answer alerts. */
  @Column('timestamptz', { nullable: true })
  replacedAt: Date | null;

  /** The pending PIN check; a device has at most one. */
  @Column('uuid', { nullable: true })
  pinCheckId: string | null;

  @Column('bytea', { nullable: true })
  pinCheckNonce: Buffer | null;

  @Column('timestamptz', { nullable: true })
  pinCheckExpiresAt: Date | null;

  /** The institution whose Smart OTP it is; null for the subscription’s own phone. */
  @Column('uuid', { nullable: true })
  issuerId: string | null;

  /** The key of the institution’s card, which the person taps to sign; null without a card. */
  @Column('jsonb', { nullable: true })
  cardKey: PublicJwk | null;

  /** What the person agreed to in the app. It counts once the device has passed its test, which shows who sent it. */
  @Column('jsonb', { nullable: true })
  consent: DeviceConsent | null;
}
