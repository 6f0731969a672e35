import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The instants at which forms were sent within the last day, newest last. */
@Entity('form_budgets')
export class FormBudget {
  /** Keyed digest of the sender or of the person it names. */
  @PrimaryColumn('bytea')
  key: Buffer;

  @Column('timestamptz', { array: true })
  sent: Date[];
}
