import type { Charge } from './charge.entity.ts';
import type { StatePeriod } from '../domain/fee.ts';
import type { Subscription } from '../subscriptions/subscription.entity.ts';

/** The charge of a subscription for the current month so far. */
export interface MonthToDate {
  /** Seoul month, `YYYY-MM`. */
  month: string;
  days: number;
  /** Won. */
  amount: number;
  monthlyFee: number;
}

/** What a person is charged in one month: for the month itself, and corrections of earlier ones. */
export interface MonthStatement {
  /** Seoul month, `YYYY-MM`. */
  month: string;
  /** False while the month is not charged yet and its amount may change. */
  isClosed: boolean;
  lines: Pick<Charge, 'month' | 'days' | 'amount' | 'monthlyFee'>[];
  /** Won; the sum of the lines. */
  amount: number;
}

/** What one subscription is charged for a month, or what a correction adds to that or takes from it. */
export type MonthlyCharge = Pick<Charge, 'subscriptionId' | 'month' | 'days' | 'amount' | 'monthlyFee'> &
  Pick<Subscription, 'lineId'>;

/** The states of a subscription, and of the earlier ones of its line that ended on the day on which it began. */
export interface Lives {
  life: StatePeriod[];
  earlier: StatePeriod[][];
}

/** A subscription's states, and its charges of each closed month: 0 where it has none. */
export interface ChargeHistory extends Lives {
  subscriptionId: string;
  lineId: string;
  charged: Pick<Charge, 'month' | 'days' | 'amount' | 'monthlyFee'>[];
}
