import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { AuthenticationState, Channel, DeclineReason, Flow } from '../domain/authentication.ts';

/** One attempt of a relying party to verify one person. No foreign keys: a decoy must cost as much as a real line. */
@Entity('authentications')
export class Authentication {
  @PrimaryColumn('uuid')
  id: string;

  @Column('uuid')
  clientId: string;

  /** Keyed index of number, birth date and gender digit; of a log-in or a number alone, another one of its own. */
  @Column('bytea')
  personIndex: Buffer;

  /** Null for a decoy. */
  @Column('text', { nullable: true })
  lineId: string | null;

  @Column('uuid', { nullable: true })
  subscriptionId: string | null;

  /** The device that opened or declined it, or that is to sign. */
  @Column('uuid', { nullable: true })
  deviceId: string | null;

  @Column('text')
  channel: Channel;

  @Column('text')
  state: AuthenticationState;

  /** The purpose as older versions stored it, until `npm run reencrypt`. */
  @Column('text', { nullable: true })
  purpose: string | null;

  /** The texts of the request (`REQUEST_TEXTS`) as JSON, encrypted. */
  @Column('bytea', { nullable: true })
  texts: Buffer | null;

  /** The named person, encrypted; wiped at the end unless verified. */
  @Column('bytea', { nullable: true })
  person: Buffer | null;

  /** Address and user agent of the browser, encrypted; wiped at the end. */
  @Column('bytea', { nullable: true })
  endUser: Buffer | null;

  @Column('bytea')
  nonce: Buffer;

  @Column('smallint', { default: () => '0' })
  attempts: number;

  /** Keyed digest of the code; null until the phone opens a push, and for codes that the phone computes. */
  @Column('bytea', { nullable: true })
  codeDigest: Buffer | null;

  /** The code of a text message, encrypted; wiped at the end. */
  @Column('bytea', { nullable: true })
  smsCode: Buffer | null;

  /** The host of the page into which the code of a text message is typed, if that is known. */
  @Column('text', { nullable: true })
  codeHost: string | null;

  /** The code as a JWE to the device’s key; wiped at the end. */
  @Column('text', { nullable: true })
  envelope: string | null;

  @Column('smallint', { default: () => '0' })
  resends: number;

  /** When the wake-up or text message was last enqueued. */
  @Column('timestamptz')
  sentAt: Date;

  @Column('text', { nullable: true })
  declineReason: DeclineReason | null;

  /** When the person said in the history that it was not them. */
  @Column('timestamptz', { nullable: true })
  notMeAt: Date | null;

  /** When the person opened it with the PIN; null: not yet, never, or a code that needs no opening. */
  @Column('timestamptz', { nullable: true })
  openedAt: Date | null;

  @Column('timestamptz')
  requestedAt: Date;

  @Column('timestamptz')
  expiresAt: Date;

  /** Null while pending or opened. */
  @Column('timestamptz', { nullable: true })
  closedAt: Date | null;

  /** The line’s version at the start: a code by SMS is void once the line has changed. */
  @Column('integer', { nullable: true })
  lineVersion: number | null;

  /** The authenticator that makes the code, for `otp` and `sign`. */
  @Column('uuid', { nullable: true })
  authenticatorId: string | null;

  /** The fields to be signed, encrypted; wiped at the end. */
  @Column('bytea', { nullable: true })
  transaction: Buffer | null;

  /** True for a start beyond a limit of ringing, and after the person said that it was not them: it rang no phone. */
  @Column('boolean', { default: () => 'false' })
  held: boolean;

  /** The keys of the budgets that the start spent, until it is given back or closes. */
  @Column('bytea', { array: true, nullable: true })
  budgets: Buffer[] | null;

  /** The hosted window that drives it. */
  @Column('uuid', { nullable: true })
  windowId: string | null;

  /**
   * Two digits, which the page of the relying party shows and the person types into the app; null where none are asked
   * for. They are no secret, and stay, because a repeated Idempotency-Key answers them again.
   */
  @Column('text', { nullable: true })
  matchDigits: string | null;

  /** Wrong digits that were typed; the third ends it. */
  @Column('smallint', { default: () => '0' })
  matchFailures: number;

  /**
   * True once the right digits were typed. Without it, nothing that has digits is opened or verified: a process of an earlier
   * release does not ask for them.
   */
  @Column('boolean', { default: () => 'false' })
  matchProven: boolean;

  /** What started it, and alone knows it afterwards. */
  @Column('text', { default: () => "'api'" })
  flow: Flow;
}
