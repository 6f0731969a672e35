import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { ApprovalKind, ApprovalState } from '../domain/operator.ts';

/** A deed at the desk that takes two operators: asked for by one, decided by another. */
@Entity('approvals')
export class Approval {
  @PrimaryColumn('uuid')
  id: string;

  @Column('text')
  kind: ApprovalKind;

  @Column('uuid')
  subscriptionId: string;

  @Column('text', { default: () => "'asked'" })
  state: ApprovalState;

  @Column('uuid')
  askedBy: string;

  @Column('timestamptz', { default: () => 'now()' })
  askedAt: Date;

  @Column('text')
  reason: string;

  /** The number of the subscription’s last transition when it was asked for: a later suspension voids the approval. */
  @Column('integer')
  link: number;

  @Column('timestamptz')
  expiresAt: Date;

  @Column('uuid', { nullable: true })
  decidedBy: string | null;

  @Column('timestamptz', { nullable: true })
  decidedAt: Date | null;

  @Column('text', { nullable: true })
  decisionReason: string | null;

  /** Null while it can still be decided or used. */
  @Column('timestamptz', { nullable: true })
  closedAt: Date | null;
}
