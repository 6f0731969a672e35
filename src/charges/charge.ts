import type { Charge } from './charge.entity.ts';
import type { StatePeriod } from '../domain/fee.ts';

/** What a subscription costs in the present month so far. */
export interface SoFar {
  /** Seoul month, `YYYY-MM`. */
  month: string;
  days: number;
  /** Won. */
  amount: number;
  monthlyFee: number;
}

/** What one subscription is charged for a month, or what a correction adds to that or takes from it. */
export type MonthlyCharge = Pick<Charge, 'subscriptionId' | 'month' | 'days' | 'amount' | 'monthlyFee'> & {
  lineId: string;
};

/** A subscription's life, and what it was charged before. */
export interface Billed {
  subscriptionId: string;
  lineId: string;
  life: StatePeriod[];
  charged: Pick<Charge, 'month' | 'days' | 'amount'>[];
}
