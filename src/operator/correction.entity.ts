import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { CorrectableFact } from '../domain/correction.ts';

/** A fact of a line that its owner says is wrong. Only the carrier can change it. */
@Entity('corrections')
export class Correction {
  @PrimaryColumn('uuid')
  id: string;

  @Column('uuid')
  subscriptionId: string;

  @Column('text')
  fact: CorrectableFact;

  /** What the owner says, encrypted. */
  @Column('bytea')
  detail: Buffer;

  /** The login of the operator. */
  @Column('text')
  askedBy: string;

  @Column('timestamptz', { default: () => 'now()' })
  askedAt: Date;

  @Column('text', { nullable: true })
  closedBy: string | null;

  @Column('timestamptz', { nullable: true })
  closedAt: Date | null;
}
