import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A month that is charged for good, and the fee that held in it. */
@Entity('closed_months')
export class ClosedMonth {
  /** Seoul month, `YYYY-MM`. */
  @PrimaryColumn('text')
  month: string;

  /** Whole won. */
  @Column('integer')
  monthlyFee: number;

  @Column('timestamptz', { default: () => 'now()' })
  closedAt: Date;
}
