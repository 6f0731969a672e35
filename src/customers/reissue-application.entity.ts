import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { ApplicationState } from '../domain/reissue-application.ts';
import type { IdentityProof, ReissueCause, ReissueDelivery } from '../domain/reissue.ts';

/** A customer's own application for a reissue. An operator takes it up or declines it. */
@Entity('reissue_applications')
export class ReissueApplication {
  @PrimaryColumn('uuid')
  id: string;

  /** SHA-256 of the receipt number, with which the customer finds the application again. */
  @Column('bytea')
  digest: Buffer;

  /** The person named by a customer who did not log in, encrypted; deleted when a worker has looked for the person. */
  @Column('bytea', { nullable: true })
  person: Buffer | null;

  @Column('timestamptz', { default: () => 'now()' })
  dueAt: Date;

  /** Null until a worker has found the person, and for a person without a subscription. */
  @Column('uuid', { nullable: true })
  subscriptionId: string | null;

  @Column('text')
  cause: ReissueCause;

  @Column('text')
  oldSerialNumber: string;

  @Column('text')
  identityProof: IdentityProof;

  /** The authentication by the app that verified the customer for this application. */
  @Column('uuid', { nullable: true })
  authenticationId: string | null;

  /** The reference of another proof, encrypted; an operator checks it. */
  @Column('bytea', { nullable: true })
  proofReference: Buffer | null;

  @Column('text')
  delivery: ReissueDelivery;

  /** Name and postal address for a letter, encrypted; deleted when the reissue has ended. */
  @Column('bytea', { nullable: true })
  recipient: Buffer | null;

  @Column('text', { default: 'filed' })
  state: ApplicationState;

  @Column('timestamptz', { default: () => 'now()' })
  filedAt: Date;

  @Column('timestamptz')
  expiresAt: Date;

  /** The reissue for which an operator applied. */
  @Column('uuid', { nullable: true })
  reissueId: string | null;

  /** The operator, or `customer`. */
  @Column('text', { nullable: true })
  closedBy: string | null;

  @Column('timestamptz', { nullable: true })
  closedAt: Date | null;
}
