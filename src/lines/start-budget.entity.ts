import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The instants of a person’s starts within the last day, newest last. One statement both counts and spends them. */
@Entity('start_budgets')
export class StartBudget {
  /** Keyed index of the person or number, and of where the starts count: see `StartBudgets.of`. */
  @PrimaryColumn('bytea')
  personIndex: Buffer;

  @Column('timestamptz', { array: true })
  starts: Date[];

  /** Until when the relying party's starts for the person ring nothing, because the person answered that it was not them. */
  @Column('timestamptz', { nullable: true })
  quietUntil: Date | null;
}
