import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The instants of a person’s starts within the last day, newest last. One statement both counts and spends them. */
@Entity('start_budgets')
export class StartBudget {
  /** Keyed index of the person, or of the number at one relying party. */
  @PrimaryColumn('bytea')
  personIndex: Buffer;

  @Column('timestamptz', { array: true })
  starts: Date[];
}
