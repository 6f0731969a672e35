import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { CustomerReportKind, ReportOutcome } from './report.ts';

/**
 * A report that a customer filed without logging in. A worker resolves it afterwards, so that the answer reveals
 * nothing about the person.
 */
@Entity('reports')
export class Report {
  @PrimaryColumn('uuid')
  id: string;

  @Column('text')
  kind: CustomerReportKind;

  /** The reported person, encrypted; deleted when the report is resolved. */
  @Column('bytea', { nullable: true })
  person: Buffer | null;

  @Column('uuid', { nullable: true })
  subscriptionId: string | null;

  @Column('timestamptz', { default: () => 'now()' })
  filedAt: Date;

  @Column('timestamptz', { default: () => 'now()' })
  dueAt: Date;

  /** When the phone and the number were told of a request for a new phone. */
  @Column('timestamptz', { array: true, default: () => "'{}'" })
  toldAt: Date[];

  /** Null until a worker resolves the report. */
  @Column('text', { nullable: true })
  outcome: ReportOutcome | null;

  /** The operator who has spoken with the customer. */
  @Column('text', { nullable: true })
  settledBy: string | null;

  @Column('timestamptz', { nullable: true })
  settledAt: Date | null;
}
