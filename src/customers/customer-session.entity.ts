import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Intent } from './intent.ts';
import type { Channel } from '../domain/authentication.ts';

/** A customer’s browser on the website, and how far it has come. */
@Entity('customer_sessions')
export class CustomerSession {
  /** SHA-256 of the browser’s secret. */
  @PrimaryColumn('bytea')
  digest: Buffer;

  /** What the customer wants to be verified for. */
  @Column('text', { name: 'errand' })
  intent: Intent;

  /** The version of the terms that a joining customer agreed to. */
  @Column('text', { nullable: true })
  terms: string | null;

  /** The verification that is under way. */
  @Column('uuid', { nullable: true })
  authenticationId: string | null;

  /** The line that it may see; null before the verification. */
  @Column('text', { nullable: true })
  lineId: string | null;

  /** Keyed index of the line’s owner at the verification: the line may have another owner tomorrow. */
  @Column('bytea', { nullable: true })
  personIndex: Buffer | null;

  @Column('timestamptz', { nullable: true })
  verifiedAt: Date | null;

  /** What the customer was told that the code would do. */
  @Column('text', { nullable: true })
  verifiedFor: Intent | null;

  @Column('text', { nullable: true })
  channel: Channel | null;

  /** The enrolment code on the page, encrypted. */
  @Column('bytea', { nullable: true })
  enrolment: Buffer | null;

  @Column('timestamptz', { default: () => 'now()' })
  createdAt: Date;

  @Column('timestamptz', { default: () => 'now()' })
  seenAt: Date;
}
