import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { IdentityProof, ReissueCause, ReissueDelivery, ReissueState } from '../domain/reissue.ts';

/** The steps by which a new phone replaces a lost or broken one. */
@Entity('reissues')
export class Reissue {
  @PrimaryColumn('uuid')
  id: string;

  @Column('uuid')
  subscriptionId: string;

  @Column('text')
  cause: ReissueCause;

  @Column('text')
  oldSerialNumber: string;

  @Column('text')
  identityProof: IdentityProof;

  @Column('text')
  delivery: ReissueDelivery;

  @Column('text')
  state: ReissueState;

  /** The number of the subscription’s last transition at the application: a later change voids the reissue. */
  @Column('integer')
  link: number;

  @Column('text')
  appliedBy: string;

  /** Null if a program applied. The company behind it involves two people of its own. */
  @Column('uuid', { nullable: true })
  appliedByOperator: string | null;

  @Column('timestamptz', { default: () => 'now()' })
  appliedAt: Date;

  @Column('timestamptz')
  expiresAt: Date;

  @Column('text', { nullable: true })
  decidedBy: string | null;

  @Column('uuid', { nullable: true })
  decidedByOperator: string | null;

  @Column('timestamptz', { nullable: true })
  decidedAt: Date | null;

  @Column('text', { nullable: true })
  issuedBy: string | null;

  @Column('timestamptz', { nullable: true })
  issuedAt: Date | null;

  /** The device that was enrolled with its code. */
  @Column('uuid', { nullable: true })
  deviceId: string | null;

  @Column('timestamptz', { nullable: true })
  registeredAt: Date | null;

  @Column('text', { nullable: true })
  closedBy: string | null;

  @Column('timestamptz', { nullable: true })
  closedAt: Date | null;
}
