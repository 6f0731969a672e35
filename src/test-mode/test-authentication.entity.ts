import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { AuthenticationState, Channel } from '../domain/authentication.ts';
import type { TestPerson } from '../domain/test-person.ts';

/** One attempt of a window to verify a test person. No line, no device and no message belongs to it. */
@Entity('test_authentications')
export class TestAuthentication {
  @PrimaryColumn('uuid')
  id: string;

  @Column('uuid')
  clientId: string;

  @Column('text')
  channel: Channel;

  /** As far as it is written; a time that has come counts before it is. */
  @Column('text', { default: () => "'pending'" })
  state: AuthenticationState;

  /** Who was named, encrypted; null once it ended without verification. */
  @Column('bytea', { nullable: true })
  person: Buffer | null;

  @Column('bytea')
  personDigest: Buffer;

  /** Two digits for the page to show; null where none are asked for. */
  @Column('text', { nullable: true })
  matchDigits: string | null;

  /** What the person types. Null: no code is right, or it ended. */
  @Column('text', { nullable: true })
  code: string | null;

  /** The digest of the transaction that is signed. */
  @Column('text', { nullable: true })
  question: string | null;

  @Column('smallint', { default: () => '0' })
  wrongFirst: number;

  @Column('smallint', { default: () => '0' })
  attempts: number;

  @Column('smallint', { default: () => '0' })
  resends: number;

  @Column('timestamptz')
  sentAt: Date;

  @Column('timestamptz')
  startedAt: Date;

  /** When the test person opens the request; null: never. */
  @Column('timestamptz', { nullable: true })
  opensAt: Date | null;

  /** When it ends by itself. */
  @Column('timestamptz')
  endsAt: Date;

  @Column('text')
  endsAs: TestPerson['endsAs'];

  @Column('timestamptz')
  expiresAt: Date;

  /** When it changes by itself next. */
  @Column('timestamptz')
  nextAt: Date;

  @Column('timestamptz', { nullable: true })
  closedAt: Date | null;

  @Column('bytea', { nullable: true })
  keyDigest: Buffer | null;

  @Column('bytea', { nullable: true })
  requestDigest: Buffer | null;

  /** A hosted window drives it, which gives its relying party no assertion. */
  @Column('boolean', { default: () => 'false' })
  byWindow: boolean;

  /** That window. */
  @Column('uuid', { nullable: true })
  windowId: string | null;

  /** Of the request that verified; null where none did, or a window. */
  @Column('bytea', { nullable: true })
  answerDigest: Buffer | null;

  /** When that request came. */
  @Column('timestamptz', { nullable: true })
  answeredAt: Date | null;

  /** Its answer, encrypted; null until it is composed. */
  @Column('bytea', { nullable: true })
  answer: Buffer | null;
}
