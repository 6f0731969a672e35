import type { Charge } from './charge.entity.ts';
import type { StatePeriod } from '../domain/fee.ts';

/** The charge of a subscription for the current month so far. */
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

/** The states of a subscription, and of the earlier ones of its line that ended on the day on which it began. */
export interface Lives {
  life: StatePeriod[];
  earlier: StatePeriod[][];
}

/** A subscription's states, and its earlier charges. */
export interface Billed extends Lives {
  subscriptionId: string;
  lineId: string;
  charged: Pick<Charge, 'month' | 'days' | 'amount'>[];
}
