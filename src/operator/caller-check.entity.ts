import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { CallerCheckState, CheckedDeed } from '../domain/caller-check.ts';

/** One verification of a caller by push, for one deed of one operator. */
@Entity('caller_checks')
export class CallerCheck {
  @PrimaryColumn('uuid')
  id: string;

  @Column('uuid')
  subscriptionId: string;

  @Column('uuid')
  operatorId: string;

  @Column('text')
  deed: CheckedDeed;

  @Column('text')
  reason: string;

  /** The number of the subscription’s last transition when it was asked for. A later one may void it. */
  @Column('integer')
  link: number;

  @Column('timestamptz')
  askedAt: Date;

  /** The authentication by which the phone is asked; null until it has started. */
  @Column('uuid', { nullable: true })
  authenticationId: string | null;

  /** When the operator did the deed. */
  @Column('timestamptz', { nullable: true })
  spentAt: Date | null;

  /** The final state, from the moment at which it was written to the audit. */
  @Column('text', { nullable: true })
  endedAs: Exclude<CallerCheckState, 'asked' | 'opened' | 'verified'> | null;
}
