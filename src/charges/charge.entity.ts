import { Column, Entity, PrimaryColumn } from 'typeorm';

/** What a closed month was charged for a subscription. A row for an earlier month is a correction. */
@Entity('charges')
export class Charge {
  /** Seoul month, `YYYY-MM`. */
  @PrimaryColumn('text')
  chargedIn: string;

  @PrimaryColumn('uuid')
  subscriptionId: string;

  /** The month in which the subscription was active; earlier than `chargedIn` for a correction. */
  @PrimaryColumn('text')
  month: string;

  @Column('integer')
  days: number;

  /** Whole won. */
  @Column('integer')
  amount: number;

  /** Whole won. */
  @Column('integer')
  monthlyFee: number;
}
