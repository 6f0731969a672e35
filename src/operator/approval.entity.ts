import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { ApprovalKind, ApprovalState } from '../domain/operator.ts';

/** An action at the desk that takes two operators: one requests it, another decides. */
@Entity('approvals')
export class Approval {
  @PrimaryColumn('uuid')
  id: string;

  @Column('text')
  kind: ApprovalKind;

  /** Null for a request to subscribe a line, until it has a subscription. */
  @Column('uuid', { nullable: true })
  subscriptionId: string | null;

  /** The line that is to be subscribed although a hold stands; null for a request about a subscription. */
  @Column('text', { nullable: true })
  lineId: string | null;

  /** The operator stated that the customer is present and was identified. */
  @Column('boolean', { default: () => 'false' })
  identified: boolean;

  @Column('text', { default: () => "'asked'" })
  state: ApprovalState;

  @Column('uuid')
  askedBy: string;

  @Column('timestamptz', { default: () => 'now()' })
  askedAt: Date;

  @Column('text')
  reason: string;

  /**
   * The number of the subscription’s last transition at the time of the request: a later suspension voids the approval.
   * For a line without a subscription, the version of the line: whatever gives it to others voids it.
   */
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

  /** Null while the approval can still be decided or used. */
  @Column('timestamptz', { nullable: true })
  closedAt: Date | null;
}
