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
export interface Charge {
  subscriptionId: string;
  lineId: string;
  /** The month in which it was active; earlier than the one it is charged in for a correction. */
  month: string;
  days: number;
  /** Whole won. */
  amount: number;
  monthlyFee: number;
}

/** A month that is charged for good, and the fee that held in it. */
export interface ClosedMonth {
  month: string;
  /** Whole won. */
  monthlyFee: number;
}

/** A subscription's life, and what it was charged before. */
export interface Billed {
  subscriptionId: string;
  lineId: string;
  life: StatePeriod[];
  charged: { month: string; days: number; amount: number }[];
}
