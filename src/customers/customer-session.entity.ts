import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Intent } from './intent.ts';
import type { Channel } from '../domain/authentication.ts';

/** A customer’s browser on the website, and the progress of its verification. */
@Entity('customer_sessions')
export class CustomerSession {
  /** SHA-256 of the browser’s secret. */
  @PrimaryColumn('bytea')
  digest: Buffer;

  /** The action for which the customer is verified. */
  @Column('text', { name: 'errand' })
  intent: Intent;

  /** The version of the terms that a joining customer accepted. */
  @Column('text', { nullable: true })
  terms: string | null;

  /** The verification in progress. */
  @Column('uuid', { nullable: true })
  authenticationId: string | null;

  /** The line that the session may access; null before the verification. */
  @Column('text', { nullable: true })
  lineId: string | null;

  /** Keyed index of the line’s owner at the verification. It reveals a later change of owner. */
  @Column('bytea', { nullable: true })
  personIndex: Buffer | null;

  @Column('timestamptz', { nullable: true })
  verifiedAt: Date | null;

  /** The intent that the app named as the purpose of the code. */
  @Column('text', { nullable: true })
  verifiedFor: Intent | null;

  /** The authentication that verified the customer. */
  @Column('uuid', { nullable: true })
  verifiedBy: string | null;

  @Column('text', { nullable: true })
  channel: Channel | null;

  /** The enrolment code that the page shows, encrypted. */
  @Column('bytea', { nullable: true })
  enrolment: Buffer | null;

  @Column('timestamptz', { default: () => 'now()' })
  createdAt: Date;

  @Column('timestamptz', { default: () => 'now()' })
  seenAt: Date;
}
